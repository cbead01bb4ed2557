"""HTML's freedoms written as XML knows them, so that an XML parser can read a source.

HTML lets ``<br>`` go without an end, ``nowrap`` without a value, ``&`` without a name, and has
two thousand named characters; the MJML compiler takes all of these.
"""

import html.entities
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.rendering.markup import IN_TAG

#: HTML's elements that have no end tag, as far as mrml knows them.
VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)

_VALUES = r"\"[^\"]*\"|'[^']*'"
# A name that XML does not know, or no name at all.
_NAME = r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)(?P<name>[A-Za-z][A-Za-z0-9]*;)?"
_REFERENCE = re.compile(_NAME)
_REFERENCE_OUTSIDE = re.compile(
    rf"(?P<kept><!--.*?-->|<(?P<sheet>mj-style|style)\b[^>]*>.*?</(?P=sheet)\s*>)|{_NAME}",
    re.DOTALL,
)
_OPEN_VOID = re.compile(
    rf"<(?:{'|'.join(sorted(VOID))})(?=[\s/>])(?:[^<>\"'/]|/(?!>)|{_VALUES})*(?=>)"
)
# An attribute that may stand without a value.
_SWITCH = (
    r"\s(?:allowfullscreen|checked|compact|disabled|hidden|ismap|multiple|nohref|noshade|nowrap"
    r"|readonly|required|reversed|selected)(?=[\s/>])"
)
_ANY_SWITCH = re.compile(_SWITCH)
_TAG = re.compile(rf"<[A-Za-z]{IN_TAG}*>")
_SWITCH_OR_VALUE = re.compile(rf"{_VALUES}|(?P<switch>{_SWITCH})(?!\s*=)")


@dataclass(frozen=True, slots=True)
class Xml:
    """A source written as XML."""

    text: str
    #: Where something was changed, rising: the place behind it in ``text``, and in the source.
    _edits: tuple[tuple[int, int], ...]

    def origin(self, offset: int) -> int:
        """Give the place in the source of the character at ``offset``."""
        place = bisect_right(self._edits, offset, key=lambda edit: edit[0]) - 1
        if place < 0:
            return offset
        behind, source = self._edits[place]
        following = self._edits[place + 1][1] if place + 1 < len(self._edits) else len(self.text)
        return min(source + offset - behind, following)


def write(source: str) -> Xml:
    """Write a source as XML; what HTML does not allow either stays as it is."""
    parts: list[str] = []
    edits: list[tuple[int, int]] = []
    end = length = 0
    for start, stop, new in sorted(_changes(source)):
        parts += source[end:start], new
        length += start - end + len(new)
        end = stop
        edits.append((length, stop))
    return Xml("".join([*parts, source[end:]]), tuple(edits))


def character(name: str) -> str | None:
    """Give what ``&name;`` stands for in HTML, as references by number."""
    characters = html.entities.html5.get(name)
    return "".join(f"&#{ord(sign)};" for sign in characters) if characters else None


def number_references(source: str) -> str:
    """Write HTML's named characters as numbers, and a bare ``&`` as ``&amp;``.

    Style sheets and comments, where neither means anything, stay as they are.
    """
    return _REFERENCE_OUTSIDE.sub(_number, source) if _REFERENCE.search(source) else source


def _number(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    if found["name"]:
        return character(found["name"]) or found[0]
    return "&amp;"


def _changes(source: str) -> Iterator[tuple[int, int, str]]:
    """Give start, end and replacement of each change."""
    for found in _REFERENCE.finditer(source):
        new = character(found["name"]) if found["name"] else "&amp;"
        if new:
            yield found.start(), found.end() if found["name"] else found.start() + 1, new
    for found in _OPEN_VOID.finditer(source):
        yield found.end(), found.end(), "/"
    if not _ANY_SWITCH.search(source):
        return
    for tag in _TAG.finditer(source):
        for found in _SWITCH_OR_VALUE.finditer(source, tag.start(), tag.end()):
            if found["switch"]:
                yield found.end(), found.end(), '=""'
