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
_EARLIER = any_of(
    "last", "previous", "earlier", "original", "recent", "prior",
    "(?:january|february|march|april|may|june|july|august|september|october|november|december)['’]s",
)  # fmt: skip

#: What says outright that a column made readers ask.
_INSPIRED = re.compile(
    any_of(
        rf"\b{_MOVED}\b.{{0,160}}\b{_COLUMN}\b",
        rf"\b{_COLUMN}\b.{{0,160}}\b{_MOVED}\b",
        rf"\b{_LETTERS}\b.{{0,60}}\b{_MOVED}\b.{{0,20}}\bby\b",
        rf"\b{_REPLY} ?(?:to|on|about)\b.{{0,100}}\b{_COLUMN}\b",
        rf"\b{_EARLIER}\b.{{0,40}}\b{_COLUMN}\b",
    ),
    re.IGNORECASE | re.DOTALL,
)

#: What points somewhere without saying why.
_RELATED = re.compile(
    r"[\[(*_ ]*"
    + any_of(
        "related", "see also", "also (?:read|see|on|in)", "read(?: (?:the|also|more|next))?",
        "more (?:on|from)", "further reading", "for more", "previously", "earlier",
        "from the archives?", "recommended", "lesen sie", "mehr dazu", "à lire", "lire aussi",
        "lea también", "ver también",
    )
    + r"\b",
    re.IGNORECASE,
)  # fmt: skip

#: It speaks of this page's letters, not of a column somebody read once.
_ABOUT_LETTERS = re.compile(
    any_of(
        r"\b(?:these|this|following|readers?['’]?s?|your|the|next|today['’]s|several|many)\b"
        rf".{{0,40}}\b{_LETTERS}\b",
        rf"\b{_LETTERS}\b.{{0,30}}\b(?:below|above|here|on this page)\b",
        r"\bread(?:ers)?\b",
    ),
    re.IGNORECASE | re.DOTALL,
)

_QUOTED = re.compile(r"[“„«](?P<curly>[^“”„»]{2,200})[”“»]|\"(?P<straight>[^\"]{2,200})\"")
_SINGLE_QUOTED = re.compile(r"(?<!\w)[‘'](?P<text>[^‘'’]{4,200}(?:’\w[^‘'’]{0,100})?)[’'](?!\w)")
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
    inspiration = _target(text)
    if _INSPIRED.search(flat) and (inspiration or _ABOUT_LETTERS.search(flat)):
        return Pointer(inspiration, is_inspiring=True)
    is_short = len(flat.split()) <= 30 and len(_SENTENCE.split(flat)) <= 2
    if not is_short or not _RELATED.match(flat):
        return None
    if inspiration is None and not re.match(r"[^:]{0,40}:\s*\S", flat):
        return None
    inspiration = inspiration or _inspiration(flat.split(":", 1)[1], None)
    return Pointer(inspiration, is_inspiring=False)


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
