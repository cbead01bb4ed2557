"""How a reader signs: ``—Tired in Tulsa``, ``Signed, Baffled``, ``Sincerely,`` and a name."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from dataclasses import dataclass

from pipeline.content.importing.vocabulary import any_of

_DASH = r"(?:[–—―~]|--|-(?=[ ]?[^\s-]))"
_OPENING = r"[ ]*(?:>[ ]?)*(?:[*•][ ]+)?[*_]{0,3}[ ]*"

#: A dash, then at most eight words to the end of the text.
_DASHED = re.compile(_OPENING + r"\(?" + _DASH + r"[ ]*(?P<name>[^\n]{1,80}?)\)?[*_ ]*$")

_FAREWELL = any_of(
    r"(?:and )?(?:many |with )?(?:thanks|thank you)"
    r"(?: (?:again|so much|very much|in advance|for your help))?",
    r"signed?|sincerely(?: yours)?|yours(?: (?:truly|sincerely|faithfully))?",
    r"respectfully(?: yours)?|(?:best|kind|warm|with best)(?: (?:regards|wishes))?|regards",
    "cheers|cordially|gratefully|desperately|all the best",
    "mit freundlichen grüßen|viele grüße|herzliche grüße|gezeichnet|cordialement|bien à vous",
    "signé|atentamente|saludos|un saludo|cordiali saluti",
)

#: A letter's closing phrase; the name may follow in the same line, the next one, or not at all.
_CLOSED = re.compile(
    _OPENING
    + _FAREWELL
    + r"(?:[ ]?,|[ ]*[–—:-]|[ ]*(?=\n|$))[*_ ]*(?:\n[ ]*)?(?:"
    + _DASH
    + r"[ ]*)?(?P<name>[^\n]{0,80}?)[*_ ]*$",
    re.IGNORECASE,
)

_WITHHELD = re.compile(
    r"(?:name(?: and \w+)? withheld(?: by request| on request)?|anonymous(?:ly)?(?: .{0,40})?"
    r"|anonym|anonyme|anónimo)",
    re.IGNORECASE,
)

#: The same at the end of a paragraph: "… May I stop? —Tired in Tulsa".
_TRAILING = re.compile(
    r"(?P<end>[.!?…][\"'”’»)*_]*)\s+\(?(?:[–—―~]|--|-(?=[ ][^\s-]|[A-Z]))[ ]*"
    r"(?P<name>[^\n–—?!…]{1,60}?)\)?[*_ ]*$"
)
_TRAILING_CLOSED = re.compile(
    r"(?P<end>[.!?…][\"'”’»)*_]*)\s+(?:signed|sincerely|yours truly|regards|best regards),?\s+"
    r"(?:[–—-]\s*)?(?P<name>[^\n.?!]{1,60}?)[*_ ]*$",
    re.IGNORECASE,
)
#: As newspapers print it: "Any advice? M.R., Lima, Ohio".
_TRAILING_INITIALS = re.compile(
    r"(?P<end>[.!?…][\"'”’»)*_]*)\s+"
    r"(?P<name>(?:[A-Z]\.[ ]?){2,3}(?:,[ ][A-Z][\w.' -]{1,30}){0,2}"
    r"|[A-Z]\.(?:,[ ][A-Z][\w.' -]{1,30}){1,2})"
    r"[*_ ]*$"
)
#: A full stop that belongs to an initial, as in "R. K." or "D.S."
_INITIAL_AT_END = re.compile(r"(?:^|[\s.])\w\.$")
#: A sentence ends, and another one goes on for some words.
_SENTENCES = re.compile(r"[.!?]\s+\S+\s+\S+\s+\S")


#: A whole sentence in brackets or quotation marks.
_ASIDE = re.compile(r"[\w][.!?][\"”’»)\]]+$")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, and where the signature begins in its text."""

    #: Empty when the name must follow in the next block.
    name: str
    start: int = 0


def find(text: str) -> Signature | None:
    """Read a whole block as a signature with a dash or a closing phrase."""
    if len(text) > 160:
        return None
    match = _CLOSED.match(text) or _DASHED.match(text)
    if match is None:
        return None
    name = tidy(match["name"])
    return Signature(name) if not name or _may_sign(name) else None


def find_trailing(text: str) -> Signature | None:
    """Look for a signature that stands in the last line of a paragraph."""
    start = max(0, len(text) - 120)
    tail = text[start:].rstrip()
    patterns = (_TRAILING, _TRAILING_CLOSED, _TRAILING_INITIALS)
    match = next(filter(None, (pattern.search(tail) for pattern in patterns)), None)
    if match is None:
        return None
    name = tidy(match["name"])
    if not name or not _may_sign(name) or not _begins_like_a_name(name):
        return None
    return Signature(name, start + match.end("end"))


def is_plain_name(text: str) -> bool:
    """Tell whether a short line without a mark may be a signature: ``Tired in Tulsa``."""
    words = text.split()
    if not 0 < len(words) <= 8 or len(text) > 60:
        return False
    if _WITHHELD.fullmatch(text.rstrip(".")):
        return True
    if text[-1] in "?!:;,…" or (text[-1] == "." and not _INITIAL_AT_END.search(text)):
        return False
    if _ASIDE.search(text):
        return False
    return _begins_like_a_name(text) and _may_sign(text)


def _begins_like_a_name(name: str) -> bool:
    return not name[0].islower() or name.lower().startswith(("a reader", "an "))


def _may_sign(name: str) -> bool:
    """Tell whether it has the length and the form of a name rather than of a sentence."""
    if len(name.split()) > 8 or not any(letter.isalpha() for letter in name):
        return False
    return name[-1] not in "?!:;" and _SENTENCES.search(name) is None


def tidy(name: str) -> str:
    """Give a name without what surrounds it; the full stop of an initial stays."""
    name = name.replace("*", "").strip(" _,–—-~()")
    return name if not name.endswith(".") or _INITIAL_AT_END.search(name) else name[:-1]
