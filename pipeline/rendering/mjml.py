"""Edge: the MJML compiler mrml behind one function.

mrml accepts mismatched tags and unknown elements in silence, names no line, and dies of a stack
overflow on deep nesting. So the source is read as XML first, whose parser stops at 256 levels.
"""

from collections.abc import Callable

import mjml

from pipeline.errors import MjmlError
from pipeline.rendering import markup_faults, normalising

#: Says where the character at an offset of the rendered source was written.
Locate = Callable[[int], str]


def compile_html(source: str, locate: Locate) -> str:
    """Compile MJML to HTML; raise MjmlError with the place of the fault.

    HTML's named entities must be numbers in ``source`` already.
    """
    _verify(source, locate)
    try:
        # No fonts: mrml would link to Google's for every text in its default family.
        compiled = mjml.mjml2html(normalising.normalise(source), fonts={})
    except ValueError as error:
        # Its position is that of a closing tag somewhere after the fault.
        raise MjmlError(f"the compiler refuses the templates: {error}", place=locate(0)) from error
    return compiled.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def _verify(source: str, locate: Locate) -> None:
    fault = markup_faults.find(source)
    if fault:
        before, mark, after = fault.message.partition(markup_faults.OTHER)
        message = f"{before}{locate(fault.other)}{after}" if mark else before
        raise MjmlError(message, place=locate(fault.offset), remedy=fault.remedy)
