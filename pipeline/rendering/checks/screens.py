"""Which rules of a style sheet hold on which kind of screen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import cast

from lxml import etree

from pipeline.rendering.checks import cascade, looks
from pipeline.rendering.checks.cascade import Applies, Cascade, Elements, Styles
from pipeline.rendering.checks.looks import Looks
from pipeline.rendering.checks.page import Page

_OUTLOOK = ("data-ogsc", "data-ogsb")
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_WIDTH = re.compile(r"\b(?:min-|max-)?(?:device-)?width\b", re.IGNORECASE)
_OF_COLOURS = frozenset({"background", "background-color", "color"})
#: Pixels of a telephone, and of a desktop's window.
_NARROW, _WIDE = 320, 1_000
_QUERY = re.compile(
    r"\s*(?:(?:only\s+)?(?:all|screen)\b\s*(?:and\s*)?)?"
    r"(?P<features>(?:\([^()]*\)\s*(?:and\s*)?)*)",
    re.IGNORECASE,
)
_FEATURE = re.compile(r"\(\s*([a-z-]+)\s*(:|<=?|>=?)\s*([^()]*?)\s*\)")
_LENGTH = re.compile(r"([0-9.]+)(px|em|rem)")
_EM = 16


@dataclass(frozen=True, slots=True)
class Seen:
    """A page on one kind of screen."""

    elements: Elements
    cascade: Cascade
    looks: Looks

    @property
    def styles(self) -> Styles:
        """What each element says."""
        return self.cascade.styles


def light(page: Page) -> Seen:
    """Give a page as a light screen of any width shows it; made once."""
    if "light" not in page.notes:
        page.notes["light"] = _see(page, Elements(page), _on(dark=False))
    return cast("Seen", page.notes["light"])


def dark(page: Page) -> Seen | None:
    """Give a page in its own colours for dark screens; ``None`` when it has none."""
    if not any(map(_DARK.search, _conditions(page))):
        return None
    return _see(page, light(page).elements, _on(dark=True))


def by_width(page: Page) -> Iterator[tuple[str, Seen]]:
    """Give a page as a narrow and as a wide screen show it, where its colours differ there."""
    if any(
        _WIDTH.search(condition)
        for sheet in page.sheets
        for rule in sheet.rules
        if any(one.name in _OF_COLOURS for one in rule.declarations)
        for condition in (sheet.media, *rule.conditions)
    ):
        for words, width in (("narrow", _NARROW), ("wide", _WIDE)):
            yield words, _see(page, light(page).elements, _on(dark=False, width=width))


def for_outlook(page: Page) -> Cascade:
    """Give what a page says to Outlook.com's dark mode alone."""
    with _marked(page.root):
        return cascade.compute(page, light(page).elements, _is_for_outlook, sheets_only=True)


def _see(page: Page, elements: Elements, applies: Applies) -> Seen:
    found = cascade.compute(page, elements, applies)
    return Seen(elements, found, looks.of_page(page, found.styles))


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


def _on(*, dark: bool, width: int = 0) -> Applies:
    def applies(conditions: tuple[str, ...], selectors: str) -> bool:
        return "[data-ogs" not in selectors and all(map(holds, conditions))

    holds = partial(_holds, dark=dark, width=width)
    return applies


def _is_for_outlook(conditions: tuple[str, ...], selectors: str) -> bool:
    return "[data-ogs" in selectors and all(_holds(one, dark=None) for one in conditions)


@lru_cache(maxsize=1024)
def _holds(condition: str, *, dark: bool | None, width: int = 0) -> bool:
    """Tell whether a condition holds; ``dark`` of ``None`` and ``width`` 0 stand for any screen."""
    if not condition.lower().startswith("@media"):
        return False
    queries = (_QUERY.fullmatch(query) for query in condition[len("@media") :].split(","))
    return any(
        query is not None
        and all(
            _has(feature, dark=dark, width=width)
            for feature in re.findall(r"\([^()]*\)", query["features"].lower())
        )
        for query in queries
    )


def _has(feature: str, *, dark: bool | None, width: int) -> bool:
    found = _FEATURE.fullmatch(feature)
    if found is None:
        return False
    name, sign, value = found[1].replace("device-", ""), found[2], found[3]
    if name == "prefers-color-scheme":
        return sign == ":" and dark is {"dark": True, "light": False}.get(value, not dark)
    length = _LENGTH.fullmatch(value)
    if length is None or not width:
        return False
    try:
        pixels = float(length[1]) * (1 if length[2] == "px" else _EM)
    except ValueError:
        return False
    kind = {"max-width:": "<=", "min-width:": ">="}.get(name + sign)
    return {
        "<=": width <= pixels,
        "<": width < pixels,
        ">=": width >= pixels,
        ">": width > pixels,
    }.get(kind or (sign if name == "width" else ""), False)
