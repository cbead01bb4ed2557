"""How much a value of a template holds, all that stands in it counted.

A list may hold another many times over: ten lines of a template make one that, written out, would
fill every memory.
"""

#: Characters of a text, and of all texts in a list.
MAX_LENGTH = 1_000_000
#: Items of a list, and of all lists in it.
MAX_ITEMS = 100_000
#: Lists within one another.
MAX_DEPTH = 50


def is_heavy(value: object) -> bool:
    """Tell whether a value holds more than a mail can ever need."""
    if isinstance(value, str | bytes):
        return len(value) > MAX_LENGTH
    if not isinstance(value, list | tuple | dict):
        return False
    items, length = 0, 0
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, str | bytes):
            length += len(each)
        elif isinstance(each, list | tuple | dict):
            items += len(each)
            inner = (*each, *each.values()) if isinstance(each, dict) else each
            if items <= MAX_ITEMS:
                waiting += [(one, depth + 1) for one in inner]
        if items > MAX_ITEMS or length > MAX_LENGTH or depth > MAX_DEPTH:
            return True
    return False


def size(value: object) -> int:
    """Give the characters of a text, or of all texts in a list."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(size(each) for each in (*value, *value.values()))
    if isinstance(value, list | tuple):
        return sum(size(each) for each in value)
    return 0
