"""What mail programs make of a page's colours on a dark screen, each in its way."""

from collections.abc import Callable, Iterator
from typing import Any

import tinycss2
from cssselect import GenericTranslator, parse

from pipeline.rendering import colours
from pipeline.rendering.colours import Colour

_WHITE = Colour(1, 1, 1)


def declarations(element: Any) -> dict[str, str]:
    """Read the style that is written into an element."""
    pairs = (pair.split(":", 1) for pair in element.get("style", "").split(";") if ":" in pair)
    return {name.strip(): value.strip() for name, value in pairs}


def inherited(element: Any, *names: str) -> str:
    """Find the value of a property that an element takes from what is around it, or nothing."""
    while element is not None:
        for name in names:
            if name in declarations(element):
                return declarations(element)[name]
        element = element.getparent()
    return ""


def texts(page: Any) -> Iterator[Any]:
    """Give every element of the body that shows text of its own."""
    for element in page.body.iter("*"):
        own = [element.text or "", *(child.tail or "" for child in element)]
        hidden = "none" in inherited(element, "display")
        if "".join(own).strip() and isinstance(element.tag, str) and not hidden:
            yield element


def pairs(page: Any) -> Iterator[tuple[Any, Colour, Colour]]:
    """Give every text with its colour and the colour behind it."""
    for element in texts(page):
        ink = colours.parse(inherited(element, "color"))
        assert ink, "every text has a colour"
        ground = colours.parse(inherited(element, "background-color", "background"))
        yield element, ink, ground or _WHITE


def as_it_is(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    return ink, ground


def partly_inverted(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What Outlook.com and Gmail on Android show."""
    return colours.turned_ink(ink), colours.turned_ground(ground)


def inverted(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What Gmail on iOS and Outlook on Windows show."""
    return colours.inverted(ink), colours.inverted(ground)


def apply_media(page: Any, condition: str) -> None:
    """Write the rules of ``@media`` with a condition into the elements they are for."""

    def rules(sheet: str) -> Iterator[Any]:
        for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
            if rule.type == "at-rule" and condition in tinycss2.serialize(rule.prelude):
                yield from tinycss2.parse_rule_list(
                    rule.content, skip_comments=True, skip_whitespace=True
                )

    _apply(page, rules)


def apply_outlook_marks(page: Any) -> None:
    """Do what Outlook.com does: mark what has a colour of its own, and apply every sheet."""
    for element in page.xpath("//*[@style]"):
        style = declarations(element)
        if "color" in style:
            element.set("data-ogsc", "")
        if "background" in style or "background-color" in style:
            element.set("data-ogsb", "")

    def rules(sheet: str) -> Iterator[Any]:
        for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
            if rule.type == "qualified-rule" and "[data-ogs" in tinycss2.serialize(rule.prelude):
                yield rule

    _apply(page, rules)


def _apply(page: Any, rules: Callable[[str], Iterator[Any]]) -> None:
    found: list[tuple[Any, int, Any, dict[str, str]]] = []
    for sheet in page.xpath("//style/text()"):
        for rule in rules(sheet):
            values = tinycss2.parse_declaration_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            written = {it.name: tinycss2.serialize(it.value).strip() for it in values}
            for selector in parse(tinycss2.serialize(rule.prelude)):
                if selector.pseudo_element is None:
                    found.append((selector.specificity(), len(found), selector, written))
    # All of them are !important, so that specificity and order decide.
    for _, _, selector, written in sorted(found, key=lambda it: it[:2]):
        for element in page.xpath(GenericTranslator().selector_to_xpath(selector, "//")):
            merged = declarations(element)
            # A new colour takes the place of what another property painted.
            if "background" in written or "background-color" in written:
                merged.pop("background", None)
                merged.pop("background-color", None)
            merged |= written
            element.set("style", "; ".join(f"{name}: {it}" for name, it in merged.items()))
