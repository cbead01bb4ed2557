"""Tables that lay a mail out, and what a screen reader makes of them."""

from collections.abc import Iterator

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_LAYOUT = frozenset({"presentation", "none"})
#: What makes a table one of data.
_DATA = frozenset({"caption", "th", "thead"})


_ROLE = Fault(
    "table/role",
    Level.WARNING,
    "a table that only lays out has no role, so screen readers count its rows and columns",
    'write role="presentation" into it',
)


def check(page: Page) -> Iterator[Finding]:
    """Look for tables that are read out with rows and columns though they hold no data."""
    layout = (table for table in page.named("table") if not _has_role(table))
    yield from _ROLE.among(page, (table for table in layout if not _is_data(table)))


def _has_role(table: etree._Element) -> bool:
    return (table.get("role") or "").strip().lower() in _LAYOUT


def _is_data(table: etree._Element) -> bool:
    """Tell whether a table has headings of its own, not those of one within it."""
    waiting = list(table)
    while waiting:
        child = waiting.pop()
        if child.tag in _DATA:
            return True
        if child.tag != "table":
            waiting += list(child)
    return False
