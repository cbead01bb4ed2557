"""Edge: the MJML compiler mrml behind one function.

mrml accepts mismatched tags and unknown elements in silence, names no line, and dies of a stack
overflow on deep nesting. So the source is read as XML first, whose parser stops at 256 levels.
"""

import difflib
from collections.abc import Callable, Sequence
from typing import cast

import mjml
from lxml import etree

from pipeline.errors import MjmlError
from pipeline.rendering import normalising

#: Every element of MJML that mrml 6 compiles.
ELEMENTS = frozenset(
    {
        *("mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font"),
        *("mj-preview", "mj-style", "mj-title", "mj-raw", "mj-body", "mj-section", "mj-column"),
        *("mj-group", "mj-wrapper", "mj-hero", "mj-text", "mj-button", "mj-image", "mj-divider"),
        *("mj-spacer", "mj-table", "mj-social", "mj-social-element", "mj-navbar"),
        *("mj-navbar-link", "mj-carousel", "mj-carousel-image", "mj-accordion"),
        *("mj-accordion-element", "mj-accordion-title", "mj-accordion-text"),
    }
)

#: Finds the ``template:line`` that wrote a line of the rendered source.
Find = Callable[[Sequence[str], int], str]


def compile_html(source: str, find: Find) -> str:
    """Compile MJML to HTML; raise MjmlError with the place of the fault."""
    source = normalising.number_entities(source)
    _verify(source, find)
    try:
        # No fonts: mrml would link to Google's for every text in its default family.
        compiled = mjml.mjml2html(normalising.normalise(source), fonts={})
    except ValueError as error:
        raise MjmlError(f"the compiler refuses the templates: {error}") from error
    return compiled.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def _verify(source: str, find: Find) -> None:
    lines = source.splitlines()

    def place(number: int) -> str:
        return find(lines, number) or f"line {number} of the rendered template"

    try:
        root = etree.fromstring(
            source.encode(), etree.XMLParser(resolve_entities=False, no_network=True)
        )
    except etree.XMLSyntaxError as error:
        raise MjmlError(
            f"not well-formed: {error.msg}",
            place=place(error.lineno or 1),
            remedy="close every tag, quote every value",
        ) from error
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag.startswith("mj") and tag not in ELEMENTS:
            if tag == "mj-include":
                raise MjmlError(
                    "<mj-include> is not supported",
                    place=place(cast("int", element.sourceline or 1)),
                    remedy='write {% include "file.mjml" %}',
                )
            near = difflib.get_close_matches(tag, ELEMENTS, n=1)
            raise MjmlError(
                f"MJML has no element <{tag}>",
                place=place(cast("int", element.sourceline or 1)),
                remedy=f"did you mean <{near[0]}>?" if near else "",
            )
