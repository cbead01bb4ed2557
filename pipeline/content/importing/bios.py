"""The lines about the answerer, with an address for feedback, that close a page."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from dataclasses import dataclass

from pipeline.content.importing import names
from pipeline.content.importing.blocks import links, plain
from pipeline.content.importing.vocabulary import AFTER_SENTENCE, any_of

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*")

_LETTERS = any_of(
    "feedback", "comments?", "questions?", "letters?", "thoughts", "queries", "suggestions",
    "dilemmas?", "problems?", "e-?mails?", "him", "her", "them", "us", "me",
)  # fmt: skip
_WRITE = any_of(
    "send", "e-?mail", "mail", "direct", "address", "submit", "forward", "post", "tweet",
    "contact", "reach", "write", "drop", "share", "ask",
)  # fmt: skip

#: An invitation to write.
_FEEDBACK = re.compile(
    any_of(
        rf"\b{_WRITE}\b.{{0,80}}\b{_LETTERS}\b",
        rf"\b{_LETTERS}\b.{{0,60}}\b(?:sent|e-?mail(?:ed)?|to|welcome|for)\b",
        r"\b(?:can be|may be|is) (?:reached|contacted|e-?mailed)\b",
        r"\b(?:reach|contact|follow|e-?mail|write to|connect with) \w+ (?:at|on|via)\b",
        r"\b(?:have|got) (?:a|your own|any) (?:\w+ )?(?:question|problem|dilemma)s?\b",
        r"\b(?:schreiben sie|fragen an|schicken sie|écrivez|envoyez|escriba|envíe)\b",
    ),
    re.IGNORECASE,
)

#: An invitation that is cut off before its address.
_CUT_OFF = re.compile(r"\b(?:to|at|via|an|à|a|her|him|them|us)\s*$", re.IGNORECASE)

_IS = any_of(
    "is", "was", "has", "have", "had", "are", "can", "writes", "wrote", "works", "runs", "leads",
    "coaches", "advises", "answers", "edits", "directs", "heads", "teaches", "founded", "served",
    "spent", "ran", "took", "built", "taught", "led", "held", "made", "began", "grew", "left",
    "covers", "consults", "speaks", "lives", "co-?founded", "oversees", "manages", "helps",
    "holds", "started", "joined", "retired", "blogs", "ist", "war", "arbeitet", "schreibt",
    "leitet", "berät", "est", "dirige", "travaille", "écrit", "es", "trabaja", "escribe",
)  # fmt: skip
#: After the whole name nearly every word makes a bio, but no answer.
_GOES_ON = r"(?:,|['’]s\s|\s*[-–—|]|\s+[^\W\d_A-Z])"
_ROLE = re.compile(
    r"\s+(?:is|was|ist|est|es)\s+"
    + any_of(
        "an?", "the", "our", "one of", "president", "founder", "co-?founder", "author", "director",
        "editor", "principal", "partner", "senior", "chief", "managing", "executive", "eine?",
        "der", "die", "une?", "la", "le", "un", "una",
    )
    + r"\b"
)  # fmt: skip
_HEADING = re.compile(
    any_of(
        r"about the (?:author|columnist|writer|expert|editor)s?",
        "about|bio(?:graphy)?|author|the author|über (?:den autor|die autorin)",
        "à propos de l['’]aute?ur(?:e|rice)?|sobre (?:el autor|la autora)",
    )
    + r"\s*:?\s*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|über|à propos de|sobre)\s+(.{2,60}?)\s*:?", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:(?:Dr|Prof|Mr|Ms|Mrs)\.?\s+)?"
    r"((?:[^\W\d_a-z][\w.'’-]*\s+){1,4}[^\W\d_a-z][\w'’-]*)(?=\s)"
)
_SENTENCE = re.compile(AFTER_SENTENCE + r"(?=[\"“‘(\[*_]*[^\W\d_a-z])")
_COPYRIGHT = re.compile(r"\s*(?:©|\(c\)\s|copyright\s).*$", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…][\"”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Bio:
    """A block, or the end of one, that speaks of the answerer."""

    #: Where it begins in its text.
    start: int = 0
    #: Who the answerer is, where the page has no byline.
    name: str = ""


def is_heading(text: str, answerer: str) -> bool:
    """Tell whether a line announces a bio: ``About the author``, ``About Jo Doe``."""
    flat = plain(text)
    if _HEADING.fullmatch(flat):
        return True
    about = _ABOUT.fullmatch(flat)
    return about is not None and about[1] in names.forms(answerer)


def find(text: str, answerer: str, *, is_set_apart: bool) -> Bio | None:
    """Read a closing block as a bio.

    Args:
        text: The block.
        answerer: The name in the byline; may be empty.
        is_set_apart: A rule or the page's markup already parts it from the answer.
    """
    flat = plain(text)
    if len(flat) > 1500 or flat.endswith("?"):
        return None
    label = _HEADING.match(flat)
    if label is not None and ":" in label[0]:
        flat = flat[label.end() :]
        is_set_apart = True
    named = _NAMED.match(flat)
    name = named[1] if named is not None and names.is_name(named[1]) else ""
    rest = flat[named.end() :] if named is not None else ""
    if (answerer and speaks_of(flat, answerer)) or _is_invitation(flat):
        is_subject = not answerer and re.match(rf"\s+{_IS}\b", rest) is not None
        return Bio(name=name if is_subject else "")
    # Without a byline, or beside it, whoever has an office and an address is the answerer.
    is_probable = is_set_apart or not answerer or _FEEDBACK.search(flat) is not None
    has_office = is_probable and _ROLE.match(rest) is not None
    if name and (has_office or (is_set_apart and re.match(rf"\s+{_IS}\b", rest))):
        return Bio(name=name)
    return None


def find_trailing(text: str, answerer: str) -> Bio | None:
    """Look for a bio glued to the end of the last answer: the full name, or an invitation."""
    start = max(0, len(text) - 900)
    for match in _SENTENCE.finditer(text, start):
        tail = plain(text[match.end() :])
        if len(answerer.split()) > 1 and re.match(re.escape(answerer) + _GOES_ON, tail):
            return Bio(match.end())
        if _is_invitation(tail) and len(_SENTENCE.split(tail)) <= 2:
            return Bio(match.end())
    return None


def compose(texts: tuple[str, ...]) -> tuple[str, str]:
    """Give the bio's whole sentences as one line, and a note on what the page cut off."""
    flat = " ".join(filter(None, (_one_line(text) for text in texts)))
    label = _HEADING.match(flat)
    if label is not None and ":" in label[0]:
        flat = flat[label.end() :]
    flat = _COPYRIGHT.sub("", flat).strip()
    if not flat or _ENDED.search(flat) or _MAIL.fullmatch(flat.rpartition(" ")[2].strip("()<>")):
        return flat, ""
    sentences = _SENTENCE.split(flat)
    if len(sentences) < 2:
        return flat, "the page cuts it off in mid-sentence"
    at = flat.rindex(sentences[-1])
    return flat[:at].rstrip(), f"the page cuts off what follows: {flat[at:]}"


