"""Markdown tokens -> the sanitised, well-formed XHTML that mail clients take."""

from functools import cache

import nh3
from lxml import etree
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from pipeline.rendering.links import SCHEMES, is_allowed
from pipeline.rendering.markdown import Document

_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"),
    *("ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_VOID = ("br", "hr")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def to_xhtml(document: Document, *, top: int) -> str:
    """Write a text; its own headings begin at level ``top`` and skip none."""
    html = nh3.clean(
        _Renderer().render(list(document.tokens), _options(), {}),
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "td": {"style"}, "th": {"style"}},
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


@cache
def _options() -> OptionsDict:
    from markdown_it.presets import commonmark  # noqa: PLC0415 - read once

    return OptionsDict(commonmark.make()["options"])


class _Renderer(RendererHTML):
    """Writes HTML; an image is its alternative text."""

    def image(self, tokens: list[Token], idx: int, options: OptionsDict, env: object) -> str:  # type: ignore[override] # noqa: ARG002 - the parent's signature
        return self.renderInlineAsText(tokens[idx].children, options, {})
