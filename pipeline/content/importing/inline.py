"""Text with emphasis and links -> the runs of a Markdown block."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from pipeline.content.importing import characters
from pipeline.content.importing.blocks import Run


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text is set."""

    is_strong: bool = False
    is_emphasised: bool = False
    is_code: bool = False
    #: Where it leads; only addresses that can do no harm.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one style and one line of the input."""

    line: int
    text: str
    style: Style


_SAFE_URL = re.compile(r"(?:https?://|mailto:)[^\s\"'<>\\]+", re.IGNORECASE)
_SPACES = re.compile(r"[ \n]+")

#: What Markdown would take for its own marks.
_SPECIAL = re.compile(
    r"[\\*`]|(?<![^\W_])_|_(?![^\W_])|\[(?=[^\[\]\n]{0,500}\][(\[:])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)"
)
_AT_START = re.compile(
    r"(?P<number>\d{1,9})(?=[.)]\s)|#{1,6}(?=\s|$)|[-+](?=\s)|>|={3,}|-{3,}|~{3,}"
)


def safe_url(address: str) -> str:
    """Give an address that a mail may link to, or nothing: ``javascript:`` and its like."""
    address = (
        re.sub(r"[\x00-\x20\x7f]", "", address)
        if not address.strip().isprintable()
        else address.strip()
    )
    address = address.replace(" ", "%20")
    if not _SAFE_URL.fullmatch(address):
        return ""
    return quote(address, safe="%/:?#[]@!$&'*+,;=~-._").replace("[", "%5B").replace("]", "%5D")


def compose(pieces: Iterable[Piece]) -> tuple[Run, ...]:
    """Write pieces as Markdown, with single blanks between words."""
    tidy = list(_collapsed(pieces))
    runs: list[Run] = []
    for style, group in groupby(tidy, key=lambda piece: piece.style):
        runs += _span(style, list(group))
    if runs:
        first = runs[0]
        match = _AT_START.match(first.text)
        if match is not None:
            # A backslash goes before the mark, and before the full stop of a number.
            at = match.end("number") if match["number"] else 0
            runs[0] = Run(first.line, f"{first.text[:at]}\\{first.text[at:]}")
    return tuple(runs)


def _collapsed(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Make every row of blanks one blank, and drop those at both ends."""
    ends_blank = True
    held: list[Piece] = []
    for piece in pieces:
        text = _SPACES.sub(" ", characters.clean(piece.text.replace("\n", " ")))
        if ends_blank:
            text = text.lstrip(" ")
        if not text:
            continue
        ends_blank = text.endswith(" ")
        held.append(Piece(piece.line, text, piece.style))
    while held and not held[-1].text.strip():
        held.pop()
    if held:
        last = held.pop()
        held.append(Piece(last.line, last.text.rstrip(" "), last.style))
    yield from held


def _span(style: Style, pieces: list[Piece]) -> list[Run]:
    """Write pieces of one style; blanks at its ends stay outside of its marks."""
    opening, closing = _marks(style)
    texts = [
        piece.text if style.is_code else _SPECIAL.sub(r"\\\g<0>", piece.text) for piece in pieces
    ]
    whole = "".join(texts)
    if not opening or not whole.strip():
        return [Run(piece.line, text) for piece, text in zip(pieces, texts, strict=True)]
    before = whole[: len(whole) - len(whole.lstrip())]
    after = whole[len(whole.rstrip()) :]
    texts[0] = before + opening + texts[0][len(before) :]
    texts[-1] = texts[-1][: len(texts[-1]) - len(after)] + closing + after
    return [Run(piece.line, text) for piece, text in zip(pieces, texts, strict=True)]


def _marks(style: Style) -> tuple[str, str]:
    marks = "**" * style.is_strong + "*" * style.is_emphasised
    opening, closing = marks, marks
    if style.is_code:
        opening, closing = opening + "`", "`" + closing
    if style.url:
        return f"[{opening}", f"{closing}]({_in_brackets(style.url)})"
    return opening, closing


def _in_brackets(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
