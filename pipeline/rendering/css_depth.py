"""How deep the brackets of a text of CSS stand in one another.

No mail needs more than a few, and what reads CSS calls itself for each.
"""

import re

#: Brackets within one another.
MAX_DEPTH = 50

_BRACKET = re.compile(r"[(\[{}\])]")


def may_be_too_deep(text: str) -> bool:
    """Tell at once of a text that has too few brackets for that; a reference may hide one."""
    if len(text) <= MAX_DEPTH:
        return False
    return "&" in text or sum(map(text.count, "([{")) > MAX_DEPTH


def too_deep_at(css: str) -> int | None:
    """Find the first bracket that stands too deep; ``None`` when there is none."""
    depth = 0
    for bracket in _BRACKET.finditer(css):
        depth = depth + 1 if bracket[0] in "([{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return bracket.start()
    return None


def cut(css: str) -> str:
    """Give what can be read of a text: all of it, or what stands before the deepest bracket."""
    return css[: too_deep_at(css)]
