"""Lines that point to another column: the one that inspired the questions, or a related one."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from dataclasses import dataclass

from pipeline.content.importing.blocks import links, plain
from pipeline.content.importing.vocabulary import AFTER_SENTENCE, any_of
from pipeline.model.qa import Inspiration

_COLUMN = any_of(
    "columns?", "articles?", "piece", "post", "essay", "story", "instal+ment", "edition", "issue",
    "newsletter", "kolumne", "beitrag", "artikel", "chronique", "artículo", "columna",
)  # fmt: skip
_MOVED = any_of(
    "inspired", "prompted", "sparked", "triggered", "provoked", "generated", "elicited", "drew",
    "brought", "raised", "led to", "angeregt", "inspiré", "inspirad[oa]s?",
)  # fmt: skip
_LETTERS = any_of(
    "questions?", "letters?", "mail", "e-?mails?", "responses?", "comments?", "feedback", "q&as?",
    "queries", "conversation", "exchange", "discussion", "column", "fragen", "preguntas",
)  # fmt: skip
_REPLY = any_of(
    "in response", "in reply", "in reaction", "respond(?:ing|ed)?", "react(?:ing|ed|ions)?",
    "follow(?:ing|ed)?[ -]?up", "sequel", "replied", "replies", "wrote in",
)  # fmt: skip
_CAME = any_of("came", "come", "arrived", "sent", "written", "wrote", "received", "are", "were")
_EARLIER = any_of(
    "last", "previous", "earlier", "original", "recent", "prior",
    "(?:january|february|march|april|may|june|july|august|september|october|november|december)['’]s",
)  # fmt: skip

_THESE = any_of(
    "these", "this", "the following", "readers?['’]?s?", "today['’]s", "several", "many"
)

#: What says that a column made readers ask.
_INSPIRED = re.compile(
    any_of(
        rf"\b{_MOVED}\b.{{0,160}}\b{_COLUMN}\b",
        rf"\b{_COLUMN}\b.{{0,160}}\b{_MOVED}\b",
        rf"\b{_LETTERS}\b.{{0,60}}\b{_MOVED}\b.{{0,20}}\bby\b",
        rf"\b{_REPLY} ?(?:to|on|about)\b.{{0,100}}\b{_COLUMN}\b",
        rf"\b{_LETTERS}\b.{{0,40}}\b{_CAME}\b.{{0,20}}\b{_REPLY} ?(?:to|on)\b",
        rf"\b{_EARLIER} (?:\w+['’]s )?(?:\w+ )?{_COLUMN}\b",
        rf"\b{_LETTERS}\b.{{0,60}}\b(?:after|since|about|on)\b.{{0,30}}\bcolumn\b",
        rf"^(?:{_MOVED} by|based on|{_REPLY} (?:to|on))\b",
        r"^(?:to )?read (?:\w+ ){1,3}column\b",
    ),
    re.IGNORECASE | re.DOTALL,
)

#: It speaks of the letters on this page, not of something an answer only mentions.
_ABOUT_LETTERS = re.compile(
    any_of(
        rf"\b{_THESE}\b.{{0,40}}\b{_LETTERS}\b",
        rf"\b{_MOVED}\b.{{0,40}}\b{_LETTERS}\b",
        rf"\b{_LETTERS}\b.{{0,30}}\b(?:below|above|here|on this page)\b",
        r"\breaders\b.{0,30}\b(?:sent|wrote|write|asked?|responded|respond|replied|reply)\b",
        rf"^(?:to )?read (?:\w+ )?(?:\w+ )?{_COLUMN}\b",
        rf"^(?:the {_COLUMN} that|{_MOVED} by|based on|{_REPLY} (?:to|on)\b.{{0,60}}\bcolumn)\b",
    ),
    re.IGNORECASE | re.DOTALL,
)

#: The same so clearly that no title needs to be named.
_CERTAIN = re.compile(
    any_of(
        rf"\b{_THESE}\b.{{0,20}}\b{_LETTERS}\b.{{0,60}}\b{_MOVED}\b.{{0,80}}\b{_COLUMN}\b",
        rf"\b{_COLUMN}\b.{{0,80}}\b{_MOVED}\b.{{0,20}}\b{_THESE}\b.{{0,20}}\b{_LETTERS}\b",
    ),
    re.IGNORECASE | re.DOTALL,
)

#: What points somewhere without saying why.
_LABEL = re.compile(
    r"[\[(]*"
    + any_of(
        r"related(?: \w+)?", "see also", "also (?:read|see)", "read(?: (?:also|more|next))?",
        "more from [^:]{1,30}", "further reading", "previously", "earlier", "from the archives?",
        "recommended(?: reading)?", "lesen sie auch", "mehr dazu", "à lire(?: aussi)?",
        "lire aussi", "lea también", "ver también",
    )
    + r" ?:\s*(?P<title>\S.*)",
    re.IGNORECASE,
)  # fmt: skip
_SEE = re.compile(
    r"[\[(]*(?:to )?(?:related|see|also|read|more|for more|previously|earlier)\b", re.IGNORECASE
)

_QUOTED = re.compile(r"[“„«](?P<curly>[^“”„»]{2,200})[”“»]|\"(?P<straight>[^\"]{2,200})\"")
_SINGLE_QUOTED = re.compile(r"(?<!\w)[‘'](?P<text>(?:[^‘'’]|(?<=\w)[’'](?=\w)){4,200})[’'](?!\w)")
_ITALIC = re.compile(r"(?<![*\w])[*_](?P<text>[^*_\n]{4,200})[*_](?![*\w])")
_ADDRESS = re.compile(r"https?://[^\s<>)\]\"”]+")
_SENTENCE = re.compile(AFTER_SENTENCE + r"(?=[\"“‘(\[*_]*[A-Z])")
#: Words of a link that are no title.
_NO_TITLE = re.compile(rf"here|this|link|read more|(?:.{{0,20}}\b)?{_COLUMN}", re.IGNORECASE)
_AFTER_COLON = re.compile(r":\s*(?P<text>[^:]{4,160})$")


@dataclass(frozen=True, slots=True)
class Pointer:
    """A line, or the end of a paragraph, that points to a column."""

    inspiration: Inspiration | None
    #: It says that the column made readers ask.
    is_inspiring: bool
    #: Where it begins in its text.
    start: int = 0


def find(text: str) -> Pointer | None:
    """Read a whole block as a pointer."""
    if len(text) > 900:
        return None
    flat = plain(text)
    if not flat or len(flat.split()) > 60:
        return None
    target = _target(text)
    is_inspiring = _INSPIRED.search(flat) and _ABOUT_LETTERS.search(flat)
    if is_inspiring and (target or _CERTAIN.search(flat)):
        return Pointer(target, is_inspiring=True)
    return _find_related(text, flat, target)


def _find_related(text: str, flat: str, target: Inspiration | None) -> Pointer | None:
    """Read a label with a title, or a short line that is little more than a link."""
    if len(flat.split()) > 30 or len(_SENTENCE.split(flat)) > 2:
        return None
    label = _LABEL.match(flat)
    if label is not None:
        return Pointer(target or _inspiration(label["title"], None), is_inspiring=False)
    linked = sum(len(words) for words, _ in links(text))
    if target is not None and _SEE.match(flat) and linked * 3 > len(flat):
        return Pointer(target, is_inspiring=False)
    return None


def find_trailing(text: str) -> Pointer | None:
    """Look for a pointer in the last two sentences of a paragraph of the column's own text."""
    start = max(0, len(text) - 500)
    ends = [match.end() for match in _SENTENCE.finditer(text, start)]
    for end in ends[-2:]:
        sentence = text[end:]
        if _INSPIRED.search(plain(sentence)) and _ABOUT_LETTERS.search(sentence):
            target = _target(sentence)
            if target is not None:
                return Pointer(target, is_inspiring=True, start=end)
    return None


def _target(text: str) -> Inspiration | None:
    """Give the title and address that a text points to."""
    linked = [(words, url) for words, url in links(text) if url.startswith(("http", "/"))]
    bare = _ADDRESS.search(text)
    url = linked[0][1] if linked else (bare[0].rstrip(".,;:!?") if bare else None)
    flat = plain(text)
    quoted = _QUOTED.search(flat) or _SINGLE_QUOTED.search(flat)
    if quoted:
        return _inspiration(next(filter(None, quoted.groups())), url)
    named = next((words for words, _ in linked if not _NO_TITLE.fullmatch(words)), "")
    italic = _ITALIC.search(text.strip().strip("*_"))
    after = _AFTER_COLON.search(plain(_ADDRESS.sub("", text)))
    for title in (named, italic["text"] if italic else "", after["text"] if after else ""):
        if title:
            return _inspiration(title, url)
    return _inspiration(linked[0][0], url) if linked else None


def _inspiration(title: str, url: str | None) -> Inspiration | None:
    title = plain(title).strip(" .,;:()[]\"“”‘’'")
    if not any(letter.isalnum() for letter in title):
        return None
    return Inspiration(title, url if url and url.startswith("http") else None)
