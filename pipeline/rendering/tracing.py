"""Where each piece of a rendered text was written: in which template, on which line.

A text is rendered once more, after a failure only, with a mark before every piece of a template
that goes out as it stands. Without its marks it is the text that failed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# A null character never gets into a text: neither XML nor a message can hold one.
_MARK = re.compile("\0(?P<line>[0-9]+) (?P<file>[^\0]*)\0")


@dataclass(frozen=True, slots=True)
class Trace:
    """A rendered text, and who wrote it."""

    text: str
    #: Where in the text each piece begins, rising.
    _starts: tuple[int, ...]
    #: The file and the line, from 1, of each piece.
    _writers: tuple[tuple[str, int], ...]

    def writer(self, offset: int) -> tuple[str, int]:
        """Give the file and the line that wrote the character at ``offset``; else ``("", 0)``."""
        place = bisect_right(self._starts, offset) - 1
        return self._writers[place] if place >= 0 else ("", 0)


def read(marked: str) -> Trace:
    """Take the marks out of a text."""
    starts, writers, parts = [], [], []
    end = length = 0
    for mark in _MARK.finditer(marked):
        parts.append(marked[end : mark.start()])
        length += mark.start() - end
        end = mark.end()
        starts.append(length)
        writers.append((mark["file"], int(mark["line"])))
    return Trace("".join([*parts, marked[end:]]), tuple(starts), tuple(writers))


class LineMarks(Extension):
    """Has every line of every template mark where it stands."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Put the marks in; Jinja calls it with the tokens of one template."""
        return _mark(stream)


def _mark(stream: TokenStream) -> Iterator[Token]:
    for token in stream:
        if token.type == "data":
            lines = enumerate(token.value.split("\n"), start=token.lineno)
            text = "\n".join(f"\0{number} {stream.filename}\0{line}" for number, line in lines)
            yield Token(token.lineno, "data", text)
        elif token.type == "variable_begin":
            yield Token(token.lineno, "data", f"\0{token.lineno} {stream.filename}\0")
            yield token
        else:
            yield token
