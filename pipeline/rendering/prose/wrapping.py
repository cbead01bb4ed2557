"""A text in lines, measured in the columns of a terminal."""

import re
import unicodedata
from collections.abc import Iterator

from pipeline.rendering.placeholders import LIKE_A_MARK
from pipeline.rendering.prose.flowed import SOFT

#: Columns of a line; a sign of Chinese, Japanese or Korean takes two.
WIDTH = 72

_BREAK = re.compile(r"[ \t\n]+")
# An address of the web, and the signs before it.
_ADDRESS = re.compile(r"\W*(?:https?://|mailto:)")
_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60\U00020000-\U0003fffd"
# Signs that stay with the one before, and with the one after, as East Asian text has it.
_CLOSING = "、。，．・：；？！ー々〉》」』】〕〗）］｝〙〛ぁぃぅぇぉっゃゅょァィゥェォッャュョ…―"  # noqa: RUF001
_OPENING = "〈《「『【〔〖（［｛〘〚"  # noqa: RUF001
# Where a line may end in a word: after a wide sign.
_PLACE = re.compile(f"(?:[{_OPENING}]*[{_WIDE}]|[^{_WIDE}]+)[{_CLOSING}]*")
_JOINER = "\N{ZERO WIDTH JOINER}"
# What most texts are made of, quotation marks and dashes among it: a column for each sign.
_NARROW = re.compile("[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027]*")


def columns(text: str) -> int:
    """Measure a text as a terminal shows it."""
    return len(text) if _NARROW.fullmatch(text) else sum(map(_columns, text))


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrap(text: str, width: int = WIDTH) -> str:
    """Break a text into lines.

    A line that ends between two words is marked as going on in the next, so that a paragraph
    comes back whole. An address of the web is never broken; what each reader's message fills in
    has a line for itself, whatever its length will be.
    """
    return "\n".join(line for part in text.split("\n") for line in _fill(part, max(width, 8)))


def _fill(text: str, width: int) -> Iterator[str]:
    may_be_personal = LIKE_A_MARK.search(text) is not None
    if not may_be_personal and _NARROW.fullmatch(text):
        words = _BREAK.split(text.lstrip(" \t\n"))
        if "--" not in words and max(map(len, words)) <= width:
            yield from _fill_usual(words, width)
            return
    line, taken, alone = "", 0, False
    for space, piece in _pieces(text, width):
        size = columns(piece)
        personal = may_be_personal and LIKE_A_MARK.search(piece) is not None
        full = taken + len(space) + size > width or alone or personal
        # "--" before a blank at the end of a line would begin a signature.
        if line and full and not (space and line == "--"):
            yield f"{line}{SOFT}" if space else line
            line, taken = piece, size
        elif line:
            line, taken = f"{line}{space}{piece}", taken + len(space) + size
        else:
            line, taken = piece, size
        alone = personal
    yield line


def _fill_usual(words: list[str], width: int) -> Iterator[str]:
    """Do the same with words of which nothing else is to be known; nearly every text has such."""
    begin, taken = 0, -1
    for place, word in enumerate(words):
        taken += 1 + len(word)
        if taken > width:
            yield " ".join(words[begin:place]) + SOFT
            begin, taken = place, len(word)
    yield " ".join(words[begin:])


def _pieces(text: str, width: int) -> Iterator[tuple[str, str]]:
    """Cut a text where a line may end, each piece with the space before it."""
    for word in _BREAK.split(text):
        if (len(word) <= width and _NARROW.fullmatch(word)) or (
            _ADDRESS.match(word) or LIKE_A_MARK.search(word)
        ):
            yield " ", word
            continue
        space = " "
        for place in _PLACE.findall(word):
            for piece in cut(place, width):
                yield space, piece
                space = ""


def cut(text: str, width: int) -> Iterator[str]:
    """Cut what is longer than a line, and no sign from what is written onto it."""
    piece, taken = "", 0
    for sign in text:
        size = _columns(sign)
        if taken + size > width and size and not piece.endswith(_JOINER):
            yield piece
            piece, taken = "", 0
        piece, taken = piece + sign, taken + size
    yield piece
