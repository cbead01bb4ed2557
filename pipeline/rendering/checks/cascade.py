"""Which styles an element has: its own, those of the sheets, and what it inherits.

So much of CSS as mails need: sheets by origin, importance, specificity and order; no layout.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import cssselect
from lxml import etree

from pipeline.rendering import markup
from pipeline.rendering.checks import variables
from pipeline.rendering.checks.page import Page, Sheet
from pipeline.rendering.declarations import Declaration, place_styles, read_style

#: Properties that are looked at; rules about others are passed over, but for variables.
LOOKED_AT = frozenset(
    {
        *("background", "background-color", "color", "display", "font", "font-size"),
        *("font-weight", "line-height", "max-height", "opacity", "text-align", "visibility"),
        *("border", "border-bottom", "border-bottom-style", "border-bottom-width"),
        *("border-style", "border-width", "text-decoration", "text-decoration-line"),
    }
)
#: Gmail reads 16 KB of sheets, which hold no more rules about what is looked at.
_MOST_RULES = 500
#: In a page of more elements, selectors that need XPath are passed over: each looks at them all.
_USUAL = 5_000
#: Old attributes that say what a style would.
_ATTRIBUTES = ("style", "bgcolor", "align", "color", "text")
#: What most selectors of mails are; others are left to XPath. A mail stands within what
#: Outlook.com writes ``data-ogsc`` into.
_SIMPLE = re.compile(
    r"(?:(?P<outlook>\*?\[data-ogs[bc]\])\s+)?\*?(?P<tag>[a-z][a-z0-9]*)?"
    r"(?P<classes>(?:\.[A-Za-z_][\w-]*)*)"
)

_Specificity = tuple[int, int, int]
_Weight = tuple[bool, bool, _Specificity, int]
#: The declaration that wins of each property, and its rule's number; none for an element's own.
_Best = dict[str, tuple[_Weight, Declaration, int | None]]
#: Declarations that win, by their property. Elements of the same styles share one.
Own = dict[str, str]
Styles = Mapping[etree._Element, Own]  # noqa: SLF001 - lxml has no other name for it
#: Tells of a rule's conditions and selectors whether it holds.
Applies = Callable[[tuple[str, ...], str], bool]


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: str
    weight: _Specificity
    declarations: tuple[Declaration, ...]
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Cascade:
    """The styles of a page's elements, and which declarations they are from."""

    styles: Styles
    _rules: tuple[_Rule, ...]
    #: The rules about each element, by their numbers.
    _matched: Mapping[etree._Element, tuple[int, ...]]

    def offset_of(self, page: Page, element: etree._Element, name: str) -> int | None:
        """Give the place in the page of what decides about a property of an element itself."""
        best: _Best = {}
        placed = _placed(page, element)
        _take_all(best, self._rules, self._matched.get(element, ()), [one for one, _ in placed])
        if name not in best:
            return None
        _, winner, number = best[name]
        if number is None:
            return next(offset for one, offset in placed if one is winner)
        return self._rules[number].sheet.offset_at(winner.line, winner.column)


