"""Front matter as YAML: every scalar a string, line numbers kept, nothing executed.

YAML is read as a flat stream of events, so that no alias multiplies, no tag makes an object
and no depth of nesting exhausts the stack.
"""

import re
from dataclasses import dataclass

import yaml

#: libyaml where PyYAML was built with it; ten times as fast.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

#: YAML's own tags; where every scalar is a string they change nothing.
_USUAL = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
)

#: Deeper nesting than any tool's front matter has.
_DEEPEST = 10

#: ``key: text`` on one line; the key may end in blanks.
KEY_LINE = re.compile(
    r"(?P<indent> *(?:- +)?)(?P<key>[^\s:#\[\]{}\"'-][^:\n]*):(?:[ \t]+(?P<text>.*))?"
)

#: Where the beginning of what never ends says more than the place where YAML gave up.
_UNENDED = {
    "quoted scalar": "close the quotation mark, or leave it out",
    "flow sequence": "close the list with `]`, or put the value in quotes",
    "flow mapping": "close the mapping with `}`, or put the value in quotes",
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its value."""

    key: str
    value: "Node"
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values; no key stands there twice."""

    entries: tuple[Entry, ...]
    line: int


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """A place that is not understood."""

    line: int
    message: str
    remedy: str


def twice(key: str, line: int, first: int) -> Fault:
    return Fault(line, f"`{key}` is written a second time, after line {first}", "keep one of them")


class _Builder:
    """Makes the tree out of events, or finds why there is none."""

    def __init__(self, text: str, first_line: int) -> None:
        self._lines = text.split("\n")
        self._first_line = first_line
        #: The open collections: where each began, and its children so far.
        self._open: list[tuple[int, list[Node]]] = [(first_line, [])]

    @property
    def root(self) -> Node | None:
        children = self._open[0][1]
        return children[0] if children else None

    def take(self, event: yaml.Event) -> Fault | None:
        """Take the next event; give a fault when the text must not be read on."""
        line = self._first_line + _line(event.start_mark)
        fault: Fault | None = None
        if isinstance(event, yaml.NodeEvent):
            fault = _refused_mark(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._open[-1][1].append(Scalar(event.value, line))
            fault = fault or self._runaway(event, line)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open.append((line, []))
            if len(self._open) > _DEEPEST:
                fault = Fault(line, "the front matter is nested too deeply", "write it flatter")
        elif isinstance(event, yaml.SequenceEndEvent):
            start, items = self._open.pop()
            self._open[-1][1].append(Sequence(tuple(items), start))
        elif isinstance(event, yaml.MappingEndEvent):
            fault = self._close_mapping()
        elif isinstance(event, yaml.DocumentStartEvent) and event.explicit:
            fault = Fault(line, "a second `---` stands in the front matter", "delete it")
        return fault

    def _runaway(self, event: yaml.ScalarEvent, line: int) -> Fault | None:
        """Refuse a quotation that swallows the next entry, as ``'tis the season`` may."""
        if event.style not in {"'", '"'}:
            return None
        within = self._lines[_line(event.start_mark) + 1 : _line(event.end_mark) + 1]
        if any(KEY_LINE.fullmatch(other) and other[0] != " " for other in within):
            remedy = _UNENDED["quoted scalar"]
            return Fault(line, "the quotation does not end before the next key", remedy)
        return None

    def _close_mapping(self) -> Fault | None:
        start, children = self._open.pop()
        entries: dict[str, Entry] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                return Fault(key.line, "a list or mapping stands where a key must be", "quote it")
            if key.text in entries:
                return twice(key.text, key.line, entries[key.text].line)
            entries[key.text] = Entry(key.text, value, key.line)
        self._open[-1][1].append(Mapping(tuple(entries.values()), start))
        return None


def compose(text: str, first_line: int) -> Node | Fault | None:
    """Read YAML strictly; ``None`` is a text without any value."""
    builder = _Builder(text, first_line)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            fault = builder.take(event)
            if fault is not None:
                return fault
    except yaml.YAMLError as error:
        return _fault_of(error, text, first_line)
    return builder.root


def _refused_mark(event: yaml.NodeEvent, line: int) -> Fault | None:
    """Refuse anchors, aliases and tags: here they are a slip, or meant as words."""
    mark = ""
    if event.anchor is not None:
        mark = f"{'*' if isinstance(event, yaml.AliasEvent) else '&'}{event.anchor}"
    tag = getattr(event, "tag", None)
    if tag is not None and tag not in _USUAL:
        mark = mark or tag
    if not mark:
        return None
    return Fault(line, f"`{mark}` means something else in YAML", "put the value in quotes")


def _line(mark: object) -> int:
    """Give the line of a mark, from 0; libyaml's and PyYAML's marks share no class."""
    line: int = getattr(mark, "line", 0)
    return line


def _fault_of(error: yaml.YAMLError, text: str, first_line: int) -> Fault:
    message = "the front matter is not understood here"
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault(first_line, message, "write plain `key: value` lines")
    lines = text.split("\n")
    mark, remedy = error.problem_mark, "put the value in quotes"
    for what, close_it in _UNENDED.items():
        if what in (error.context or "") and error.context_mark is not None:
            mark, remedy = error.context_mark, close_it
    at = min(mark.line, len(lines) - 1)
    if lines[at].lstrip(" ").startswith("\t"):
        remedy = "indent with blanks, not with tabs"
    return Fault(first_line + at, f"{message} ({error.problem})", remedy)
