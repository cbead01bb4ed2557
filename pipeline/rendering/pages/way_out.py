"""Looks in a finished page for the link by which a reader unsubscribes, and whether it is seen."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape

from pipeline.rendering import markup
from pipeline.rendering.declarations import read_style
from pipeline.rendering.validating.html_as_xml import VOID

#: Stands for the address behind the link; no page can hold it.
MARK = "\x03"
REMEDY = (
    'write <a href="{{ unsubscribe_url }}">{{ words.unsubscribe }}</a>'
    " where it is seen, and not in a comment"
)

# Looked for in every tag, so they only say which are worth a closer look.
_DOUBTFUL = ("display", "visibility", "opacity", "hidden")
_NOTHING = re.compile(r"0*\.?0*(?:px|pt|em|rem|%)?")


class WayOut:
    """What was seen of the link so far, while somebody walks through the page."""

    def __init__(self) -> None:
        self.is_found = False
        self._fault = "the HTML part has no link to unsubscribe_url that a reader can follow"
        # How many elements are open around the link, and around what is hidden.
        self._link: int | None = None
        self._hidden: int | None = None

    @property
    def fault(self) -> str:
        """Say why nobody can use it."""
        return self._fault

    @property
    def is_open(self) -> bool:
        """Tell whether the walk is within the link."""
        return self._link is not None

    def start(self, name: str, tag: str, depth: int) -> None:
        """Come to an element, by its name and its tag, with ``depth`` around it."""
        if name not in {"a", "img"} and not _is_doubtful(tag):
            return
        names = markup.values(tag)
        is_link = name == "a" and names.get("href", "").startswith(MARK)
        style = _style(names)
        hides = _hides(names, style) or (is_link and _is_nothing(style.get("font-size", "")))
        # What has no end holds nothing.
        if hides and self._hidden is None and name not in VOID:
            self._hidden = depth
        if is_link:
            self._link = depth
            self._fault = (
                "the unsubscribe link has no text"
                if self._hidden is None
                else "the unsubscribe link is hidden"
            )
        elif name == "img" and self.is_open and not hides:
            self.read(names.get("alt", ""))

    def read(self, text: str) -> None:
        """Come to a text within the link."""
        if self._hidden is None and any(
            sign.isprintable() and not sign.isspace() for sign in unescape(text)
        ):
            self.is_found = True

    def leave(self, depth: int) -> None:
        """Leave every element that has ``depth`` others around it, or more."""
        if self._link is not None and depth <= self._link:
            self._link = None
        if self._hidden is not None and depth <= self._hidden:
            self._hidden = None


@lru_cache(maxsize=512)
def _is_doubtful(tag: str) -> bool:
    lower = tag.lower()
    return any(word in lower for word in _DOUBTFUL)


def _style(names: Mapping[str, str]) -> dict[str, str]:
    """Read the declarations of an element; the last of a name holds, and an important one more."""
    read = read_style(names.get("style", "").lower())
    return {one.name: one.value for one in sorted(read, key=lambda one: one.important)}


def _hides(names: Mapping[str, str], style: Mapping[str, str]) -> bool:
    return (
        "hidden" in names
        or style.get("display") == "none"
        or style.get("visibility") in {"hidden", "collapse"}
        or _is_nothing(style.get("opacity", ""))
    )


def _is_nothing(value: str) -> bool:
    return bool(value) and _NOTHING.fullmatch(value) is not None
