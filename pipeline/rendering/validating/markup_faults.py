"""The faults of an MJML source, and where they stand.

Expat reads it once and tells the exact place of every tag. Up to the first place where it is not
well-formed every fault is found, so that one look at the message mends them all.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn
from xml.parsers import expat

from pipeline.rendering.validating import html_as_xml, malformed, mjml_rules
from pipeline.rendering.validating.html_as_xml import VOID
from pipeline.rendering.validating.mjml_rules import Broken, Rules
from pipeline.rendering.validating.mjml_schema import Content

#: Stands in a message for the place of the other tag.
OTHER = "\0"
#: Elements within one another. mrml adds some thirty, and lxml stops at 256.
MAX_DEPTH = 200
#: Faults that are told of one source.
MAX_FAULTS = 20

_NAME = re.compile(r"[^\s/>]*")
_ATTRIBUTE = re.compile(rb"\s(?P<name>[^\s=<>\"'/]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")
_BAD = expat.errors.codes
# In these a tag is that of a component, or a fault; in the others it is HTML.
_STRICT = frozenset(Content) - {Content.HTML}
_TEXTLESS = frozenset({Content.COMPONENTS, Content.NOTHING})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a source."""

    message: str
    #: Where, in characters from 0.
    offset: int
    remedy: str = ""
    #: Where the tag stands that the message speaks of besides.
    other: int = 0
    #: Whether it may only follow from a tag before it that is not closed.
    follows: bool = False


class _FoundError(Exception):
    """Stops the reading: what breaks the form of the source, or nothing when enough is told."""

    def __init__(self, fault: Fault | None = None) -> None:
        super().__init__(fault.message if fault else "")
        self.fault = fault


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    tag: str
    #: The byte at which its tag begins.
    start: int
    #: What it may hold; ``None`` for an element of HTML, and for one that nobody knows.
    content: Content | None
    #: The component that was meant by a mistyped tag.
    meant: str
    #: The components in it so far.
    children: set[str] = field(default_factory=set)
    #: Whether a text in it was told already.
    told: bool = False


def find(source: str) -> tuple[Fault, ...]:
    """Find the faults of a source, what breaks its form first."""
    xml = html_as_xml.write(source)
    data = xml.text.encode()
    faults = _Reading(xml.text, data).read()

    def origin(byte: int) -> int:
        return xml.origin(len(data[:byte].decode(errors="ignore")))

    return tuple(
        replace(fault, offset=origin(fault.offset), other=origin(fault.other)) for fault in faults
    )


