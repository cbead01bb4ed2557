"""The pictures of a page."""

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import picture_addresses
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_NO_ALT = Fault(
    "image/no-alt",
    Level.WARNING,
    "a picture has no alternative text, so who does not see it hears its address",
    'write alt="what it shows" into it, or alt="" when it only adorns',
)
_ALT_IS_NAME = Fault(
    "image/alt-name",
    Level.WARNING,
    "the alternative text of a picture does not say what it shows",
    "say in a few words what a reader sees there",
)
_EMPTY = Fault(
    "image/empty",
    Level.WARNING,
    "a picture has no address",
    "write its address into src, or take it out",
)
_NO_WIDTH = Fault(
    "image/no-width",
    Level.NOTE,
    "a picture has no width attribute, so Outlook on Windows shows it in its own size",
    'write its width in pixels into it, such as width="600"',
)

_TRACKING = Fault(
    "image/tracking",
    Level.NOTE,
    "a picture of one pixel tells its server who opens the mail, and when",
    "take it out",
)

#: A file's name, or a word that fits every picture.
_NO_WORDS = re.compile(
    r"\S*\.(?:png|jpe?g|gif|webp|avif|svg|bmp|tiff?)"
    r"|(?:img|dsc|dscn|dscf|pxl|screenshot)[_ -]?\d[\w -]*"
    r"|image|img|picture|photo|pic|graphic|spacer|bild|foto|imagen|صورة",
    re.IGNORECASE,
)


def says_nothing(alt: str) -> bool:
    """Tell whether an alternative text is only a file's name, or a word for every picture."""
    return _NO_WORDS.fullmatch(alt.strip()) is not None


def check(page: Page) -> Iterator[Finding]:
    """Look at the address, the alternative text and the width of every picture.

    Also at the addresses of backgrounds; those of CSS are looked at with the styles.
    """
    found: dict[Fault, list[etree._Element]] = {}
    for picture in page.named("img"):
        for fault in _faults(page, picture):
            found.setdefault(fault, []).append(picture)
    for element in page.elements:
        for fault in picture_addresses.judge(element.get("background") or "cid:", page.host):
            found.setdefault(fault, []).append(element)
    for fault, pictures in found.items():
        yield from fault.among(page, pictures)


def _faults(page: Page, picture: etree._Element) -> Iterator[Fault]:
    alt, source = picture.get("alt"), (picture.get("src") or "").strip()
    if alt is None and (picture.get("role") or "").lower() not in {"presentation", "none"}:
        yield _NO_ALT
    elif alt is not None and says_nothing(alt):
        yield _ALT_IS_NAME
    if not source:
        yield _EMPTY
    else:
        yield from picture_addresses.judge(source, page.host)
    if source.lower().startswith(("https:", "http:")) and _is_pixel(page, picture):
        yield _TRACKING
    if not picture.get("width") and not _is_small(page, picture):
        yield _NO_WIDTH


def _is_small(page: Page, picture: etree._Element) -> bool:
    """Tell whether a picture is not shown."""
    return any(one.name == "display" and one.value == "none" for one in page.style(picture))


def _is_pixel(page: Page, picture: etree._Element) -> bool:
    styles = {one.name: one.value for one in page.style(picture)}
    sizes = (picture.get(name) or styles.get(name, "") for name in ("width", "height"))
    return all(size.strip().lower().removesuffix("px") in {"0", "1"} for size in sizes)
