"""Where the marks of what is only for the mail stand in an MJML source.

The compiled page is looked at as well, in ``page_walk``; here every place is known.
"""

import re
from collections.abc import Callable

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder
from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.placeholders import Placeholders
from pipeline.rendering.validating.html_as_xml import VOID
from pipeline.rendering.validating.mjml_rules import is_conditional

#: What is taken for one piece; the title becomes an attribute as well.
_PIECES = (
    r"(?P<comment><!--.*?-->)"
    r"|(?P<raw><(?P<name>mj-style|mj-title|style|script)\b[^>]*>.*?</(?P=name)\s*>)"
    r"|</(?P<end>[A-Za-z][^\s>]*)\s*>"
    r"|(?P<tag><(?P<begun>[A-Za-z][^\s/>]*)"
    rf"{IN_TAG}*>)"
)
_BETWEEN = "write it between two elements"


def check(source: str, placeholders: Placeholders, locate: Callable[[int], str]) -> None:
    """Refuse marks within a tag, and a pair around half an element; raise PostConditionError.

    ``source`` is well-formed; ``locate`` says where the character at an offset was written. A mark
    without its other one is left to the post-conditions.
    """
    start = placeholders.mark(Placeholder.MAIL_ONLY_START)
    end = placeholders.mark(Placeholder.MAIL_ONLY_END)
    marks = re.compile(f"{re.escape(start)}|{re.escape(end)}")
    if not marks.search(source):
        return
    pieces = re.compile(f"(?P<mark>{marks.pattern})|{_PIECES}", re.DOTALL)
    depth = outer = lowest = begun = 0
    is_open = False
    for piece in pieces.finditer(source):
        if piece["mark"] == start:
            outer = lowest = depth
            begun, is_open = piece.start(), True
        elif piece["mark"]:
            if is_open and not lowest == outer == depth:
                raise PostConditionError(
                    "between mail_only and end_mail_only an element is opened or closed, and not"
                    " both",
                    place=locate(begun),
                    remedy="write the two marks into the same element",
                )
            is_open = False
        elif piece["end"]:
            depth -= 1
            lowest = min(lowest, depth)
        elif (found := marks.search(piece[0])) and (within := _within(piece)):
            name = "mail_only" if found[0] == start else "end_mail_only"
            at = piece.start() + found.start()
            raise PostConditionError(
                f"{name} stands within {within}", place=locate(at), remedy=_BETWEEN
            )
        if piece["begun"] and piece["begun"] not in VOID and not piece[0].endswith("/>"):
            depth += 1


def _within(piece: re.Match[str]) -> str:
    """Say in what a mark stands; empty for a comment that goes out to nobody."""
    if piece["tag"]:
        return "a tag"
    if piece["raw"]:
        return f"<{piece['name']}>"
    return "a conditional comment" if is_conditional(piece["comment"]) else ""
