"""Markdown tokens -> the sanitised, well-formed XHTML that mail clients take."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import nh3
from lxml import etree
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from pipeline.model.image import Image
from pipeline.rendering.options import GUTTER, INSET, RenderOptions
from pipeline.rendering.prose import columns
from pipeline.rendering.prose.links import SCHEMES, is_allowed
from pipeline.rendering.prose.markdown import REMEMBERED_TEXTS, Document

_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"),
    *("img", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_ATTRIBUTES = {
    "*": set[str](),
    "a": {"href"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"style"},
    "th": {"style"},
}
_VOID = ("br", "hr", "img")
#: What sets in what stands in it.
_INSETS = ("blockquote", "ol", "ul")
_MIRRORED = {"text-align:left": "text-align:right", "text-align:right": "text-align:left"}
#: What a list is called whose last number is so large.
_WIDE_NUMBERS = {100: "hundreds", 1_000: "thousands", 10_000: "millions"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def to_xhtml(
    document: Document, *, top: int, options: RenderOptions | None = None, direction: str = "ltr"
) -> str:
    """Write a text; its own headings begin at level ``top`` and skip none.

    Without ``options`` no image has an address, and its text stands instead.
    ``direction`` says where a table's ``:---`` and ``---:`` are.
    """
    if document.images or not document.text:
        return _write(document, top, options, direction)
    column = options.column if options else 0
    return _remembered(
        _Writing(document.text, top, direction, document.inset, column, document, options)
    )


@dataclass(frozen=True, slots=True)
class _Writing:
    """All that the XHTML of a text without images depends on."""

    text: str
    top: int
    direction: str
    inset: int
    #: Pixels; 0 where it is not known.
    column: int
    document: Document = field(compare=False)
    #: Besides the column they say only where images are.
    options: RenderOptions | None = field(compare=False)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _remembered(asked: _Writing) -> str:
    return _write(asked.document, asked.top, asked.options, asked.direction)


def _write(document: Document, top: int, options: RenderOptions | None, direction: str) -> str:
    html = nh3.clean(
        _renderer().render(
            list(document.tokens),
            _markdown_options(),
            {"found": document.found, "newsletter": options},
        ),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        filter_style_properties={"text-align"},
        url_schemes=set(SCHEMES),
        url_relative="deny",
        link_rel=None,
    )
    tree = etree.fromstring(f"<body><div>{html}</div></body>", etree.HTMLParser())
    root = tree.find("body/div")
    if root is None:
        return ""
    _demote_headings(root, top)
    for link in root.findall(".//a"):
        if not is_allowed(link.get("href", "")):
            etree.strip_attributes(link, "href")
            link.tag = "dead-link"
    etree.strip_tags(root, "dead-link")
    if options is not None:
        for image in root.iter("img"):
            room = options.column - INSET * (document.inset + _depth(image))
            _fit(image, _share(image, room))
    _make_room(root)
    if direction == "rtl":
        _mirror(root)
    columns.share(root, document.inset, options)
    for element in root.iterdescendants():
        if element.tag not in _VOID and not len(element) and not element.text:
            # Else it is written <li/>, or without its end tag: libxml2 leaves that out.
            element.text = "\N{NO-BREAK SPACE}"
    written = etree.tostring(root, encoding="unicode", method="xml", with_tail=False)
    return written.removeprefix("<div>").removesuffix("</div>") if written != "<div/>" else ""


def _demote_headings(root: etree._Element, top: int) -> None:
    headings = [element for element in root.iter() if element.tag in _HEADINGS]
    if not headings:
        return
    highest = min(str(heading.tag) for heading in headings)
    for place, heading in enumerate(headings):
        # The first one follows the title above it, so it must not skip a level.
        deeper = place > 0 and heading.tag != highest
        heading.tag = f"h{top + 1}" if deeper else f"h{top}"


def _mirror(root: etree._Element) -> None:
    """Let ``:---`` mean where lines begin, and ``---:`` where they end, as the author sees them."""
    for cell in root.iter("th", "td"):
        if (style := cell.get("style", "")) in _MIRRORED:
            cell.set("style", _MIRRORED[style])


def _make_room(root: etree._Element) -> None:
    """Say of a list that its numbers are wider than the usual indent."""
    for numbered in root.iter("ol"):
        last = int(numbered.get("start", "1")) + len(numbered) - 1
        for least, name in _WIDE_NUMBERS.items():
            if last >= least:
                numbered.set("class", name)


def _depth(element: etree._Element) -> int:
    return sum(1 for outer in element.iterancestors() if outer.tag in _INSETS)


def _share(image: etree._Element, room: int) -> int:
    """Give the part of a room that one column of a table has; a wider image would push it out."""
    row = next(image.iterancestors("tr"), None)
    return room if row is None else max(room // len(row) - GUTTER, 1)


def _fit(image: etree._Element, room: int) -> None:
    """Make an image no wider than its column; Outlook knows its attributes, and no max-width."""
    width, height = int(image.get("width", "1")), int(image.get("height", "1"))
    if width > room:
        image.set("height", str(max(round(height * room / width), 1)))
        image.set("width", str(room))


@cache
def _markdown_options() -> OptionsDict:
    from markdown_it.presets import commonmark  # noqa: PLC0415 - read once

    return OptionsDict(commonmark.make()["options"])


@cache
def _renderer() -> "_Renderer":
    # Markdown-it looks for the methods of each new one, which takes longer than writing a text.
    return _Renderer()


class _Renderer(RendererHTML):
    """Writes HTML; an image that is not shown is its alternative text.

    ``env`` has what is known of images under "found", and the options under "newsletter".
    """

    def image(  # type: ignore[override] # the parent has another name for each kind of sequence
        self, tokens: list[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        text = escapeHtml(self.renderInlineAsText(token.children, options, {}))
        found = env["found"].get(str(token.attrGet("src") or ""))
        newsletter = env["newsletter"]
        if newsletter is None or not isinstance(found, Image):
            return text
        attributes = {
            "src": escapeHtml(newsletter.image_url(found.name)),
            "alt": _one_line(text),
            "title": _one_line(escapeHtml(str(token.attrGet("title") or ""))),
            "width": str(found.width),
            "height": str(found.height),
        }
        written = (f' {name}="{it}"' for name, it in attributes.items() if it or name == "alt")
        return f"<img{''.join(written)} />"


def _one_line(value: str) -> str:
    return " ".join(value.split())
