"""Which of caniemail's features a page uses, how often, and where it does first."""

import re
from dataclasses import dataclass

from pipeline.rendering import markup
from pipeline.rendering.client_support import elements, sheets
from pipeline.rendering.client_support.features import FEATURES_OF
from pipeline.rendering.client_support.gathering import Gathering

#: The longest piece of a page that is shown.
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Use:
    """A feature that a page uses."""

    #: caniemail's name for it, such as ``css-border-radius``.
    slug: str
    #: In how many places.
    count: int
    #: The line and the column of the first one, from 1.
    line: int
    column: int
    #: What stands there.
    snippet: str


def find(text: str) -> tuple[Use, ...]:
    """Name the features that the HTML of a page uses, in the order in which they appear."""
    page = markup.read(text)
    found = _facts(page)
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for fact, count, offset in found:
        for slug in FEATURES_OF[fact]:
            counts[slug] = counts.get(slug, 0) + count
            first[slug] = min(first.get(slug, offset), offset)
    return tuple(
        Use(slug, counts[slug], *page.place(offset), _snippet(page.text, offset))
        for slug, offset in sorted(first.items(), key=lambda each: (each[1], each[0]))
    )


def _facts(page: markup.Markup) -> Gathering:
    found = Gathering()
    for tag, (offset, times) in page.tags.items():
        found.add_all(elements.read_tag(tag), offset, times)
    for sheet, offset in page.sheets:
        found.add_all(sheets.read_sheet(sheet), offset)
    for offset in page.comments:
        found.add("comment html", offset)
    # Longer ones are those of HTML 4 and XHTML.
    if page.doctype and page.doctype[0].strip().lower() == "html":
        found.add("doctype html", page.doctype[1])
    return found


def _snippet(text: str, offset: int) -> str:
    """Show what stands at a place: a tag, a declaration, the head of a rule."""
    piece = text[offset : offset + _SHOWN]
    found = re.match(r"<[^<>]*>?|[\w-]+=(?:\"[^\"]*\"?|'[^']*'?)|[^;{}\"'<>\n]*", piece)
    return " ".join((found[0] if found else piece).split())
