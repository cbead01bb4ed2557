"""Whether the texts of a page are large and airy enough to be read."""

from collections.abc import Iterator
from functools import partial

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import causes, screens
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

#: Pixels; and letters from which a text is one to be read, not a label.
SMALLEST, RUNNING = 14, 120
#: Times the size, as the accessibility reports on mail ask (WCAG 2.2, 1.4.12, must allow it).
TIGHTEST = 1.5
#: What a rounded figure may lack: 21 pixels are 1.5 times 14.4.
_ROUNDING = 0.05

_TIGHT = Fault(
    "text/line-height",
    Level.NOTE,
    f"the lines of a long text stand closer than {TIGHTEST} times its size",
    f"write line-height:{TIGHTEST} or more",
)
_JUSTIFIED = Fault(
    "text/justified",
    Level.NOTE,
    "a text is spread to both edges, so the gaps between its words are uneven",
    "let it begin at one edge: take text-align:justify away",
)

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def check(page: Page) -> Iterator[Finding]:
    """Look at size, height of lines and alignment of what is seen."""
    light = screens.light(page)
    found = light.looks
    small: dict[float, list[etree._Element]] = {}
    tight: list[etree._Element] = []
    justified: list[etree._Element] = []
    for element, text in page.texts:
        look = found[element]
        if not look.is_seen or not any(letter.isalnum() for letter in text):
            continue
        if look.size < SMALLEST - _ROUNDING:
            small.setdefault(round(look.size, 1), []).append(element)
        if len(text) >= RUNNING:
            # WCAG asks it of blocks of text; the lines of a heading stand closer everywhere.
            if not _is_heading(element) and 0 < look.line_height < TIGHTEST - _ROUNDING:
                tight.append(element)
            if look.align.strip() == "justify":
                justified.append(element)
    for size, elements in sorted(small.items()):
        yield from Fault(
            "text/small",
            Level.NOTE,
            f"a text has {size:g} pixels, and many cannot read less than {SMALLEST}",
            f"write font-size:{SMALLEST}px or more",
        ).among(page, elements, partial(causes.of_size, page, light))
    yield from _TIGHT.among(page, tight, partial(causes.of_line_height, page, light))
    yield from _JUSTIFIED.among(page, justified, partial(causes.of_alignment, page, light))


def _is_heading(element: etree._Element) -> bool:
    return element.tag in _HEADINGS or any(
        outer.tag in _HEADINGS for outer in element.iterancestors()
    )
