"""What a page says of itself, and what has no place in a mail."""

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_NO_DOCTYPE = Fault(
    "page/doctype",
    Level.WARNING,
    "the page does not begin with <!DOCTYPE html>, so browsers lay it out as in 1998",
    "write <!DOCTYPE html> before everything else",
)
_NO_TITLE = Fault(
    "page/title",
    Level.WARNING,
    "the page has no title, which screen readers speak first and a browser's tab shows",
    "write the subject into <title>",
)
_NO_SCHEME = Fault(
    "page/color-scheme",
    Level.NOTE,
    "the page does not say that it knows dark screens, so Apple Mail leaves it light",
    'write <meta name="color-scheme" content="light dark"> and colours for both',
)
_NO_ZOOM = Fault(
    "page/zoom",
    Level.WARNING,
    "the page forbids to enlarge it, and who sees badly must",
    "take user-scalable and maximum-scale out of its viewport",
)
_ACTIVE = Fault(
    "page/active",
    Level.WARNING,
    "what runs or loads by itself is taken out by mail programs, and filters distrust it",
    "take it out",
)
_FOREIGN_SHEET = Fault(
    "page/foreign-sheet",
    Level.WARNING,
    "a style sheet lies elsewhere, and mail programs do not load it",
    "write it into <style>, or into the elements",
)

_ACTIVE_TAGS = frozenset({"script", "iframe", "object", "embed", "applet", "frame", "frameset"})
#: Comments may stand before it; each is read once, however many there are.
_DOCTYPE = re.compile(
    r"\ufeff?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<!doctype\s+html",
    re.IGNORECASE | re.DOTALL,
)
_SCALE = re.compile(r"maximum-scale\s*=\s*([0-9.]+)")
_FIXED = re.compile(r"user-scalable\s*=\s*(?:no|0|false)\b")


def check(page: Page) -> Iterator[Finding]:
    """Look at the head of a page, and for what runs in it."""
    metas = {(one.get("name") or "").strip().lower(): one for one in page.named("meta")}
    if not _DOCTYPE.match(page.text):
        yield _NO_DOCTYPE.of(page)
    if not any("".join(map(str, one.itertext())).strip() for one in page.named("title")):
        yield _NO_TITLE.of(page)
    if not {"color-scheme", "supported-color-schemes"} & metas.keys() and not _declares(page):
        yield _NO_SCHEME.of(page)
    viewport = metas.get("viewport")
    if viewport is not None and _forbids_zoom((viewport.get("content") or "").lower()):
        yield _NO_ZOOM.at(page, viewport)
    yield from _ACTIVE.among(page, (one for one in page.elements if _is_active(one)))
    # What a sheet imports is told with the styles, where it stands in one.
    links = page.named("link")
    yield from _FOREIGN_SHEET.among(
        page, (one for one in links if "stylesheet" in (one.get("rel") or "").lower())
    )


def _declares(page: Page) -> bool:
    """Tell whether a style sheet says it instead."""
    return any(
        one.name == "color-scheme" and "dark" in one.value
        for sheet in page.sheets
        for rule in sheet.rules
        for one in rule.declarations
    )


def _forbids_zoom(content: str) -> bool:
    most = _SCALE.search(content)
    try:
        is_small = most is not None and float(most[1]) < 2
    except ValueError:
        is_small = False
    return is_small or bool(_FIXED.search(content))


def _is_active(element: etree._Element) -> bool:
    return element.tag in _ACTIVE_TAGS or any(str(name).startswith("on") for name in element.attrib)
