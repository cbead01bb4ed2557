"""A page taken apart: its tags, style sheets and comments, each with its place.

By the rules of HTML's tokenizer, in one pass however broken the page is. A tree would not do: a
parser that mends forgets columns, a second ``<head>`` and the ``<body>`` of a fragment. Who has a
tree finds the places of its elements here.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

#: What stands in a tag as a pattern, once every value is quoted: in XML, and in what lxml writes.
IN_TAG = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')"

# An equals sign and a quotation mark open a value, whatever stands in it. One that nothing closes
# swallows the rest of the page, in every browser too.
_VALUE = r"""=\s*+(?>"[^"]*+"|'[^']*+'|(?!["']))"""
_PIECE = re.compile(
    r"<!--"
    r"|<!doctype(?P<doctype>[^>]*+)>"
    r"|<[!?/][^>]*+(?:>|\Z)"
    rf"|<(?P<name>[A-Za-z][^\s/>]*+)(?>[^=>]++|{_VALUE})*+>"
    r"|(?P<open><[A-Za-z])",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s/>=][^\s/>=]*+)"""
    r"""(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>]*+)))?"""
)
#: A character, or what stands for one.
_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);?|.", re.DOTALL)
_COMMENT_END = re.compile(r"--!?>")
# Elements whose text is no markup.
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in (
        "iframe",
        "mj-style",
        "noembed",
        "noframes",
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
    )
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a tag."""

    name: str
    value: str
    #: Where the attribute begins, from the beginning of the tag.
    start: int
    #: Where its value does.
    offset: int
    #: The value as it is written, with its character references.
    raw: str

    def at(self, offset: int) -> int:
        """Give the place, from the beginning of the tag, of a character of the value."""
        if "&" not in self.raw:
            return self.offset + offset
        written = read = 0
        for piece in _REFERENCE.finditer(self.raw):
            length = len(html.unescape(piece[0]))
            if read + length > offset:
                break
            written, read = piece.end(), read + length
        return self.offset + written


@dataclass(slots=True)
class Markup:
    """The pieces of a page; each offset counts from the beginning of ``text``."""

    #: The page with one kind of line end.
    text: str
    #: Each distinct tag as it is written: where it stands first, and how often.
    tags: dict[str, list[int]] = field(default_factory=dict)
    #: The name of every tag, in lower case, and where it stands.
    starts: list[tuple[str, int]] = field(default_factory=list)
    #: What stands in each ``<style>`` and MJML's ``<mj-style>``, and where.
    sheets: list[tuple[str, int]] = field(default_factory=list)
    #: Where each comment stands; a condition for Outlook is one to every other mail program.
    comments: list[int] = field(default_factory=list)
    #: What follows ``<!doctype``, and where it stands.
    doctype: tuple[str, int] | None = None

    def place(self, offset: int) -> tuple[int, int]:
        """Give line and column, from 1."""
        return (
            self.text.count("\n", 0, offset) + 1,
            offset - self.text.rfind("\n", 0, offset),
        )


def styles(text: str) -> Iterator[tuple[str, int]]:
    """Give each style sheet and each style attribute, and where it begins, or its tag does."""
    page = read(text)
    yield from page.sheets
    for tag, (offset, _) in page.tags.items():
        if "style" in tag.lower():
            for attribute in attributes(tag):
                if attribute.name == "style":
                    yield (
                        attribute.value,
                        offset + (0 if "&" in attribute.raw else attribute.offset),
                    )


@lru_cache(maxsize=1)
def read(text: str) -> Markup:
    """Take a page apart; several checks in a row ask for the same one, and change nothing in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    markup = Markup(text)
    position = 0
    while piece := _PIECE.search(text, position):
        position = piece.end()
        start = piece.start()
        if piece["name"]:
            position = _read_tag(markup, piece, position)
        elif piece["open"]:
            break
        elif piece[0] == "<!--":
            position = _read_comment(markup, start)
        elif piece["doctype"] is not None and markup.doctype is None:
            markup.doctype = (piece["doctype"], start)
    return markup


def _read_tag(markup: Markup, piece: re.Match[str], end: int) -> int:
    seen = markup.tags.setdefault(piece[0], [piece.start(), 0])
    seen[1] += 1
    name = piece["name"].lower()
    markup.starts.append((name, piece.start()))
    raw = _RAW.get(name)
    if raw is None:
        return end
    close = raw.search(markup.text, end)
    stop = close.start() if close else len(markup.text)
    if name in {"style", "mj-style"}:
        markup.sheets.append((markup.text[end:stop], end))
    return stop


def _read_comment(markup: Markup, start: int) -> int:
    markup.comments.append(start)
    inside = start + len("<!--")
    if markup.text.startswith((">", "->"), inside):
        return markup.text.index(">", inside) + 1
    end = _COMMENT_END.search(markup.text, inside)
    return end.end() if end else len(markup.text)


def tag_at(text: str, offset: int) -> str:
    """Give the tag that begins at an offset of a page; empty where none does."""
    found = _PIECE.match(text, offset)
    return found[0] if found and found["name"] else ""


def name_of(tag: str) -> str:
    """Give the name of the element that a tag opens."""
    found = re.match(r"<([^\s/>]+)", tag)
    return found[1].lower() if found else ""


def values(tag: str) -> dict[str, str]:
    """Give the value of each attribute of a tag."""
    return {attribute.name: attribute.value for attribute in attributes(tag)}


def attributes(tag: str) -> Iterator[Attribute]:
    """Read the attributes of a tag; of two with one name the first counts."""
    seen = set()
    start = 1 + len(name_of(tag))
    for found in _ATTRIBUTE.finditer(tag, start, len(tag) - 1):
        name = found["name"].lower()
        if name not in seen:
            seen.add(name)
            group = next((kind for kind in ("double", "single", "bare") if found[kind]), "")
            raw = found[group] if group else ""
            yield Attribute(
                name,
                html.unescape(raw),
                found.start(),
                found.start(group) if group else found.start(),
                raw,
            )
