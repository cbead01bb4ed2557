"""Which rules of a style sheet a page has elements for, and what elements those are.

lxml looks for a selector in the whole page, and takes the classes of each element in turn apart.
It need not ask those of another name, and it is quicker to ask for a whole attribute.
"""

import re
from collections import defaultdict
from functools import cached_property, lru_cache

from pipeline.rendering import markup
from pipeline.rendering.pages.page_pieces import Pieces

# A selector of elements and classes alone, one within the other, perhaps of a state.
_SIMPLE = re.compile(r"[\w\s.-]+(?::[a-z-]+)?", re.ASCII)
_NAME = re.compile(r"[\w-]+")
_LEADING_CLASS = re.compile(r"\.([a-z_][\w-]*)(?=[\s.:#\[>+~]|\Z)", re.IGNORECASE | re.ASCII)
_ELEMENT = re.compile("[a-z][a-z0-9]*")
_PLAIN = re.compile("[A-Za-z0-9_ -]+")
#: What an HTML parser adds where it is not written.
_IMPLIED = frozenset({"html", "head", "body", "p"})
#: Kinds of elements for each of which one class is looked for.
_MOST = 3


class Narrowing:
    """The selectors of one page."""

    def __init__(self, page: Pieces) -> None:
        self._page = page

    def of(self, selector: str) -> tuple[str, ...]:
        """Give selectors that together find the same elements, each of them once.

        There is none when the page has none of the elements.
        """
        names, leading = _read(selector)
        if not self._known.issuperset(names):
            return ()
        kinds = self._kinds.get(leading, frozenset())
        elements = {element for element, _ in kinds}
        if not all(map(_ELEMENT.fullmatch, elements)) or not 1 <= len(elements) <= _MOST:
            return (selector,)
        if len(kinds) > _MOST or not all(_PLAIN.fullmatch(value) for _, value in kinds):
            return tuple(f"{element}{selector}" for element in sorted(elements))
        rest = selector[len(leading) + 1 :]
        return tuple(f'{element}[class="{value}"]{rest}' for element, value in sorted(kinds))

    @cached_property
    def _known(self) -> frozenset[str]:
        """Every element and class of the page, and perhaps more."""
        elements = {markup.name_of(tag) for tag in set(self._page.tags)}
        return _IMPLIED | elements | self._kinds.keys()

    @cached_property
    def _kinds(self) -> dict[str, frozenset[tuple[str, str]]]:
        """The elements that have each class: their names, and the whole attributes."""
        found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for tag in set(self._page.tags):
            value = _class_of(tag)
            for name in value.split():
                found[name].add((markup.name_of(tag), value))
        return {name: frozenset(kinds) for name, kinds in found.items()}


@lru_cache(maxsize=1024)
def _read(selector: str) -> tuple[tuple[str, ...], str]:
    """Give the names that a page must have for a selector, if that can be told, and its class."""
    names = _NAME.findall(selector.partition(":")[0]) if _SIMPLE.fullmatch(selector) else ()
    leading = _LEADING_CLASS.match(selector)
    return tuple(names), leading[1] if leading else ""


@lru_cache(maxsize=1024)
def _class_of(tag: str) -> str:
    return markup.values(tag).get("class", "") if "class" in tag.lower() else ""
