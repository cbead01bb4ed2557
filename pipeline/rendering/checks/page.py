"""A page of HTML taken apart once, for every check that looks at one."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from pipeline.rendering import markup
from pipeline.rendering.declarations import Declaration, Rule, read_sheet, read_style

#: Elements that the parser may add, and the tags it may leave out before the next it takes.
_IMPLIED = frozenset({"html", "head", "body", "p", "tbody"})
_LEFT_OUT = 20


#: Elements that are looked at; the largest page that Gmail shows whole has some 3,000.
_MOST_ELEMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a ``<style>``."""

    text: str
    #: Where it begins in the page.
    offset: int
    #: The value of its ``media`` attribute.
    media: str

    @property
    def rules(self) -> tuple[Rule, ...]:
        return read_sheet(self.text)

    def offset_at(self, line: int, column: int) -> int:
        """Give the place in the page of a line and a column of the sheet, from 1."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
        return self.offset + start + column - 1


class Page:
    """A page; its elements in their order, and where each stands."""

    def __init__(self, text: str, base_url: str = "") -> None:
        #: That of the newsletter, and its host; empty for a page of anybody.
        self.base_url = base_url
        self.host = urlsplit(base_url).hostname or ""
        #: The page with one kind of line end, as places in it are counted.
        self.text = (
            text.replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\0", "\N{REPLACEMENT CHARACTER}")
        )
        self.root = _tree(self.text)
        self.elements: tuple[etree._Element, ...] = tuple(
            islice(self.root.iter(etree.Element), _MOST_ELEMENTS)
        )

    def named(self, *names: str) -> Iterator[etree._Element]:
        """Give the elements of these names, in their order."""
        return (element for element in self.elements if element.tag in names)

    def place(self, element: etree._Element) -> tuple[int, int]:
        """Give the line and the column of an element, from 1."""
        return self.place_at(self.offsets.get(element, 0))

    def place_at(self, offset: int) -> tuple[int, int]:
        """Give the line and the column of an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def offset_of(self, line: int, column: int) -> int:
        """Give the offset of a line and a column, from 1; 0 stands for the first."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
        return start + max(column - 1, 0)

    def element_at(self, offset: int) -> etree._Element | None:
        """Give the element whose tag is the last that begins at an offset or before it."""
        found = bisect_right(self._starts, offset)
        return self._started[found - 1] if found else None

    def style(self, element: etree._Element) -> tuple[Declaration, ...]:
        """Give the declarations of an element's own ``style``."""
        return read_style(element.get("style") or "")

    @cached_property
    def notes(self) -> dict[str, object]:
        """What a check found out that another needs, too."""
        return {}

    @cached_property
    def offsets(self) -> dict[etree._Element, int]:
        """Where the tag of each element begins; one that the parser added has none."""
        found = markup.read(self.text).starts
        offsets: dict[etree._Element, int] = {}
        next_tag = 0
        for element in self.elements:
            ahead = 1 if element.tag in _IMPLIED else _LEFT_OUT
            for number in range(next_tag, min(next_tag + ahead, len(found))):
                if found[number][0] == element.tag:
                    offsets[element] = found[number][1]
                    next_tag = number + 1
                    break
        return offsets

    @cached_property
    def _started(self) -> tuple[etree._Element, ...]:
        return tuple(self.offsets)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(self.offsets.values())

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The style sheets within the page."""
        return tuple(
            Sheet(
                text := element.text or "",
                self.text.find(text, self.offsets.get(element, 0)),
                element.get("media") or "",
            )
            for element in self.named("style")
        )

    @cached_property
    def texts(self) -> tuple[tuple[etree._Element, str], ...]:
        """Each text that is not blank with the element it stands in, in their order."""
        found: list[tuple[etree._Element, str]] = []
        for event, node in etree.iterwalk(self.root, events=("start", "end", "comment", "pi")):
            text, owner = (node.text, node) if event == "start" else (node.tail, node.getparent())
            if text and owner is not None and not text.isspace():
                found.append((owner, text))
        known = set(self.elements)
        return tuple((owner, text) for owner, text in found if owner in known)


def _tree(text: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        tree = None
    # Nothing but blanks and comments has no tree.
    return etree.Element("html") if tree is None else tree