class Elements:
    """The elements of a page as selectors ask for them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._is_usual = len(page.elements) <= _USUAL
        #: Whether every selector was looked for.
        self.is_whole = True
        self._by_tag: dict[str, list[etree._Element]] = {}
        self._by_class: dict[str, list[etree._Element]] = {}
        #: What each element says by attributes.
        self.attributes: list[tuple[str | None, ...]] = []
        for element in page.elements:
            self._by_tag.setdefault(str(element.tag), []).append(element)
            for name in (element.get("class") or "").split():
                self._by_class.setdefault(name, []).append(element)
            get = element.get
            self.attributes.append(tuple([get(name) for name in _ATTRIBUTES]))

    def matching(self, selector: str) -> Iterable[etree._Element]:
        """Find the elements that a selector is about."""
        simple = _SIMPLE.fullmatch(selector)
        if simple is None or not (simple["tag"] or simple["classes"]):
            return self._by_path(selector)
        first, *others = [name for name in simple["classes"].split(".") if name] or [""]
        found = self._by_class.get(first, []) if first else self._by_tag.get(simple["tag"], [])
        return [
            one
            for one in found
            if (not simple["tag"] or one.tag == simple["tag"])
            and not (others and set(others) - set((one.get("class") or "").split()))
            and not (simple["outlook"] and one is self._page.root)
        ]

    def _by_path(self, selector: str) -> Iterable[etree._Element]:
        path = _path(selector)
        self.is_whole = self.is_whole and (path is None or self._is_usual)
        found = path(self._page.root) if path is not None and self._is_usual else []
        return (
            one
            for one in (found if isinstance(found, list) else [])
            if isinstance(one, etree._Element)  # noqa: SLF001 - lxml has no other name for it
        )


def compute(
    page: Page, elements: Elements, applies: Applies, *, sheets_only: bool = False
) -> Cascade:
    """Give the declarations of each element that has any."""
    rules = tuple(islice(_rules(page, applies), _MOST_RULES))
    numbered: dict[etree._Element, list[int]] = {}
    for number, rule in enumerate(rules):
        for element in elements.matching(rule.selector):
            numbered.setdefault(element, []).append(number)
    matched = {element: tuple(numbers) for element, numbers in numbered.items()}
    known: dict[object, Own] = {}
    if sheets_only:
        styles = {one: _own(rules, numbers, (), known) for one, numbers in matched.items()}
    else:
        nothing = (None,) * len(_ATTRIBUTES)
        styles = {
            element: _own(rules, matched.get(element, ()), attributes, known)
            for element, attributes in zip(page.elements, elements.attributes, strict=True)
            if attributes != nothing or element in matched
        }
    return Cascade(variables.filled_in(page, styles), rules, matched)


def _own(
    rules: tuple[_Rule, ...],
    numbers: tuple[int, ...],
    attributes: tuple[str | None, ...],
    known: dict[object, Own],
) -> Own:
    key = (numbers, attributes)
    if key not in known:
        best: _Best = {}
        style = read_style(attributes[0]) if attributes and attributes[0] else ()
        _take_all(best, rules, numbers, style)
        own = {name: one.value for name, (_, one, _) in best.items()}
        if attributes:
            _old_attributes(own, *attributes[1:])
        known[key] = own
    return known[key]


def _take_all(
    best: _Best,
    rules: tuple[_Rule, ...],
    numbers: tuple[int, ...],
    style: Iterable[Declaration],
) -> None:
    for number in numbers:
        rule = rules[number]
        for one in rule.declarations:
            _take(best, one, (one.important, False, rule.weight, number), number)
    for one in style:
        if _is_looked_at(one):
            _take(best, one, (one.important, True, (0, 0, 0), 0), None)


def _is_looked_at(one: Declaration) -> bool:
    return one.name in LOOKED_AT or one.name.startswith("--")


def _take(best: _Best, one: Declaration, weight: _Weight, number: int | None) -> None:
    # The colour is a part of the background: who sets either later sets both.
    name = "background" if one.name == "background-color" else one.name
    if name not in best or weight >= best[name][0]:
        best[name] = (weight, one, number)


def _placed(page: Page, element: etree._Element) -> list[tuple[Declaration, int]]:
    """Read the style of an element, with the places of its declarations in the page."""
    start = page.offsets.get(element)
    tag = markup.tag_at(page.text, start) if start is not None else ""
    return [
        (one, (start or 0) + attribute.at(offset))
        for attribute in markup.attributes(tag)
        if attribute.name == "style"
        for one, offset in place_styles(attribute.value)
    ]


def _old_attributes(
    own: Own, ground: str | None, align: str | None, color: str | None, text: str | None
) -> None:
    """Take what old attributes say, where no style says it."""
    if ground:
        own.setdefault("background", ground)
    if color or text:
        own.setdefault("color", color or text or "")
    if align:
        own.setdefault("text-align", align.lower())


def _rules(page: Page, applies: Applies) -> Iterator[_Rule]:
    for sheet in page.sheets:
        for rule in sheet.rules:
            kept = tuple(one for one in rule.declarations if _is_looked_at(one))
            conditions = (*((f"@media {sheet.media}",) if sheet.media else ()), *rule.conditions)
            if kept and applies(conditions, rule.selectors):
                for selector, weight in _selectors(rule.selectors):
                    yield _Rule(selector, weight, kept, sheet)


@lru_cache(maxsize=512)
def _selectors(text: str) -> tuple[tuple[str, _Specificity], ...]:
    """Cut a list of selectors; one with what no tree knows, such as ``a:hover``, goes."""
    try:
        return tuple((one.canonical(), one.specificity()) for one in cssselect.parse(text))
    except cssselect.SelectorError:
        return ()


@lru_cache(maxsize=512)
def _path(selector: str) -> etree.XPath | None:
    try:
        return etree.XPath(cssselect.HTMLTranslator().css_to_xpath(selector))
    except (cssselect.SelectorError, etree.XPathError):
        return None