def is_whole(text: str) -> bool:
    """Tell whether a part of a bio ends with its sentence or an address."""
    flat = plain(text)
    return _ENDED.search(flat) is not None or _MAIL.search(flat.rpartition(" ")[2]) is not None


def speaks_of(text: str, answerer: str) -> bool:
    """Tell whether a text begins with the answerer's name as its subject."""
    flat = plain(text)
    title = r"(?:(?:Dr|Mr|Mrs|Ms|Mx|Prof)\.?\s+)?"
    aside = r"(?:,.{2,120}?,|\s*\(.{1,60}?\))?"
    if any(
        re.match(rf"{title}(?i:{re.escape(form)}){aside}\s+{_IS}\b", flat)
        for form in names.forms(answerer)
    ):
        return True
    whole = next(iter(names.forms(answerer)), "")
    return " " in whole and re.match(title + re.escape(whole) + _GOES_ON, flat) is not None


def _is_invitation(flat: str) -> bool:
    """Tell whether a short text asks readers to write, and to which address."""
    if len(flat) > 500:
        return False
    found = _FEEDBACK.search(flat)
    if found is None or found.start() > 60:
        return False
    return _MAIL.search(flat) is not None or _CUT_OFF.search(flat) is not None


def _one_line(text: str) -> str:
    """Give a block as plain text in which an address behind words is kept."""
    for words, url in links(text):
        address = url.removeprefix("mailto:").partition("?")[0] if "mailto:" in url else url
        leads_out = url.startswith(("http", "mailto:")) and bool(address)
        if leads_out and words.rstrip("/") not in address:
            text = text.replace(f"]({url})", f"]({url}) ({address})", 1)
    return plain(text)
