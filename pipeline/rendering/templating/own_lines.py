"""Which line of a site's own templates is at fault for what shows in a shipped one.

A shipped template asks for colours and names that a site may set. Where what is wrong is what
the site set, its editor is shown that line and not the one that asks.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.errors import RenderError
from pipeline.model.finding import Finding
from pipeline.rendering import colours

#: How the place of a shipped template begins.
SHIPPED = "the shipped theme's "

_HASH = re.compile(r"#[0-9A-Za-z]+")
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_MEANT = re.compile(r"did you mean '(\w+)'\?")
_Fault = TypeVar("_Fault", bound=RenderError)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a site's own template that the shipped one of its name does not have."""

    file: str
    number: int
    text: str


Lines = Callable[[], Sequence[Line]]


def of_findings(found: Sequence[Finding], lines: Lines) -> Iterator[Finding]:
    """Give findings the places of what a site has set."""
    for finding in found:
        place = _place(finding.message, lines()) if finding.source.startswith(SHIPPED) else ""
        if not place:
            yield finding
            continue
        message = f"{finding.message}; it shows at {finding.place}"
        yield replace(finding.at(place), message=message)


def of_error(error: _Fault, lines: Lines) -> _Fault:
    """Give an error, and each that came with it, the place of what a site has set."""
    every: tuple[RenderError, ...] = (error, *error.faults)
    if not any(one.place.startswith(SHIPPED) for one in every):
        return error
    faults = [of_error(one, lines) for one in error.faults]
    message, place, remedy = _moved(error, lines()) or (error.message, error.place, error.remedy)
    return type(error)(message, place=place, remedy=remedy, faults=faults)


def _moved(error: RenderError, lines: Sequence[Line]) -> tuple[str, str, str] | None:
    if not error.place.startswith(SHIPPED):
        return None
    meant, asked = _MEANT.search(error.remedy), _QUOTED.match(error.message)
    if meant and asked and (place := _word(meant[1], lines)):
        message = f"it has {meant[1]!r}, and {error.place} asks for {asked[1]!r}"
        return message, place, f"did you mean {asked[1]!r}?"
    if place := _place(error.message, lines):
        return f"{error.message}; it shows at {error.place}", place, error.remedy
    return None


def _place(message: str, lines: Sequence[Line]) -> str:
    """Find the line that has set a colour of a message, as it is or turned for the dark."""
    named = {one.lower() for one in _HASH.findall(message)}
    turned = ""
    for line in lines:
        for found in _HASH.finditer(line.text):
            if found[0].lower() in named:
                return _at(line, found.start())
            if not turned and named & _turned(found[0]):
                turned = _at(line, found.start())
    return turned


def _turned(text: str) -> frozenset[str]:
    colour = colours.parse(text)
    if colour is None:
        return frozenset()
    ways = (colours.inverted, colours.turned_ink, colours.turned_ground)
    return frozenset({str(colour), *(str(way(colour)) for way in ways)})


def _word(word: str, lines: Sequence[Line]) -> str:
    for line in lines:
        if found := re.search(rf"\b{re.escape(word)}\b", line.text):
            return _at(line, found.start())
    return ""


def _at(line: Line, offset: int) -> str:
    return f"{line.file}:{line.number}:{offset + 1}"
