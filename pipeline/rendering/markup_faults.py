"""The first fault of an MJML source, and where it stands.

Expat tells the exact place of every tag. libxml2 has the better sentences and the limit of 256
levels, but counts lines where tags end, and blames an element that was not closed on the next
end tag.
"""

import difflib
import re
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

#: Every element of MJML that mrml 6 compiles.
ELEMENTS = frozenset(
    {
        *("mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font"),
        *("mj-preview", "mj-style", "mj-title", "mj-raw", "mj-body", "mj-section", "mj-column"),
        *("mj-group", "mj-wrapper", "mj-hero", "mj-text", "mj-button", "mj-image", "mj-divider"),
        *("mj-spacer", "mj-table", "mj-social", "mj-social-element", "mj-navbar"),
        *("mj-navbar-link", "mj-carousel", "mj-carousel-image", "mj-accordion"),
        *("mj-accordion-element", "mj-accordion-title", "mj-accordion-text"),
    }
)

#: Stands in a message for the place of the other tag.
OTHER = "\0"

# HTML's elements that have no end tag; the compiler knows them inside <mj-text> and its like.
_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr"),
    }
)
_IMAGES = frozenset({"img", "mj-image", "mj-carousel-image"})
_NAME = re.compile(r"[^\s/>]*")
_LIBXML_PLACE = re.compile(r", line \d+, column \d+$")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a source."""

    message: str
    #: Where, in characters from 0.
    offset: int
    remedy: str = ""
    #: Where the tag stands that the message speaks of besides.
    other: int = 0


class _FoundError(Exception):
    """Stops the reading at the first fault; its offsets are those of bytes."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open, and the byte at which its tag begins."""

    tag: str
    start: int


def find(source: str) -> Fault | None:
    """Find the first fault of a source."""
    data = source.encode()
    reading = _Reading(data)
    try:
        reading.read()
    except _FoundError as found:
        fault = found.fault
        return Fault(
            fault.message,
            len(data[: fault.offset].decode(errors="ignore")),
            fault.remedy,
            len(data[: fault.other].decode(errors="ignore")),
        )
    error = _libxml_error(data)
    if error is None:
        return None
    lines = source.split("\n")[: (error.lineno or 1) - 1]
    return _not_well_formed(error, sum(len(line) + 1 for line in lines))


def _libxml_error(data: bytes) -> etree.XMLSyntaxError | None:
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return error
    return None


def _not_well_formed(error: Exception, offset: int) -> Fault:
    said = _LIBXML_PLACE.sub("", str(error.msg if isinstance(error, SyntaxError) else error))
    return Fault(f"not well-formed: {said}", offset, "close every tag, quote every value")


class _Reading:
    """Reads a source once, from tag to tag."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[_Open] = []
        # A default of the head can give every image its text.
        self._has_default_text = self._among_defaults = False
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self) -> None:
        """Raise _FoundError at the first fault."""
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - expat takes no keyword
        except expat.ExpatError as error:
            raise _FoundError(self._explain(error)) from error

    def _explain(self, error: expat.ExpatError) -> Fault:
        at = self._parser.ErrorByteIndex
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]:
            # Expat stands behind the "</".
            return self._mismatch(self._name(at), at - 2)
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and self._open:
            unclosed = self._open[-1]
            return Fault(f"<{unclosed.tag}> is not closed", unclosed.start, _closing(unclosed.tag))
        return _not_well_formed(_libxml_error(self._data) or error, at)

    def _mismatch(self, ended: str, at: int) -> Fault:
        inner = self._open[-1]
        if any(element.tag == ended for element in self._open):
            message = f"<{inner.tag}> is not closed before the </{ended}> of {OTHER}"
            return Fault(message, inner.start, _closing(inner.tag), at)
        message = f"</{ended}> closes nothing; open is the <{inner.tag}> of {OTHER}"
        return Fault(message, at, f"write </{inner.tag}> or remove it", inner.start)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        if tag.startswith("mj") and tag not in ELEMENTS:
            raise _FoundError(_unknown(tag, at))
        self._among_defaults |= tag == "mj-attributes"
        if self._among_defaults:
            self._has_default_text |= "alt" in attributes
        elif tag in _IMAGES and "alt" not in attributes and not self._gets_text(tag):
            message = f"the image {attributes.get('src', '')!r} has no alternative text"
            raise _FoundError(
                Fault(message, at, 'write alt="..." into it, alt="" if it says nothing')
            )
        self._open.append(_Open(tag, at))

    def _gets_text(self, tag: str) -> bool:
        return self._has_default_text and tag != "img"

    def _end(self, tag: str) -> None:
        element = self._open.pop()
        self._among_defaults &= tag != "mj-attributes"
        at = self._parser.CurrentByteIndex
        if tag in _VOID and self._data.startswith(b"</" + tag.encode(), at):
            message = f"<{tag}> has no end tag in HTML, and </{tag}> stands at {OTHER}"
            raise _FoundError(Fault(message, element.start, _closing(tag), at))

    def _name(self, at: int) -> str:
        found = _NAME.match(self._data[at : at + 100].decode(errors="replace"))
        return found[0] if found else ""


def _closing(tag: str) -> str:
    return f"write <{tag} ... />, and nothing to close it" if tag in _VOID else f"write </{tag}>"


def _unknown(tag: str, at: int) -> Fault:
    if tag == "mj-include":
        return Fault("<mj-include> is not supported", at, 'write {% include "file.mjml" %}')
    near = difflib.get_close_matches(tag, ELEMENTS, n=1)
    remedy = f"did you mean <{near[0]}>?" if near else "look at the list of MJML's components"
    return Fault(f"MJML has no element <{tag}>", at, remedy)
