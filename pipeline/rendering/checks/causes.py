"""What makes a text look as it does: the declaration that decides, and where in the page it stands.

Of an element without one of its own it is that of the nearest element around it which has one.
"""

from collections.abc import Callable

from lxml import etree

from pipeline.rendering.checks import looks
from pipeline.rendering.checks.page import Page
from pipeline.rendering.checks.screens import Seen

#: How many elements lie between a text and the declaration, and the declaration's offset.
_Found = tuple[int, int]


def of_size(page: Page, seen: Seen, element: etree._Element) -> int | None:
    """Find what sets the size of an element's text."""
    return _offset(_nearest(page, seen, element, ("font-size", "font"), looks.sets_size))


def of_line_height(page: Page, seen: Seen, element: etree._Element) -> int | None:
    """Find what sets the height of an element's lines."""
    return _offset(_nearest(page, seen, element, ("line-height", "font")))


def of_alignment(page: Page, seen: Seen, element: etree._Element) -> int | None:
    """Find what sets the edge that an element's text stands at."""
    return _offset(_nearest(page, seen, element, ("text-align",)))


def of_line(page: Page, seen: Seen, element: etree._Element) -> int | None:
    """Find what takes the line under an element away."""
    names = ("text-decoration", "text-decoration-line")
    return _offset(_nearest(page, seen, element, names, lambda _element: True))


def of_colours(page: Page, seen: Seen, element: etree._Element) -> int | None:
    """Find what sets the colour of a text, or the one behind it, whichever is nearer."""
    ink = _nearest(page, seen, element, ("color",), looks.sets_ink)
    ground = _nearest(page, seen, element, ("background",))
    return _offset(min(filter(None, (ink, ground)), key=lambda one: one[0], default=None))


def _nearest(
    page: Page,
    seen: Seen,
    element: etree._Element,
    names: tuple[str, ...],
    ends: Callable[[etree._Element], bool] = lambda _element: False,
) -> _Found | None:
    """Look outwards for an element that has one of the properties, up to one that ``ends`` it."""
    for away, one in enumerate((element, *element.iterancestors())):
        own = seen.styles.get(one, {})
        name = next((name for name in names if name in own), "")
        if name and (name != "background" or looks.ground(own) is not None):
            offset = seen.cascade.offset_of(page, one, name)
            # An old attribute, such as bgcolor, has no place of its own.
            offset = page.offsets.get(one) if offset is None else offset
            return None if offset is None else (away, offset)
        if ends(one):
            return None
    return None


def _offset(found: _Found | None) -> int | None:
    return None if found is None else found[1]
