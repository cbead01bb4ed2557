"""Edge: premailer behind one function. It writes styles into the elements, and fetches nothing."""

import logging
import re
import sys
from collections.abc import Sequence
from functools import cached_property
from types import ModuleType
from typing import Any
from xml.dom import DOMException

import cssutils
from lxml import etree

from pipeline.errors import InliningError
from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.narrowing import Narrowing
from pipeline.rendering.pages.page_pieces import Pieces, take_apart

_requests = sys.modules.get("requests")
try:
    # Premailer has requests for fetching alone, which nobody does here; reading that library
    # takes longer than compiling an issue.
    sys.modules["requests"] = ModuleType("requests")
    from premailer import Premailer
    from premailer.premailer import PremailerError
finally:
    if _requests is None:
        del sys.modules["requests"]
    else:
        sys.modules["requests"] = _requests

# MJML's reset of Outlook's defaults: inlined, it would add a third to the size.
_RESET = re.compile(r'<style type="text/css">(?=\s*#outlook a)')
# A comment, a style sheet, or a tag that may hold an angle bracket in a value.
_PIECE = re.compile(
    rf"<(?:!--.*?-->|style[^>]*>.*?</style>|(?P<tag>[A-Za-z]{IN_TAG}*>))", re.DOTALL
)

#: Specificity, selector and declarations.
_Rule = tuple[object, str, object]

# The rules of each sheet and its place among the sheets; premailer only reads them.
_parsed: dict[tuple[str, int], tuple[Sequence[_Rule], object]] = {}
_MOST_SHEETS = 64


class SafePremailer(Premailer):  # type: ignore[misc] # premailer ships no types
    """Premailer without a way out.

    cssutils fetches an ``@import`` from web and disk, without a time limit, even where premailer
    is told to use no network; the fetcher here gives it an empty sheet.
    """

    def __init__(self, html: str, *, narrowing: Narrowing, **options: Any) -> None:
        super().__init__(html, **options)
        self._narrowing = narrowing

    _parser = cssutils.CSSParser(fetcher=lambda _url: (None, b""), validate=False)

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:  # noqa: ARG002, FBT001, FBT002 - the parent's signature
        return self._parser.parseString(css_body, validate=False)

    def _parse_style_rules(
        self, css_body: str, ruleset_index: int
    ) -> tuple[Sequence[_Rule], object]:
        """Parse a sheet once for a process: it takes ten times as long as using it.

        A rule is looked for where it may apply, since lxml would look in all of the page.
        """
        key = (css_body, ruleset_index)
        if key not in _parsed:
            if len(_parsed) >= _MOST_SHEETS:
                _parsed.clear()
            _parsed[key] = super()._parse_style_rules(css_body, ruleset_index)
        rules, rest = _parsed[key]
        narrowed = [
            (weight, narrow, style)
            for weight, selector, style in rules
            for narrow in self._narrowing.of(selector)
        ]
        return narrowed, rest

    def _style_to_basic_html_attributes(
        self,
        element: etree._Element,
        style_content: str,
        force: bool = False,  # noqa: ARG002, FBT001, FBT002 - the parent's signature, always true
    ) -> None:
        """Make attributes of a style once for all elements that have it."""
        known = self._attributes.get(style_content)
        if known is None:
            sample = etree.Element("sample")
            super()._style_to_basic_html_attributes(sample, style_content, force=True)
            known = tuple((str(name), str(value)) for name, value in sample.attrib.items())
            self._attributes[style_content] = known
        for name, value in known:
            element.set(name, value)

    @cached_property
    def _attributes(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {}


def inline(page: Pieces) -> Pieces:
    """Write the rules of the style sheets into the elements, and keep the sheets as they are."""
    inlined = take_apart(_transform(page))
    # Nearly no page has one.
    if any(_holds_bracket(tag) for tag in set(inlined.tags)):
        return take_apart(_PIECE.sub(_escape, inlined.text))
    return inlined


def _transform(page: Pieces) -> str:
    marked = _RESET.sub('<style type="text/css" data-premailer="ignore">', page.text, count=1)
    try:
        return str(
            SafePremailer(
                marked,
                narrowing=Narrowing(page),
                allow_network=False,
                allow_loading_external_files=False,
                keep_style_tags=True,
                strip_important=False,
                disable_validation=True,
                disable_basic_attributes=["width", "height"],
                remove_classes=False,
                disable_link_rewrites=True,
                cache_css_parsing=False,
                include_star_selectors=False,
                # It reads the style of each image anew, which seldom floats.
                align_floating_images="float" in marked,
                cssutils_logging_level=logging.CRITICAL,
            ).transform(pretty_print=False)
        )
    except (PremailerError, DOMException, etree.LxmlError, ValueError, AttributeError) as error:
        raise InliningError(
            f"the styles cannot be inlined: {error}", remedy="look at the theme's <mj-style>"
        ) from error


def _holds_bracket(tag: str) -> bool:
    return tag.count("<") + tag.count(">") > 2


def _escape(piece: re.Match[str]) -> str:
    """Escape angle brackets in values again: lxml writes ``content="<!--"``, which is legal HTML.

    A mail program that looks for comments or tags with a simple pattern would find some.
    """
    if not piece["tag"] or not _holds_bracket(piece[0]):
        return piece[0]
    return f"<{piece[0][1:-1].replace('<', '&lt;').replace('>', '&gt;')}>"
