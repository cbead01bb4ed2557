"""The bytes of a file that somebody calls an HTML mail -> its text."""

import codecs
import re

from pipeline.errors import ContentError

#: Bytes of the largest page that is looked into; Gmail shows a twentieth of it.
LARGEST = 2_000_000

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: What a page says of its own encoding; browsers look as far (HTML, section 13.2.3.2).
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_LOOKED_AT = 1024
_ELEMENT = re.compile(r"<!doctype\s+html|<[a-z][a-z0-9:-]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_MESSAGE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3}")


def decode(data: bytes, source: str) -> str:
    """Give the text of a page; raise ContentError when there is none to look at."""
    if len(data) > LARGEST:
        raise ContentError(
            f"is larger than {LARGEST:,} bytes; Gmail hides what follows the first 102,400",
            place=source,
            remedy="name the HTML of a mail, or leave most of it out",
        )
    mark, encoding = next(((m, e) for m, e in _BOMS if data.startswith(m)), (b"", ""))
    text = _text(data.removeprefix(mark), encoding or _declared(data), source)
    at = text.find("\0")
    if at >= 0:
        raise ContentError(
            "is no text: a NUL character stands in it",
            place=f"{source}:{_line(text, at)}",
            remedy="name a file of HTML",
        )
    if _MESSAGE.match(text):
        raise ContentError(
            "is a whole message, with its headers",
            place=source,
            remedy="save its HTML part, and name that file",
        )
    if not _ELEMENT.search(text):
        raise ContentError(
            "there is no HTML in it" if text.strip() else "is empty",
            place=source,
            remedy="name a file of HTML",
        )
    return text


def _declared(data: bytes) -> str:
    found = _CHARSET.search(data[:_LOOKED_AT])
    name = found[1].decode("ascii") if found else "utf-8"
    try:
        # Latin-1 is what browsers take for Windows-1252 (Encoding, section 4.2).
        name = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(codecs.lookup(name).name, name)
        # Whoever reads "utf-16" in plain bytes can be sure that it is not (HTML, 13.2.3.3).
        return "utf-8" if name.lower().startswith("utf-16") else name
    except LookupError:
        return "utf-8"


def _text(data: bytes, encoding: str, source: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError(
            f"is not {encoding.upper()}: byte 0x{data[error.start]:02X} at offset {error.start}",
            place=f"{source}:{line}",
            remedy="save it as UTF-8"
            if encoding == "utf-8"
            else "save it as it says it is in <meta charset>, or as UTF-8 and say so there",
        ) from error
    except (ValueError, LookupError) as error:  # a codec that makes no text, such as hex
        raise ContentError(
            f"it calls itself {encoding}, which is no encoding of text",
            place=source,
            remedy='write <meta charset="utf-8"> into it, and save it so',
        ) from error


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
