"""Where what stands in the finished page was written: in the theme, or in a text of the issue.

The compiler keeps no places, but it keeps comments. So the source is compiled once more with a
comment before each tag that says where the tag stands; the pages have the same elements.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from pipeline.errors import MailbagError
from pipeline.model.finding import Finding
from pipeline.rendering.checks import sheet_places
from pipeline.rendering.checks.cascade import Elements
from pipeline.rendering.checks.page import Page
from pipeline.rendering.checks.sheet_places import SheetPlaces
from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.prose.text_places import Passage
from pipeline.rendering.validating.html_as_xml import VOID

# In what the compiler makes of these a comment would end another, or begin a table anew.
_WITHOUT_MARKS = frozenset(
    {"mj-wrapper", "mj-social", "mj-navbar", "mj-carousel", "mj-accordion", "mj-accordion-element"}
)
_PIECE = re.compile(
    r"<!--.*?-->"
    rf"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*){IN_TAG}*>",
    re.DOTALL,
)
_MARK = re.compile(r"@([0-9]+)")
_TAG = re.compile(r"<[^<>]*>")
#: Letters of a text that tell it from others.
_TELLING = 24


@dataclass(frozen=True, slots=True)
class Body:
    """A text of the issue as it stands in the source, and the file it comes from."""

    markup: str
    passages: tuple[Passage, ...]
    file: str
    #: The line it begins in; 0 when that is not known.
    line: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a piece of the page."""

    #: ``path``, ``path:line``, or ``path:line:column``.
    place: str
    #: It stands in a text of the issue, not in the theme.
    in_body: bool


class Origins:
    """Finds who wrote what; the work is done when it is asked first."""

    def __init__(
        self,
        source: str,
        bodies: Sequence[Body],
        compile_html: Callable[[str], str],
        trace: Callable[[], Callable[[int], str]],
    ) -> None:
        """Look in an MJML source; ``trace`` gives what finds the file and line of an offset."""
        self._source = source
        self._bodies = bodies
        self._compile = compile_html
        self._trace = trace
        self._spans: tuple[tuple[int, int, Body], ...] | None = None
        self._locate: Callable[[int], str] | None = None
        #: The offset in the source of each element of the page asked for last.
        self._page: Page | None = None
        self._written: dict[etree._Element, int] = {}
        #: The page before the sheets were written into its elements, and its element for each.
        self._marked = Page("")
        self._elements: Elements | None = None
        self._bare: dict[etree._Element, etree._Element] = {}

    @cached_property
    def _sheets(self) -> SheetPlaces:
        return sheet_places.read(self._source)

    def of(self, page: Page, line: int, column: int) -> Origin:
        """Find who wrote what stands at a place of the finished page."""
        offset = page.offset_of(line, column)
        sheet = next(
            (one for one in page.sheets if one.offset <= offset < one.offset + len(one.text)), None
        )
        if sheet is not None:
            return self._at(self._sheets.of_piece(sheet, offset) or 0)
        element = page.element_at(offset)
        if page is not self._page:
            self._page, self._written = page, self._match(page)
        if element is None:
            return self._at(0)
        rule = self._in_rule(page, element, offset)
        if rule is not None:
            return self._at(rule)
        return self._at(self._written[element] if element in self._written else self._told(element))

    def _in_rule(self, page: Page, element: etree._Element, offset: int) -> int | None:
        """Find the rule that wrote what stands at an offset into an element's style."""
        bare, said = self._bare.get(element), sheet_places.declared_at(page, element, offset)
        if bare is None or said is None or sheet_places.is_among(said, bare.get("style") or ""):
            return None
        self._elements = self._elements or Elements(self._marked)
        return self._sheets.of_rule(said, bare, self._elements)

    def check_source(
        self, check: Callable[[str, Callable[[int], str]], Iterator[Finding]]
    ) -> Iterator[Finding]:
        """Give the findings about the MJML source itself, at the places of who wrote it."""
        return check(self._source, lambda offset: self._at(offset).place)

    def _at(self, offset: int) -> Origin:
        if self._spans is None:
            self._spans = tuple(_spans(self._source, self._bodies))
        for start, end, body in self._spans:
            if start <= offset < end:
                return Origin(_place_in(body, self._source[offset:end]), in_body=True)
        self._locate = self._locate or self._trace()
        return Origin(self._locate(offset), in_body=False)

    def _told(self, element: etree._Element) -> int:
        """Find the tag of an element that has no mark, as in the head, by the address in it."""
        address = element.get("href") or element.get("src")
        at = self._source.find(address) if address else -1
        return max(self._source.rfind("<", 0, at), 0) if at >= 0 else 0

    def _match(self, page: Page) -> dict[etree._Element, int]:
        """Give each element the place of the tag that made it, or nothing for want of one."""
        try:
            marked = Page(self._compile(_marked(self._source)))
        except MailbagError:
            return {}
        if [one.tag for one in marked.elements] != [one.tag for one in page.elements]:
            return {}
        written = _read_marks(marked.root)
        self._marked, self._elements = marked, None
        self._bare = dict(zip(page.elements, marked.elements, strict=True))
        return {
            ours: written[theirs]
            for ours, theirs in zip(page.elements, marked.elements, strict=True)
            if theirs in written
        }


def _marked(source: str) -> str:
    """Write a comment with its place before each tag of the body that may have one."""
    parts: list[str] = []
    opened: list[str] = []
    end = 0
    for piece in _PIECE.finditer(source):
        name = piece["name"]
        if name is None:
            continue
        if piece["slash"]:
            del opened[-1:]
            continue
        if "mj-body" in opened[:2] and opened[-1] not in _WITHOUT_MARKS:
            parts += [source[end : piece.start()], f"<!--@{piece.start()}-->"]
            end = piece.start()
        if not piece[0].endswith("/>") and name not in VOID:
            opened.append(name)
    return "".join([*parts, source[end:]])


def _read_marks(root: etree._Element) -> dict[etree._Element, int]:
    """Give each element the mark before it among its siblings, or that of its parent."""
    written: dict[etree._Element, int] = {}
    latest: dict[etree._Element, int] = {}
    for node in root.iter():
        parent = node.getparent()
        if parent is None:
            continue
        if isinstance(node, etree._Comment):  # noqa: SLF001 - lxml names the type nowhere else
            if mark := _MARK.fullmatch(node.text or ""):
                latest[parent] = int(mark[1])
            continue
        found = latest.get(parent, written.get(parent))
        if found is not None:
            written[node] = found
    return written


def _spans(source: str, bodies: Sequence[Body]) -> Iterator[tuple[int, int, Body]]:
    """Find where each text stands in the source, wherever a theme writes it."""
    for body in bodies:
        start = source.find(body.markup) if body.markup else -1
        while start >= 0:
            yield start, start + len(body.markup), body
            start = source.find(body.markup, start + len(body.markup))


def _place_in(body: Body, markup: str) -> str:
    """Find the line of a text that a piece of its markup comes from."""
    words = " ".join(html.unescape(_TAG.sub(" ", markup[:2000])).split())[:_TELLING]
    for passage in body.passages:
        at = passage.text.find(words) if words else -1
        if at >= 0 and (line := passage.line_at(at)):
            return f"{body.file}:{line}"
    return f"{body.file}:{body.line}" if body.line else body.file
