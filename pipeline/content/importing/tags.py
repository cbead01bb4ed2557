"""A page of HTML -> tags and texts with the lines they stand in.

A parser that builds a tree forgets in which line a text began; this one keeps it.
It follows what browsers do with broken pages, and takes time in proportion to the page
whatever is in it. Nothing is run, fetched or looked up.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"</?([a-zA-Z][^\s/>]{0,60})")
_ATTRIBUTE = re.compile(
    r"([^\s=/>\"'<]{1,100})(?:[ \n\f]{0,20}=[ \n\f]{0,20}(\"[^\"]*\"|'[^']*'|[^\s>]+))?"
)
_TAG_END = re.compile(r"(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")

#: No honest tag is longer; in a longer one the quotes are not to be trusted.
_LONGEST_TAG = 100_000

#: Elements whose content is not markup.
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


@dataclass(frozen=True, slots=True)
class Text:
    """Text of one line, with its character references resolved."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag or an end tag."""

    line: int
    #: In lower case.
    name: str
    is_end: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def read(page: str) -> Iterator[Tag | Text]:
    r"""Give the tags and texts of a page with ``\n`` line ends; comments are left out."""
    at, line = 0, 1
    untrusted = 0
    last_end = page.rfind(">")
    while at < len(page):
        mark = page.find("<", at)
        mark = len(page) if mark < 0 else mark
        if mark > at:
            yield from _texts(page[at:mark], line)
            line += page.count("\n", at, mark)
            at = mark
            continue
        if mark >= last_end:
            yield from _texts(page[at:], line)
            return
        name = _NAME.match(page, at)
        if name is None:
            end = _declaration_end(page, at)
            if end is None:
                yield Text(line, "<")
                end = at + 1
            line += page.count("\n", at, end)
            at = end
            continue
        closed = None
        if at >= untrusted:
            closed = _TAG_END.match(page, name.end(), at + _LONGEST_TAG)
            if closed is None:
                untrusted = at + _LONGEST_TAG
        # With its quotes in disorder a tag ends at the first `>`, as its writer meant.
        end = closed.end() if closed else page.find(">", at) + 1
        tag = _tag(page[at:end], name, line)
        yield tag
        line += page.count("\n", at, end)
        at = end
        if not tag.is_end and tag.name in _RAW:
            closing = _RAW[tag.name].search(page, at)
            end = closing.start() if closing else len(page)
            yield from _texts(page[at:end], line)
            line += page.count("\n", at, end)
            at = end


def _declaration_end(page: str, at: int) -> int | None:
    """Give the end of a comment, doctype or processing instruction; ``None`` for a bare ``<``."""
    if page.startswith("<!--", at):
        end = page.find("-->", at + 2)
        return len(page) if end < 0 else end + 3
    if page[at + 1 : at + 2] in {"!", "?", "/"}:
        return page.find(">", at) + 1
    return None


def _texts(raw: str, line: int) -> Iterator[Text]:
    *lines, last = raw.split("\n")
    for number, text in enumerate(lines, line):
        # The break itself is a blank between words.
        yield Text(number, html.unescape(text) + "\n")
    if last:
        yield Text(line + len(lines), html.unescape(last))


def _tag(raw: str, name: re.Match[str], line: int) -> Tag:
    is_end = raw.startswith("</")
    attributes: dict[str, str] = {}
    if not is_end:
        for match in _ATTRIBUTE.finditer(raw, len(name[0]), len(raw) - 1):
            value = match[2] or ""
            if value[:1] in {'"', "'"}:
                value = value[1:-1]
            attributes.setdefault(match[1].lower(), html.unescape(value))
    return Tag(line, name[1].lower(), is_end, attributes)
