"""Bytes of a CSV file -> records with their line numbers, one at a time.

UTF-8, with or without a byte order mark; lines end in LF or CRLF. A quoted field may hold line
ends; a quote that is never closed costs its own line only, not the rest of the file.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from pipeline.errors import ConfigError

#: A longer line is no line of a list of readers.
LONGEST_LINE = 65_536
#: So many lines may be one record.
_RECORD_LINES = 100
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``line`` is where it begins, from 1."""

    line: int
    #: Empty for a line that holds nothing.
    fields: list[str]
    #: Why it cannot be read, in words; then there are no fields.
    fault: str = ""


class Line(NamedTuple):
    """One line of the file, without its end."""

    #: From 1.
    number: int
    text: str
    #: Why it is no line of a list, in words.
    fault: str = ""


class LineReader:
    """The lines of a file, which can be given back.

    Raises ConfigError for bytes that are not UTF-8.
    """

    def __init__(self, file: BinaryIO, source: str) -> None:
        self._file = file
        self._source = source
        self._given_back: deque[Line] = deque()
        self._number = 0

    def next(self) -> Line | None:
        """Give the next line; ``None`` after the last."""
        if self._given_back:
            return self._given_back.popleft()
        raw = self._file.readline(LONGEST_LINE + 1)
        if not raw:
            return None
        self._number += 1
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            return Line(self._number, "", f"the line is longer than {LONGEST_LINE} bytes")
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"the file is not UTF-8 (byte 0x{raw[error.start]:02x}), so nothing was imported",
                place=f"{self._source}:{self._number}",
                remedy="save it as 'CSV UTF-8' and import it again",
            ) from error
        if self._number == 1:
            text = text.removeprefix(_BYTE_ORDER_MARK)
        return Line(self._number, text, _fault(text))

    def give_back(self, lines: Iterable[Line]) -> None:
        """Have these lines read again, the first one first."""
        self._given_back.extendleft(reversed([*lines]))

    def _skip_line(self) -> None:
        while (more := self._file.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
            pass


def _fault(text: str) -> str:
    if "\0" in text:
        return "the line holds a NUL character"
    # Where line ends are lone carriage returns, a whole file is one line.
    return "the line holds a carriage return" if "\r" in text else ""


def records(lines: LineReader, delimiter: str) -> Iterator[Record]:
    """Give every record that is left, faulty ones too."""
    while (line := lines.next()) is not None:
        if line.fault:
            yield Record(line.number, [], line.fault)
        elif '"' not in line.text:
            yield Record(line.number, line.text.split(delimiter) if line.text else [])
        else:
            yield _quoted(lines, line, delimiter)


def _quoted(lines: LineReader, first: Line, delimiter: str) -> Record:
    """Read a record that holds quotes, on as many lines as it takes."""
    text = first.text
    taken: list[Line] = []
    while text.count('"') % 2:
        line = lines.next()
        if line is not None:
            taken.append(line)
        if line is None or line.fault or len(taken) > _RECORD_LINES or len(text) > LONGEST_LINE:
            lines.give_back(taken)
            return Record(first.number, [], "a quote is opened and never closed")
        text += "\n" + line.text
    try:
        return Record(first.number, next(csv.reader([text], delimiter=delimiter, strict=True)))
    except csv.Error as error:
        lines.give_back(taken)
        return Record(first.number, [], f"the quotes are not as they must be: {error}")
