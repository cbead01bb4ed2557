"""The filter of the text part, ``{{ text | wrap }}``, which says in words what it cannot do."""

import jinja2

from pipeline.rendering.prose import wrapping

#: What it is called in a template.
NAME = "wrap"
#: Said where it is asked for in the HTML part.
OF_TEXT = f"{NAME!r} is a filter of the text part alone"
OF_TEXT_REMEDY = "leave it out: mail programs break the lines of HTML by themselves"

_KINDS = {bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}


class MisuseError(jinja2.TemplateRuntimeError):
    """A template hands a filter what that cannot take."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def wrap(text: object, width: object = wrapping.WIDTH) -> str:
    """Break a text into lines of so many columns; raise MisuseError for what is no text."""
    if isinstance(text, jinja2.Undefined):
        # Which says its name.
        text = str(text)
    if not isinstance(text, str):
        raise MisuseError(
            f"{NAME!r} breaks a text into lines and gets {_kind(text)}",
            "give it a text, such as {{ why | wrap }}",
        )
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise MisuseError(
            f"{NAME!r} takes a number of columns from 1 on and gets {_shown(width)}",
            "write {{ why | wrap }}, or {{ why | wrap(60) }}",
        )
    return wrapping.wrap(text, width)


def _shown(width: object) -> str:
    if isinstance(width, str):
        return "a text"
    return str(width) if type(width) in {int, float} else _kind(width)


def _kind(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return "a list of values"
    return _KINDS.get(type(value), "a value with parts, such as a whole Q&A")
