"""How large a value may become that a template makes of others, told before it is made."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from pipeline.rendering.templating.weighing import MAX_ITEMS, MAX_LENGTH, size

#: Characters of the longest text of an issue, which a format may reach through a dot.
_LONGEST_TEXT = 200_000
#: What ``tojson`` may set a level in by, times levels and items, stays far below the memory.
_WIDEST_INDENT = 16

_NUMBER = re.compile(r"[0-9]+")


def listed(value: object) -> object:
    """Give what can be gone through only once as a list of at most one item too many."""
    return list(islice(value, MAX_ITEMS + 1)) if isinstance(value, Iterator) else value


def joined(items: object, glue: object) -> int:
    """Give the characters of items with glue between."""
    count = len(items) if isinstance(items, str | bytes | list | tuple | dict) else 0
    return size(items) + count * size(glue)


def formatted(text: str, sign: str, given: Iterable[object]) -> int:
    """Give the characters that a format may come to; ``sign`` begins each of its fields."""
    fields = text.count(sign)
    widest = max((int(number[:9]) for number in _NUMBER.findall(text)), default=0)
    reached = _LONGEST_TEXT if sign == "{" and re.search(r"\{[^{}]*[.\[]", text) else 0
    longest = max((size(value) for value in given), default=0)
    # An escaped sign takes up to five characters.
    return len(text) + fields * max(5 * longest, widest, reached)


def indented(text: object, given: Iterable[object]) -> int:
    """Give the characters of a text with something before each line."""
    width = max((one if isinstance(one, int) else size(one) for one in given), default=4)
    return size(text) + (text.count("\n") + 1) * width if isinstance(text, str) else 0


def is_too_wide(given: Iterable[object]) -> bool:
    """Tell whether levels would be set in by more than anybody reads."""
    return any(isinstance(one, int) and one > _WIDEST_INDENT for one in given)


def is_too_much(characters: int) -> bool:
    return characters > 10 * MAX_LENGTH
