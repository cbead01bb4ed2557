"""Signs that turn the direction of a text, and those among them that nothing ends.

What is turned and not turned back runs on to the end of its paragraph (UAX #9), and can show a
text that is not the one that was written (CVE-2021-42574).
"""

import re
from collections.abc import Iterator

_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"
_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def is_turned(text: str) -> bool:
    """Tell whether any such sign stands in a text; the marks RLM, LRM and ALM are none."""
    return _SIGNS.search(text) is not None


def unbalanced(paragraph: str) -> Iterator[tuple[int, str]]:
    """Find the signs that are not ended, or end nothing, each with its place from 0.

    The end of an isolate also ends what was begun in it; that counts as not ended.
    """
    opened: list[tuple[int, str]] = []
    alone: list[tuple[int, str]] = []
    for match in _SIGNS.finditer(paragraph):
        place, sign = match.start(), match[0]
        if sign in _EMBEDDINGS or sign in _ISOLATES:
            opened.append((place, sign))
        elif sign == _POP_EMBEDDING:
            if opened and opened[-1][1] in _EMBEDDINGS:
                opened.pop()
            else:
                alone.append((place, sign))
        elif any(each in _ISOLATES for _, each in opened):
            while opened[-1][1] not in _ISOLATES:
                alone.append(opened.pop())
            opened.pop()
        else:
            alone.append((place, sign))
    yield from sorted([*alone, *opened])


def end_of(sign: str) -> str:
    """Give the sign that ends one, or nothing for one that is an end itself."""
    if sign in _ISOLATES:
        return _POP_ISOLATE
    return _POP_EMBEDDING if sign in _EMBEDDINGS else ""
