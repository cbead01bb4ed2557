"""What a template may not do with a value of one reader: it is filled in when the mail is sent.

While templates are rendered a mark stands for it, and whatever looks into that mark or changes
its letters would go out to everybody.
"""

import re

import jinja2

#: Filters that leave a text whole; by the names that templates use.
KEEPING = frozenset(
    {"d", "default", "e", "escape", "forceescape", "indent", "safe", "string", "trim"}
)
#: Tests that do not ask for a text's letters.
ASKING_NOTHING = frozenset({"callable", "defined", "filter", "none", "test", "undefined"})

_WHAT = {
    "address": ("the 'address' of a reader", "write {{ address }}, or {{ why }}, as it is"),
    "unsubscribe_url": (
        "the 'unsubscribe_url' of a reader",
        "write {{ unsubscribe_url }} as it is, into an href or a line of its own",
    ),
}
_MARK_REMEDY = "write {{ mail_only }} and {{ end_mail_only }} as they are"


class PersonalValueError(jinja2.TemplateRuntimeError):
    """A template computes with what is not known before a mail is sent."""

    def __init__(self, doing: str, name: str) -> None:
        what, self.remedy = _WHAT.get(name, ("'mail_only'", _MARK_REMEDY))
        known = "is filled in when the mail is sent" if name in _WHAT else "is a mark and no text"
        super().__init__(f"{doing} {what}, which {known}")


def refuse(value: object, nonce: str, doing: str) -> None:
    """Raise PersonalValueError for a text that holds a mark, also one within lists."""
    if not nonce:
        return
    if isinstance(value, str):
        if nonce in value:
            found = re.search(rf"{nonce}[:/]([a-z_]+)", value)
            raise PersonalValueError(doing, found[1] if found else "")
    elif isinstance(value, list | tuple):
        for each in value:
            refuse(each, nonce, doing)
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            refuse(each, nonce, doing)
