"""Variables of CSS: ``var(--ink, #333)`` becomes what a mail program that knows them takes.

One that does not know them leaves the whole declaration out; that is told by client support.
"""

import re
from collections.abc import Mapping

from lxml import etree

from pipeline.rendering.checks.page import Page

Own = dict[str, str]
_USE = re.compile(
    r"var\(\s*(?P<name>--[\w-]+)\s*(?:,(?P<otherwise>(?:[^()]|\([^()]*\))*))?\)", re.IGNORECASE
)
#: Variables in the values of others; who goes on has a circle.
_DEEPEST = 8


def filled_in(page: Page, styles: Mapping[etree._Element, Own]) -> Mapping[etree._Element, Own]:
    """Give styles without variables; what no value and no other choice is known for goes."""
    if not any("var(" in value for own in styles.values() for value in own.values()):
        return styles
    found: dict[etree._Element, Own] = {}
    inherited: dict[etree._Element, Own] = {}
    nothing: Own = {}
    # Elements of the same styles share one, so they do with what it becomes.
    known: dict[tuple[int, int], tuple[Own, Own]] = {}
    for element in page.elements:
        parent = element.getparent()
        above = inherited.get(parent, nothing) if parent is not None else nothing
        own = styles.get(element)
        if own is None:
            inherited[element] = above
            continue
        key = (id(above), id(own))
        if key not in known:
            set_here = {name: value for name, value in own.items() if name.startswith("--")}
            within = {**above, **set_here} if set_here else above
            known[key] = within, _fill(own, within)
        inherited[element], found[element] = known[key]
    return found


def _fill(own: Own, known: Own) -> Own:
    filled = {name: _value(value, known) for name, value in own.items() if name[:2] != "--"}
    return {name: value for name, value in filled.items() if value is not None}


def _value(text: str, known: Own) -> str | None:
    for _ in range(_DEEPEST):
        use = _USE.search(text)
        if use is None:
            return None if "var(" in text else text
        otherwise: str | None = use["otherwise"]
        value = known.get(use["name"].lower(), otherwise)
        if value is None:
            return None
        text = f"{text[: use.start()]}{value.strip()}{text[use.end() :]}"
    return None
