"""Which rules of a style sheet hold on which kind of screen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from lxml import etree

from pipeline.rendering.checks import cascade, looks
from pipeline.rendering.checks.cascade import Elements, Styles
from pipeline.rendering.checks.looks import Looks
from pipeline.rendering.checks.page import Page

_OUTLOOK = ("data-ogsc", "data-ogsb")
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_ANY_SCREEN = re.compile(r"@media\s*(?:(?:only\s+)?(?:all|screen)\s*)?", re.IGNORECASE)
_DARK_SCREEN = re.compile(
    r"@media\s*(?:(?:only\s+)?(?:all|screen)\s+and\s*)?\(\s*prefers-color-scheme\s*:\s*dark\s*\)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Light:
    """A page on a light screen."""

    elements: Elements
    styles: Styles
    looks: Looks


def light(page: Page) -> Light:
    """Give a page as a light screen of any width shows it; made once."""
    if "light" not in page.notes:
        elements = Elements(page)
        styles = cascade.compute(page, elements, _is_light)
        page.notes["light"] = Light(elements, styles, looks.of_page(page, styles))
    return cast("Light", page.notes["light"])


def dark(page: Page) -> Looks | None:
    """Give a page in its own colours for dark screens; ``None`` when it has none."""
    if not any(map(_DARK.search, _conditions(page))):
        return None
    return looks.of_page(page, cascade.compute(page, light(page).elements, _is_dark))


def for_outlook(page: Page) -> Styles:
    """Give what a page says to Outlook.com's dark mode alone."""
    with _marked(page.root):
        return cascade.compute(page, light(page).elements, _is_for_outlook, sheets_only=True)


@contextmanager
def _marked(root: etree._Element) -> Iterator[None]:
    """Let the root have what Outlook.com writes around a mail."""
    added = [name for name in _OUTLOOK if root.get(name) is None]
    for name in added:
        root.set(name, "")
    try:
        yield
    finally:
        for name in added:
            del root.attrib[name]


def _conditions(page: Page) -> Iterator[str]:
    for sheet in page.sheets:
        yield f"@media {sheet.media}"
        for rule in sheet.rules:
            yield from rule.conditions


def _is_light(conditions: tuple[str, ...], selectors: str) -> bool:
    return "[data-ogs" not in selectors and all(map(_ANY_SCREEN.fullmatch, conditions))


def _is_dark(conditions: tuple[str, ...], selectors: str) -> bool:
    return "[data-ogs" not in selectors and all(
        _ANY_SCREEN.fullmatch(one) or _DARK_SCREEN.fullmatch(one) for one in conditions
    )


def _is_for_outlook(conditions: tuple[str, ...], selectors: str) -> bool:
    return "[data-ogs" in selectors and all(map(_ANY_SCREEN.fullmatch, conditions))
