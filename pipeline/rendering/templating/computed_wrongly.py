"""What a template computes wrongly, in words for its author."""

import re
from collections.abc import Mapping

from jinja2.exceptions import SecurityError

#: What to say of it, with Python's words where they help, and a remedy.
_COMPUTED: Mapping[type[Exception], tuple[str, str]] = {
    SecurityError: (
        "a template may not reach what is asked for there: {}",
        "use the names that templates may use, as they are",
    ),
    MemoryError: ("it needs more memory than there is", "repeat less"),
    ZeroDivisionError: ("a number is divided by zero there", "ask first whether it is 0"),
    TypeError: (
        "values of these kinds do not go together there: {}",
        "look at what each value is",
    ),
    AttributeError: (
        "a value is of another kind than is asked for there: {}",
        "look at what each value is",
    ),
}
#: How the functions of Jinja's filters are called.
_OWN_NAME = re.compile(r"\b(?:sync_)?do_(?=\w)")
#: How Python and Jinja say that a filter, a macro or a method is called wrongly.
_CALLED = re.compile(r"(?:macro )?'?(?P<name>\w+)'?(?:\(\))? (?:takes|got|missing) .*argument")


def explain(error: Exception) -> tuple[str, str]:
    """Say what went wrong, with the name of what was called in quotation marks; and a remedy."""
    words = _OWN_NAME.sub("", str(error))
    called = _CALLED.search(words)
    if isinstance(error, TypeError) and called:
        return (
            f"{called['name']!r} does not take what it is given there: {words}",
            "look at how many values it takes, and at their names",
        )
    if type(error) in _COMPUTED:
        message, remedy = _COMPUTED[type(error)]
        return message.format(str(error).rstrip(".")), remedy
    return f"{type(error).__name__}: {error}", "look at what is computed there"
