"""Edge: premailer behind one function. It writes styles into the elements, and fetches nothing."""

import logging
import re
import sys
from types import ModuleType
from xml.dom import DOMException

import cssutils
from lxml import etree

from pipeline.errors import InliningError
from pipeline.rendering.markup import IN_TAG

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
# A comment, a style sheet, or a tag that holds an angle bracket in a value.
_PIECE = re.compile(
    r"<!--.*?-->|<style[^>]*>.*?</style>"
    rf"|(?P<tag><[A-Za-z]{IN_TAG}*>)",
    re.DOTALL,
)

# The rules of each sheet and its place among the sheets; premailer only reads them.
_parsed: dict[tuple[str, int], object] = {}
_MOST_SHEETS = 64


class SafePremailer(Premailer):  # type: ignore[misc] # premailer ships no types
    """Premailer without a way out.

    cssutils fetches an ``@import`` from web and disk, without a time limit, even where premailer
    is told to use no network; the fetcher here gives it an empty sheet.
    """

    _parser = cssutils.CSSParser(fetcher=lambda _url: (None, b""), validate=False)

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:  # noqa: ARG002, FBT001, FBT002 - the parent's signature
        return self._parser.parseString(css_body, validate=False)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> object:
        """Parse a sheet once for a process: it takes ten times as long as using it."""
        key = (css_body, ruleset_index)
        if key not in _parsed:
            if len(_parsed) >= _MOST_SHEETS:
                _parsed.clear()
            _parsed[key] = super()._parse_style_rules(css_body, ruleset_index)
        return _parsed[key]


def inline(html: str) -> str:
    """Write the rules of the style sheets into the elements, and keep the sheets as they are."""
    marked = _RESET.sub('<style type="text/css" data-premailer="ignore">', html, count=1)
    try:
        inlined = str(
            SafePremailer(
                marked,
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
                align_floating_images=True,
                cssutils_logging_level=logging.CRITICAL,
            ).transform(pretty_print=False)
        )
    except (PremailerError, DOMException, etree.LxmlError, ValueError, AttributeError) as error:
        raise InliningError(
            f"the styles cannot be inlined: {error}", remedy="look at the theme's <mj-style>"
        ) from error
    return _PIECE.sub(_escape, inlined)


def _escape(piece: re.Match[str]) -> str:
    """Escape angle brackets in values again: lxml writes ``content="<!--"``, which is legal HTML.

    A mail program that looks for comments or tags with a simple pattern would find some.
    """
    if not piece["tag"] or piece[0].count("<") + piece[0].count(">") == 2:
        return piece[0]
    return f"<{piece[0][1:-1].replace('<', '&lt;').replace('>', '&gt;')}>"
