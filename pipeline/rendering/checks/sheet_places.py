"""Where in the MJML source a style of the finished page was written.

The compiler takes style sheets over as they are, one after the other, and the inliner writes their
rules into the elements; so what stands in neither an element's own style nor its attributes is
looked for among the rules.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from pipeline.rendering import markup
from pipeline.rendering.checks.cascade import Elements
from pipeline.rendering.checks.page import Page, Sheet
from pipeline.rendering.declarations import Declaration, Rule, place_styles, read_style

#: What tells a piece of a sheet from others; what is not ASCII comes out of the compiler otherwise.
_PIECE = re.compile(r"[\x20-\x5b\x5d-\x7e]+")
#: Places that are compared, and how much of what stands before them.
_MOST, _BEFORE = 200, 2_000
_BLANK = re.compile(r"[\s\"']+")


@dataclass(frozen=True, slots=True)
class SheetPlaces:
    """The style sheets of a source."""

    sheets: tuple[Sheet, ...]

    def of_piece(self, sheet: Sheet, offset: int) -> int | None:
        """Find in the source what stands at an offset of a sheet of the page."""
        at = offset - sheet.offset
        piece = _PIECE.match(sheet.text, at)
        if piece is None:
            return None
        before = sheet.text[max(at - _BEFORE, 0) : at]
        found = islice(self._places(piece[0].rstrip()), _MOST)
        best = max(found, key=lambda one: _alike(one[0].text[: one[1]], before), default=None)
        return None if best is None else best[0].offset + best[1]

    def of_rule(self, one: Declaration, element: etree._Element, elements: Elements) -> int | None:
        """Find the last rule about an element that says what its style says."""
        wanted = _plain(one)
        places = [
            (sheet, rule, said)
            for sheet in self.sheets
            for rule in sheet.rules
            for said in rule.declarations
            if _plain(said) == wanted
        ]
        about = [found for found in places if _is_about(found[1], element, elements)]
        for sheet, _, said in reversed(about or places):
            return sheet.offset_at(said.line, said.column)
        return None

    def _places(self, piece: str) -> Iterator[tuple[Sheet, int]]:
        for sheet in self.sheets:
            at = sheet.text.find(piece)
            while at >= 0:
                yield sheet, at
                at = sheet.text.find(piece, at + 1)


def read(source: str) -> SheetPlaces:
    """Read the style sheets of an MJML source."""
    found = markup.read(source).sheets
    return SheetPlaces(tuple(Sheet(text, offset, "") for text, offset in found))


def declared_at(page: Page, element: etree._Element, offset: int) -> Declaration | None:
    """Give the declaration of an element's style in which an offset of the page lies."""
    start = page.offsets.get(element)
    if start is None or offset == start:
        return None
    for attribute in markup.attributes(markup.tag_at(page.text, start)):
        if attribute.name == "style":
            placed = place_styles(attribute.value)
            begun = [one for one, at in placed if start + attribute.at(at) <= offset]
            within = offset < start + attribute.offset + len(attribute.raw)
            return begun[-1] if begun and within else None
    return None


def is_among(one: Declaration, style: str) -> bool:
    """Tell whether a style says a thing itself."""
    return _plain(one) in map(_plain, read_style(style))


def _plain(one: Declaration) -> tuple[str, str]:
    return one.name, _BLANK.sub("", one.value).lower()


def _is_about(rule: Rule, element: etree._Element, elements: Elements) -> bool:
    return any(element in found for found in map(elements.matching, _cut(rule.selectors)))


def _cut(selectors: str) -> Iterable[str]:
    return (one.strip() for one in selectors.split(","))


def _alike(one: str, other: str) -> int:
    """Count the letters in which two texts end alike."""
    count = 0
    for left, right in zip(reversed(one[-_BEFORE:]), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count
