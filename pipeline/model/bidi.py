"""Signs that turn the direction of a text, and those among them that nothing ends.

What is turned and not turned back runs on to the end of its paragraph (UAX #9), and can show a
text that is not the one that was written (CVE-2021-42574).
"""

import re
import unicodedata
from collections.abc import Iterator

_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"
_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# The sign itself, a character reference of HTML, or an escape of a string or of CSS.
_SPELT = re.compile(
    "(?P<sign>[\u202a-\u202e\u2066-\u2069])"
    r"|&\#(?:0*(?P<decimal>823[4-8]|829[4-7])(?![0-9])|[xX]0*(?P<hex>202[a-eA-E]|206[6-9])(?![0-9a-fA-F]));?"
    r"|\\[uU]?0*(?P<escaped>202[a-eA-E]|206[6-9])"
)


def is_turned(text: str) -> bool:
    """Tell whether any such sign stands in a text; the marks RLM, LRM and ALM are none."""
    return _SIGNS.search(text) is not None


def count(text: str) -> int:
    """Count the signs in a text."""
    return sum(1 for _ in _SIGNS.finditer(text))


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


def spelt(source: str) -> Iterator[tuple[int, str]]:
    """Find the signs of a source, however they are written, each with its place from 0."""
    for match in _SPELT.finditer(source):
        digits = match["hex"] or match["escaped"]
        number = int(digits, 16) if digits else int(match["decimal"] or 0)
        yield match.start(), match["sign"] or chr(number)


def unbalanced_in_source(line: str) -> Iterator[tuple[int, str]]:
    """Find the unbalanced signs of one line of a source, however they are written."""
    found = list(spelt(line))
    for number, sign in unbalanced("".join(sign for _, sign in found)):
        yield found[number][0], sign


def words(sign: str, within: str = "paragraph") -> tuple[str, str]:
    """Say what an unbalanced sign does, and what to do about it."""
    name = f"{unicodedata.name(sign).lower()} (U+{ord(sign):04X})"
    end = end_of(sign)
    if not end:
        return f"the invisible sign {name} ends nothing that began in its {within}", "delete it"
    return (
        f"the invisible sign {name} is not ended in its {within}, and turns what follows it",
        f"delete it, or write U+{ord(end):04X} where its text ends",
    )


def end_of(sign: str) -> str:
    """Give the sign that ends one, or nothing for one that is an end itself."""
    if sign in _ISOLATES:
        return _POP_ISOLATE
    return _POP_EMBEDDING if sign in _EMBEDDINGS else ""
