"""Edge: the MJML compiler mrml behind one function.

mrml accepts mismatched tags and unknown elements in silence, names no line, and dies of a stack
overflow on deep nesting. So a validator of our own reads the source first.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from html import escape
from itertools import islice

import mjml

from pipeline.errors import MjmlError
from pipeline.rendering import normalising
from pipeline.rendering.validating import markup_faults
from pipeline.rendering.validating.markup_faults import Fault

#: Says where the character at an offset of the rendered source was written.
Locate = Callable[[int], str]

# What Outlook reads; the compiler takes it apart like any HTML.
_CONDITIONAL = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.DOTALL)
#: So many are tried; each try compiles the whole.
_TRIED = 40
# The first element of the body, which holds the mail.
_ROLE = re.compile(
    r'(<body\b[^>]*>\s*<div(?:\s[\w-]+="[^"]*")*?\saria-roledescription=")email(?=")'
)


def compile_html(source: str, locate: Locate, *, keep_comments: bool = False) -> str:
    """Compile MJML to HTML; raise MjmlError with the place of each fault.

    Comments that no mail program reads are left out, unless ``keep_comments``.
    """
    faults = markup_faults.find(source)
    if faults:
        # What stands in a loop or a macro was written once.
        first, *others = {str(e): e for e in (_error(f, locate) for f in faults)}.values()
        raise MjmlError(first.message, place=first.place, remedy=first.remedy, faults=others)
    try:
        # No fonts: mrml would link to Google's for every text in its default family.
        compiled = mjml.mjml2html(
            normalising.normalise(source, keep_comments=keep_comments), fonts={}
        )
    except ValueError as error:
        # It names no place, or that of a closing tag somewhere behind the fault.
        raise _find_refused(source, locate) from error
    return compiled.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def name_role(html: str, word: str) -> str:
    """Let a screen reader call the mail what it is in the newsletter's language."""
    return _ROLE.sub(lambda found: found[1] + escape(word), html, count=1)


def _find_refused(source: str, locate: Locate) -> MjmlError:
    """Find the conditional comment without which the compiler takes a source."""
    for found in islice(_CONDITIONAL.finditer(source), _TRIED):
        without = source[: found.start()] + source[found.end() :]
        with suppress(ValueError):
            mjml.mjml2html(normalising.normalise(without), fonts={})
            return MjmlError(
                "the compiler cannot read this conditional comment",
                place=locate(found.start()),
                remedy="write HTML into it that closes every tag and quotes every value;"
                " a tag that it leaves open must be closed in another one of the same element",
            )
    return MjmlError(
        "the compiler refuses the templates",
        place=locate(0),
        remedy="take back what was changed last, piece by piece, and look at conditional comments",
    )


def _error(fault: Fault, locate: Locate) -> MjmlError:
    before, mark, after = fault.message.partition(markup_faults.OTHER)
    message = f"{before}{locate(fault.other)}{after}" if mark else before
    return MjmlError(message, place=locate(fault.offset), remedy=fault.remedy)
