"""The markup of a mail -> the markup of a page of today, which looks the same.

A mail says with attributes of HTML 3.2 what Outlook does not understand in CSS, and has whole
tables for it in comments. What the attributes mean goes into a style sheet of rules that any other
rule overrides, as a browser treats the attributes themselves (HTML, section 15.2).
"""

import re
from collections.abc import Iterator

from lxml import etree, html

# What only mail programs know: properties, and selectors of their own.
_PROPERTY = re.compile(
    r"(?:(?<=[{;])|^)\s*(?:mso-[a-z-]+|-ms-[a-z-]+|supported-color-schemes)\s*:[^;{}]*(?:;|(?=\})|$)"
)
_RULE = re.compile(
    r"(?:^|(?<=[{}]))[^{}]*(?:\[data-ogs[cb]\]|#outlook|\.moz-text-html)[^{}]*\{[^{}]*\}"
)
_ONLY_OUTLOOK = re.compile(r"\bmj-outlook-group-fix\b ?")
_NUMBER = re.compile(r"[0-9]+")
_LENGTH = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>%|px)?")
_CELLS = "./tr/td|./tr/th|./*/tr/td|./*/tr/th"
# Where a block stands in a cell that is aligned: text-align does not move it.
_BLOCKS = {
    "center": "margin-left:auto;margin-right:auto",
    "left": "margin-left:0;margin-right:auto",
    "right": "margin-left:auto;margin-right:0",
}
_SIDES = {"left": "float:left", "right": "float:right", "center": _BLOCKS["center"]}
# What CSS has other words for: everywhere, and on what is laid out by text.
_OBSOLETE = (
    *("align", "background", "bgcolor", "border", "cellpadding", "cellspacing"),
    *("nowrap", "summary", "valign", "vertical-align"),
)
_SIZES = ("height", "width")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CELL_LIKE = ("td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup")
_LAID_OUT = (*_HEADINGS, *_CELL_LIKE, "body", "div", "hr", "p", "table")


class Hints:
    """What attributes meant, as classes of the weakest rules there are."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def add(self, element: html.HtmlElement, declarations: str) -> None:
        """Let an element look so, unless another rule says otherwise."""
        if _says(element, declarations.partition(":")[0]):
            return
        name = self._classes.setdefault(declarations, f"mail-{len(self._classes) + 1}")
        element.classes.add(name)

    def sheet(self) -> str:
        """Write the rules; they must come before every other."""
        rules = (f":where(.{name}){{{rule}}}" for rule, name in self._classes.items())
        return "\n".join(rules)


def _says(element: html.HtmlElement, name: str) -> bool:
    """Tell whether an element's own style has a property."""
    return re.search(rf"(?:^|;)\s*{name}\s*:", element.get("style", "")) is not None


def modernise(root: html.HtmlElement) -> Hints:
    """Rewrite a page in place, and give the rules that it needs now."""
    for comment in list(root.iter(etree.Comment)):
        comment.drop_tree()
    for element in list(root.iter(etree.Element)):
        _clean(element)
    hints = Hints()
    for element in list(root.iter(etree.Element)):
        for declarations in _meaning(element, hints):
            hints.add(element, declarations)
    for element in root.iter(etree.Element):
        for name in (*_OBSOLETE, *(_SIZES if element.tag in _LAID_OUT else ())):
            element.attrib.pop(name, None)
    return hints


def _clean(element: html.HtmlElement) -> None:
    """Take out what is for one mail program alone."""
    for name in list(element.attrib):
        if name.startswith("xmlns") or ":" in name:
            del element.attrib[name]
    if element.tag == "a" and "name" in element.attrib:
        # Where a link within the page leads, as the oldest programs want it.
        element.set("id", element.get("id") or element.attrib.pop("name"))
        element.attrib.pop("name", None)
    if element.tag == "style":
        element.attrib.pop("type", None)
        element.text = _PROPERTY.sub("", _RULE.sub("", element.text or "")).strip()
        if not element.text:
            element.drop_tree()
    style = element.get("style", "")
    # What is hidden for good is for mail programs: the words beside the subject in a list.
    if re.search(r"(?:^|;)\s*display\s*:\s*none", style) and not element.get("class"):
        element.drop_tree()
    elif style:
        element.set("style", _PROPERTY.sub("", style))
    if "class" in element.attrib:
        element.set("class", _ONLY_OUTLOOK.sub("", element.get("class", "")))


def _meaning(element: html.HtmlElement, hints: Hints) -> Iterator[str]:
    """Give what an element's own attributes mean in CSS (HTML, section 15.3)."""
    match element.tag:
        case "table":
            yield from _table(element, hints)
        case "img":
            yield from _picture(element)
        case "body" | "hr":
            yield from _box(element)
        case tag if tag in _CELL_LIKE:
            yield from _cell(element, hints)
        case tag if tag in _LAID_OUT:
            side = element.get("align", "").lower()
            if side in _BLOCKS:
                yield f"text-align:{side}"
        case _:
            return


def _table(table: html.HtmlElement, hints: Hints) -> Iterator[str]:
    yield from _box(table)
    side = _SIDES.get(table.get("align", "").lower())
    if side:
        yield side
    spacing, padding = table.get("cellspacing", ""), table.get("cellpadding", "")
    if _NUMBER.fullmatch(spacing):
        yield f"border-spacing:{spacing}px"
    if _NUMBER.fullmatch(padding):
        for cell in table.xpath(_CELLS):
            hints.add(cell, f"padding:{padding}px")
    border = table.get("border", "")
    if _NUMBER.fullmatch(border) and int(border):
        yield f"border:{border}px outset"
        for cell in table.xpath(_CELLS):
            hints.add(cell, "border:1px inset")


def _cell(cell: html.HtmlElement, hints: Hints) -> Iterator[str]:
    yield from _box(cell)
    side = cell.get("align", "").lower()
    if side in _BLOCKS and not _says(cell, "text-align"):
        yield f"text-align:{side}"
        for table in cell.iterchildren("table"):
            # It is moved as a whole, and what is in it is not.
            hints.add(table, "text-align:start")
            if not table.get("align"):
                hints.add(table, _BLOCKS[side])
    height = cell.get("valign") or cell.get("vertical-align")
    if height in {"top", "middle", "bottom", "baseline"}:
        yield f"vertical-align:{height}"
    if "nowrap" in cell.attrib:
        yield "white-space:nowrap"


def _picture(picture: html.HtmlElement) -> Iterator[str]:
    if picture.attrib.pop("border", "") == "0":
        yield "border:0"
    side = picture.attrib.pop("align", "").lower()
    if side in {"left", "right"}:
        yield f"float:{side}"
    elif side in {"top", "middle", "bottom"}:
        yield f"vertical-align:{side}"
    for name in ("width", "height"):
        value = picture.get(name, "")
        # An image may say how many pixels it has, and nothing else.
        if name in picture.attrib and not _NUMBER.fullmatch(value):
            del picture.attrib[name]
            yield from _length(name, value)


def _box(element: html.HtmlElement) -> Iterator[str]:
    for name in ("width", "height"):
        yield from _length(name, element.get(name, ""))
    color = element.get("bgcolor", "")
    if re.fullmatch(r"#?[0-9A-Za-z]+", color):
        yield f"background-color:{color}"


def _length(name: str, value: str) -> Iterator[str]:
    found = _LENGTH.fullmatch(value)
    if found and float(found["number"]):
        yield f"{name}:{found['number']}{found['unit'] or 'px'}"
