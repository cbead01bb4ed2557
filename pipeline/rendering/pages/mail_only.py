"""Where the marks of what is only for the mail stand in an MJML source.

The compiled page is what is looked at, in ``page_walk``; here every place is known.
"""

import re
from collections.abc import Callable, Mapping

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder
from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.placeholders import Placeholders
from pipeline.rendering.validating.html_as_xml import VOID
from pipeline.rendering.validating.mjml_rules import is_conditional

_MARK = re.compile("@@[0-9a-f]{32}:[a-z_]+@@")
#: What is taken for one piece; the title becomes an attribute as well.
_PIECE = re.compile(
    rf"(?P<mark>{_MARK.pattern})"
    r"|<(?:(?P<comment>!--.*?-->)"
    r"|/(?P<end>[A-Za-z][^\s>]*)\s*>"
    r"|(?P<raw>(?P<name>mj-style|mj-title|style|script)\b[^>]*>.*?</(?P=name)\s*>)"
    rf"|(?P<tag>(?P<begun>[A-Za-z][^\s/>]*){IN_TAG}*>))",
    re.DOTALL,
)


def check(source: str, placeholders: Placeholders, locate: Callable[[int], str]) -> None:
    """Refuse marks within a tag, and a pair around half an element; raise PostConditionError.

    ``source`` is well-formed; ``locate`` says where the character at an offset was written. A mark
    without its other one is left to the post-conditions.
    """
    start = placeholders.mark(Placeholder.MAIL_ONLY_START)
    end = placeholders.mark(Placeholder.MAIL_ONLY_END)
    if start not in source and end not in source:
        return
    depth = outer = lowest = begun = 0
    is_open = False
    for piece in _PIECE.finditer(source):
        kind, text = piece.lastgroup, piece[0]
        if text == start:
            outer = lowest = depth
            begun, is_open = piece.start(), True
        elif text == end:
            if is_open and not lowest == outer == depth:
                raise PostConditionError(
                    "between mail_only and end_mail_only an element is opened or closed, and not"
                    " both",
                    place=locate(begun),
                    remedy="write the two marks into the same element",
                )
            is_open = False
        elif kind == "end":
            depth -= 1
            lowest = min(lowest, depth)
        elif kind != "mark" and placeholders.nonce in text and (within := _within(piece)):
            _refuse_marks(piece, within, {start: "mail_only", end: "end_mail_only"}, locate)
        if kind == "tag" and piece["begun"] not in VOID and not text.endswith("/>"):
            depth += 1


def _refuse_marks(
    piece: re.Match[str], within: str, names: Mapping[str, str], locate: Callable[[int], str]
) -> None:
    for mark in _MARK.finditer(piece[0]):
        if name := names.get(mark[0]):
            raise PostConditionError(
                f"{name} stands within {within}",
                place=locate(piece.start() + mark.start()),
                remedy="write it between two elements",
            )


def _within(piece: re.Match[str]) -> str:
    """Say in what a mark stands; empty for a comment that goes out to nobody."""
    if piece["tag"]:
        return "a tag"
    if piece["raw"]:
        return f"<{piece['name']}>"
    return "a conditional comment" if is_conditional(piece["comment"]) else ""
