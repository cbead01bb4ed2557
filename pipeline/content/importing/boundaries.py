"""Where an answer without a mark begins, and whether that is certain."""

# ruff: noqa: RUF001 - curly quotes and foreign question marks are what is looked for

import re
from dataclasses import dataclass

from pipeline.content.importing.vocabulary import any_of

_ASKS = re.compile(r"[?？؟][\"”’»)\]*_ ]*$")
#: Thanks and the like after the question proper.
_AFTER_ASKING = re.compile(
    r"[?？؟][\"”’»)\]*_]*\s+"
    + any_of(
        r"(?:many |and )?thank(?:s| you)\b[^?]{0,60}",
        r"please (?:help|advise)\b[^?]{0,40}|help[.!]*",
        r"any (?:advice|ideas|thoughts)\b[^?]{0,40}|your advice\b[^?]{0,60}",
        r"i[’']?m (?:stuck|lost|at a loss|at my wits)\b[^?]{0,40}",
    )
    + r"[\"”’»)\]*_ ]*$",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|my|me|mine|we|our|us)\b", re.IGNORECASE)
_YOURS = re.compile(r"\b(?:you|your|yours|yourself|you['’](?:re|ve|d|ll))\b", re.IGNORECASE)

#: How the writer of a letter takes it up once more.
_ADDS = re.compile(
    any_of(
        r"(?:and )?another (?:thing|point|detail|question)\b",
        r"one (?:more|other) (?:thing|detail)\b",
        r"(?:i|we) should (?:also )?(?:add|mention|say)\b", r"(?:also|oh|and|plus)[,:] ",
        r"p\.? ?s\.?[ :,.]", r"for context\b", r"(?:some )?background\b ?[:,]", r"by the way\b",
        r"to (?:be clear|be fair|complicate|make (?:it|things|matters) worse)\b",
    ),
    re.IGNORECASE,
)  # fmt: skip

#: An editor's note rather than an answer.
_NOTE = re.compile(r"[\[(][^\[\]()]*[\])]")

GUESSED = "the answer has no marker; check where it begins"
MISSING = "no answer was found; write one, or delete this file"
GLUED = "the answer has no marker and may stand in the question's paragraph; part them"


@dataclass(frozen=True, slots=True)
class Boundary:
    """How many paragraphs the question has, and the doubt about it."""

    at: int
    doubt: str = ""


def find(paragraphs: tuple[str, ...], *, others_marked: bool) -> Boundary:
    """Part the paragraphs of a question and its answer that follow each other without a mark.

    Certain is an answer in the paragraph after one that asks, or in the second of two.
    A second paragraph of the question, as far as it sounds like one, makes it a guess.

    Args:
        paragraphs: Plain texts, from the question's first paragraph on.
        others_marked: The page marks its other answers, so this mark was forgotten.
    """
    count = len(paragraphs)
    if count < 2:
        asks = bool(paragraphs) and "?" in paragraphs[0].rstrip('?"”’)* ')
        return Boundary(count, GLUED if asks else MISSING)
    if asks_at_end(paragraphs[0]):
        goes_on = _goes_on(paragraphs[1])
        is_guess = goes_on or _NOTE.fullmatch(paragraphs[1]) is not None
        return Boundary(2 if goes_on and count > 2 else 1, GUESSED if is_guess else "")
    later = next((at for at in range(1, min(count - 1, 6)) if asks_at_end(paragraphs[at])), None)
    if later is not None and not any(_is_advice(text) for text in paragraphs[1 : later + 1]):
        return Boundary(later + 1, GUESSED)
    if count == 2 and not _goes_on(paragraphs[1]):
        return Boundary(1)
    is_certain = _is_advice(paragraphs[1]) and (others_marked or "?" in paragraphs[0])
    return Boundary(1, "" if is_certain else GUESSED)


def has_advice(paragraphs: tuple[str, ...]) -> bool:
    """Tell whether after a paragraph that asks one speaks to the reader who asked."""
    asks = bool(paragraphs) and asks_at_end(paragraphs[0])
    return asks and any(_is_advice(text) for text in paragraphs[1:])


def asks_at_end(text: str) -> bool:
    """Tell whether a paragraph ends with its question, or with thanks after it."""
    return _ASKS.search(text[-40:]) is not None or _AFTER_ASKING.search(text[-160:]) is not None


def _goes_on(text: str) -> bool:
    """Tell whether a paragraph sounds like the same person still asking."""
    is_own = asks_at_end(text) and _OWN.search(text) is not None
    return (is_own or _ADDS.match(text) is not None) and not _is_advice(text)


def _is_advice(text: str) -> bool:
    """Tell whether a paragraph speaks to the reader who asked."""
    return _YOURS.search(text) is not None