class _Reading:
    """Reads a source once, from tag to tag; its offsets are those of bytes."""

    def __init__(self, xml: str, data: bytes) -> None:
        self._xml = xml
        self._data = data
        self._open: list[_Open] = []
        self._faults: list[Fault] = []
        self._rules = Rules()
        self._text_handler = self._text
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CommentHandler = self._comment
        parser.StartCdataSectionHandler = self._cdata
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration

    def read(self) -> tuple[Fault, ...]:
        """Give every fault up to the place where the source is not well-formed."""
        breaking: Fault | None = None
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - expat takes no keyword
        except expat.ExpatError as error:
            breaking = self._explain(error)
        except _FoundError as found:
            breaking = found.fault
        if breaking is None:
            return tuple(self._faults)
        first = min(breaking.offset, breaking.other or breaking.offset)
        kept = [fault for fault in self._faults if not (fault.follows and fault.offset > first)]
        return (breaking, *kept)

    def _explain(self, error: expat.ExpatError) -> Fault | None:
        at = self._parser.ErrorByteIndex
        if error.code == _BAD[expat.errors.XML_ERROR_TAG_MISMATCH]:
            # Expat stands behind the "</".
            return self._mismatch(self._name(at), at - 2)
        if error.code == _BAD[expat.errors.XML_ERROR_NO_ELEMENTS]:
            if not self._open:
                return Fault("there is no <mjml> in it", 0, "begin issue.mjml with <mjml>")
            unclosed = self._open[-1]
            return Fault(
                f"<{unclosed.tag}> is not closed", unclosed.start, f"write </{unclosed.tag}>"
            )
        if error.code == _BAD[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
            return Fault("something stands behind </mjml>", at, "move it into <mj-body>")
        characters = len(self._data[:at].decode(errors="ignore"))
        found = malformed.explain(self._xml, error.code, characters)
        return Fault(found.message, len(self._xml[: found.offset].encode()), found.remedy)

    def _mismatch(self, ended: str, at: int) -> Fault | None:
        inner = self._open[-1]
        if inner.content and inner.tag != inner.meant:
            # It is told already that this tag is mistyped.
            return None
        if ended in VOID:
            return Fault(f"<{ended}> has no end tag in HTML", at, f"remove </{ended}>")
        if any(element.tag == ended for element in self._open):
            message = f"<{inner.tag}> is not closed before the </{ended}> of {OTHER}"
            return Fault(message, inner.start, f"write </{inner.tag}>", at)
        message = f"</{ended}> closes nothing; open is the <{inner.tag}> of {OTHER}"
        return Fault(message, at, f"write </{inner.tag}> or remove it", inner.start)

    def _name(self, at: int) -> str:
        found = _NAME.match(self._data[at : at + 100].decode(errors="replace"))
        return found[0] if found else ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        inner = self._open[-1] if self._open else None
        if len(self._open) == MAX_DEPTH:
            self._stop(
                f"elements stand more than {MAX_DEPTH} deep in one another", "write it flatter"
            )
        if inner is None or inner.content in _STRICT:
            self._component(tag, attributes, inner)
            return
        if tag.startswith("mj-"):
            known = (one for one in reversed(self._open) if one.content or one.tag[:3] == "mj-")
            host = next(known)
            if host.content and host.tag == host.meant:
                self._note([mjml_rules.in_html(tag, host.tag)])
        elif tag == "img":
            self._note(mjml_rules.image(attributes))
        self._open.append(_Open(tag, self._parser.CurrentByteIndex, None, tag))

    def _component(self, tag: str, attributes: dict[str, str], inner: _Open | None) -> None:
        parents = [one.meant for one in self._open]
        siblings = inner.children if inner else set[str]()
        self._note(self._rules.element(tag, attributes, parents, siblings), attributes)
        meant = mjml_rules.meant(tag)
        siblings.add(meant)
        content = mjml_rules.content(meant, parents)
        self._open.append(_Open(tag, self._parser.CurrentByteIndex, content, meant))
        self._listen()

    def _listen(self) -> None:
        """Hear of texts only where none belongs."""
        inner = self._open[-1] if self._open else None
        deaf = inner is None or inner.told or inner.content not in _TEXTLESS
        self._parser.CharacterDataHandler = None if deaf else self._text_handler

    def _end(self, _tag: str) -> None:
        self._open.pop()
        if self._open and self._open[-1].content in _TEXTLESS:
            self._listen()

    def _text(self, text: str) -> None:
        found = _NOT_SPACE.search(text.encode())
        if found:
            inner = self._open[-1]
            inner.told = True
            broken = mjml_rules.text(inner.tag, inner.content)
            self._note([broken], at=self._parser.CurrentByteIndex + found.start())
            self._listen()

    def _comment(self, comment: str) -> None:
        inner = self._open[-1].meant if self._open else ""
        broken = mjml_rules.comment(inner, comment)
        if broken:
            self._note([broken])

    def _cdata(self) -> None:
        self._stop("a CDATA section stands in it", "write the text itself, < as &lt;")

    def _instruction(self, target: str, _data: str) -> None:
        self._stop(f"an instruction, <?{target} ?>, stands in it", "remove it")

    def _doctype(self, *_parts: object) -> None:
        self._stop("a doctype stands in it", "remove it: the compiler writes one")

    def _declaration(self, *_parts: object) -> None:
        self._stop("<?xml?> stands in it", "remove it")

    def _stop(self, message: str, remedy: str) -> NoReturn:
        raise _FoundError(Fault(message, self._parser.CurrentByteIndex, remedy))

    def _note(
        self,
        broken: Iterable[Broken],
        attributes: Mapping[str, str] | None = None,
        *,
        at: int | None = None,
    ) -> None:
        for each in broken:
            place = self._parser.CurrentByteIndex if at is None else at
            if each.attribute and attributes:
                place = self._attribute(place, each.attribute)
            self._faults.append(Fault(each.message, place, each.remedy, follows=each.follows))
            if len(self._faults) == MAX_FAULTS:
                raise _FoundError

    def _attribute(self, start: int, name: str) -> int:
        """Find the byte at which an attribute of the tag at ``start`` begins."""
        for found in _ATTRIBUTE.finditer(self._data, start):
            if found["name"] == name.encode():
                return found.start("name")
        return start
