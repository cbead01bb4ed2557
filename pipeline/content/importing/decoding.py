"""The bytes of a page -> its text, and which of three formats the text is."""

import re
from enum import StrEnum
from pathlib import PurePath

from pipeline.errors import ContentError

_BOM = b"\xef\xbb\xbf"

#: What a page says of its own encoding.
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)

#: The beginning of a page that is HTML whatever its file is called.
_HTML_START = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)?(?:<\?xml\b[^>]{0,200}>\s*)?"
    r"<(?:!doctype\s+html|html|head|body|article|main|div|section|table|h1|p)\b",
    re.IGNORECASE | re.DOTALL,
)

#: Tags that a writer of text or Markdown does not type three times.
_HTML_TAGS = re.compile(r"</(?:p|div|h[1-6]|td|article|section)\s*>|<br\s*/?>", re.IGNORECASE)


class Format(StrEnum):
    """How a page is written."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"


def decode(data: bytes, source: str) -> str:
    r"""Give the text with ``\n`` line ends.

    Raises:
        ContentError: It is not UTF-8, or no text at all; the place names the line.
    """
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        raise ContentError(
            f"the file is not UTF-8: byte 0x{data[offset]:02X} at offset {offset}",
            place=f"{source}:{_line_at(data, offset)}",
            remedy=_remedy(data),
        ) from error
    nul = data.find(b"\0")
    if nul >= 0:
        raise ContentError(
            f"the file is no text: a NUL byte at offset {nul}",
            place=f"{source}:{_line_at(data, nul)}",
            remedy="save the column as text, HTML or Markdown in UTF-8",
        )
    return with_line_feeds(text)


def with_line_feeds(text: str) -> str:
    """Give the text with one kind of line end; the number of lines stays."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def detect(text: str, source: str) -> Format:
    """Tell the format by the file's name, and by the text where the name says too little."""
    suffix = PurePath(source).suffix.lower()
    if suffix in {".html", ".htm", ".xhtml", ".xht"}:
        return Format.HTML
    if _HTML_START.match(text) and ("</" in text or "/>" in text):
        return Format.HTML
    if suffix in {".md", ".markdown", ".mkd", ".mdown"}:
        return Format.MARKDOWN
    tags = _HTML_TAGS.finditer(text, 0, 100_000)
    return Format.HTML if sum(1 for _ in zip(range(3), tags, strict=False)) == 3 else Format.TEXT


def _line_at(data: bytes, offset: int) -> int:
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def _remedy(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    charset = declared[1].decode("ascii", "replace").lower() if declared else ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    if charset in {"", "utf-8", "utf8"}:
        return "save it again as UTF-8"
    return f"it calls itself {charset}; convert it to UTF-8"
