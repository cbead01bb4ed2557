"""How each text of a page looks: its colours, its size, whether it is seen at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from pipeline.rendering import colours
from pipeline.rendering.checks.cascade import Own, Styles
from pipeline.rendering.checks.page import Page
from pipeline.rendering.colours import Colour

BLACK, WHITE = Colour(0, 0, 0), Colour(1, 1, 1)
#: Where no style says another (HTML, section 15.3).
LINK = Colour(0, 0, 238 / 255)
_SIZES = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h4": 16.0, "h5": 13.28, "h6": 10.72}
_NAMED_SIZES = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
#: Of ``<font size>`` (HTML, section 15.3.4), and what ``<small>`` makes of a size.
_OLD_SIZES = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_OLD_SIZES |= {"-2": 10.0, "-1": 13.0, "+1": 18.0, "+2": 24.0}
_SMALLER = 5 / 6
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_UNSEEN = frozenset({"head", "script", "style", "title", "template", "noscript"})
_LENGTH = re.compile(r"([0-9]*\.?[0-9]+)\s*(px|pt|em|rem|%)?")
_SHARE = re.compile(r"([0-9]*\.?[0-9]+)(%)?")
#: Such as ``italic bold 12px/1.5 Arial``.
_FONT = re.compile(
    r"(?P<size>[0-9.]+(?:px|pt|em|rem|%))\s*(?:/\s*(?P<line>[0-9.]+(?:px|pt|em|rem|%)?))?"
)
_POINT = 96 / 72
#: Pixels from which letters are letters, not a way to hide a text.
_SEEN = 2
_PICTURE = re.compile(r"[a-z-]*(?:url|gradient)\((?:[^()]|\([^()]*\))*\)")
_WORD = re.compile(r"[a-z]+\([^()]*\)|[^\s,/]+")


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element looks."""

    ink: Colour = BLACK
    ground: Colour = WHITE
    #: Pixels.
    size: float = 16.0
    is_bold: bool = False
    #: Times the size; 0 where no style says it.
    line_height: float = 0.0
    align: str = ""
    #: How much of the text is there, from 0 to 1; what is behind it counts as whole.
    opacity: float = 1.0
    is_shown: bool = True

    @property
    def is_seen(self) -> bool:
        """Whether there is anything to see; MJML sets the size to nothing around its columns."""
        return self.is_shown and self.size >= _SEEN

    @property
    def is_large(self) -> bool:
        """Whether less contrast will do (WCAG 2.2, 1.4.3): 18 points, or 14 in bold."""
        return self.size >= (18.66 if self.is_bold else 24.0)


Looks = Mapping[etree._Element, Look]  # noqa: SLF001 - lxml has no other name for it


def of_page(
    page: Page,
    styles: Styles,
    start: Look | None = None,
    link: Colour = LINK,
) -> Looks:
    """Give the look of every element; ``start`` and ``link`` hold where no style says another."""
    found: dict[etree._Element, Look] = {}
    # A newsletter repeats itself: what looks above, the tag and the styles decide.
    known: dict[tuple[int, str, bool, str, int], Look] = {}
    beginning = start or Look()
    for element in page.elements:
        parent = element.getparent()
        above = found.get(parent, beginning) if parent is not None else beginning
        own, tag = styles.get(element), str(element.tag)
        is_link = tag == "a" and bool(element.get("href"))
        old_size = (element.get("size") or "").strip() if tag == "font" else ""
        key = (id(above), tag, is_link, old_size, id(own))
        if key not in known:
            look = replace(above, ink=link) if is_link else _of_tag(tag, above)
            if old_size in _OLD_SIZES:
                look = replace(look, size=_OLD_SIZES[old_size])
            known[key] = _styled(look, own) if own else look
        found[element] = known[key]
    return found


def ground(own: Own) -> Colour | None:
    """Find the colour behind a text; a picture there may not be loaded."""
    return _within(own["background"]) if "background" in own else None


@lru_cache(maxsize=512)
def _within(background: str) -> Colour | None:
    words = _PICTURE.sub(" ", background)
    for word in _WORD.findall(words):
        if (found := colours.parse(word)) is not None:
            return found
    return None


def sets_ink(element: etree._Element) -> bool:
    """Tell whether an element has a colour of its own without any style."""
    return element.tag == "a" and bool(element.get("href"))


def sets_size(element: etree._Element) -> bool:
    """Tell whether an element has a size of its own without any style."""
    return element.tag in _SIZES or element.tag in {"small", "font"}


def _of_tag(tag: str, above: Look) -> Look:
    if tag in _UNSEEN:
        return replace(above, is_shown=False)
    if tag == "small":
        return replace(above, size=above.size * _SMALLER)
    if tag in _BOLD:
        return replace(above, size=_SIZES.get(tag, above.size), is_bold=True)
    return above


def _styled(look: Look, own: Own) -> Look:
    behind, ink = look.ground, look.ink
    if (found := ground(own)) is not None:
        behind = colours.over(found, look.ground) if found.alpha < 1 else found
    if "color" in own and (found := colours.parse(own["color"])) is not None:
        ink = found
    size, line = _sizes(own, look)
    return replace(
        look,
        ink=ink,
        ground=behind,
        size=size,
        line_height=line,
        is_bold=_is_bold(own.get("font-weight", own.get("font", "")), look.is_bold),
        align=own.get("text-align", look.align),
        opacity=look.opacity * _opacity(own.get("opacity", "1")),
        is_shown=look.is_shown and not _hides(own),
    )


def _sizes(own: Own, look: Look) -> tuple[float, float]:
    """Give the size, and the height of a line as a multiple of it."""
    size, line = own.get("font-size", ""), own.get("line-height", "")
    if font := _FONT.search(own.get("font", "")):
        size, line = size or font["size"], line or font["line"] or ""
    pixels = _pixels(size.strip().lower(), look.size) if size else look.size
    height = look.line_height
    if not line:
        return pixels, height
    found = _LENGTH.fullmatch(line.strip().lower())
    if found is None:
        return pixels, 0.0
    number = float(found[1])
    if not found[2] or found[2] == "em":
        return pixels, number
    if found[2] == "%":
        return pixels, number / 100
    return pixels, (_pixels(line, pixels) / pixels if pixels else 0.0)


def _pixels(text: str, parent: float) -> float:
    if text in _NAMED_SIZES:
        return _NAMED_SIZES[text]
    found = _LENGTH.fullmatch(text)
    if found is None:
        return parent * {"smaller": 0.83, "larger": 1.2}.get(text, 1.0)
    unit = {"pt": _POINT, "em": parent, "rem": 16.0, "%": parent / 100}.get(found[2] or "", 1.0)
    return float(found[1]) * unit


def _is_bold(weight: str, before: bool) -> bool:  # noqa: FBT001 - what is inherited
    words = weight.lower().split()
    if any(word in {"bold", "bolder", "700", "800", "900"} for word in words):
        return True
    return False if any(word in {"normal", "lighter", "400", "300"} for word in words) else before


def _opacity(text: str) -> float:
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        return 1.0
    return min(float(found[1]) / (100 if found[2] else 1), 1.0)


def _hides(own: Own) -> bool:
    return (
        own.get("display", "").strip() == "none"
        or own.get("visibility", "").strip() == "hidden"
        or _is_nothing(own.get("opacity"))
        or _is_nothing(own.get("max-height"))
    )


def _is_nothing(value: str | None) -> bool:
    return value is not None and value.strip() in {"0", "0px", "0.0", "0%", ".0"}
