"""Where each piece of a rendered text was written: in which template, line and column.

A text is rendered once more, after a failure only, with a mark before every piece of a template
that goes out as it stands, and before every value. Without its marks it is the text that failed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2.lexer import Lexer, Token, TokenStream, newline_re

from pipeline.rendering.templating.sandbox import ThemeSandbox

# A null character never gets into a text: neither XML nor a message can hold one. Only digits
# stand between two of them, because a filter may change letters.
_MARK = re.compile("\0(?P<value>[01]) (?P<file>[0-9]+) (?P<offset>[0-9]+)\0")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a template; line and column count from 1, the column in characters."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it was read, with Unix's line ends."""

    file: str
    source: str

    def place(self, offset: int) -> Place:
        """Name the place of the character at ``offset``."""
        before = self.source[:offset]
        return Place(self.file, before.count("\n") + 1, offset - before.rfind("\n"))


@dataclass(frozen=True, slots=True)
class Trace:
    """A rendered text, and who wrote it."""

    text: str
    #: Where in the text each piece begins, rising.
    _starts: tuple[int, ...]
    #: The template of each piece, where it stands there, and whether it is a value.
    _writers: tuple[tuple[Template, int, bool], ...]

    def writer(self, offset: int) -> Place | None:
        """Give the place that wrote the character at ``offset``."""
        piece = bisect_right(self._starts, offset) - 1
        if piece < 0:
            return None
        template, start, is_value = self._writers[piece]
        return template.place(start if is_value else start + offset - self._starts[piece])


@dataclass(frozen=True, slots=True)
class Placed:
    """A token of a template, and the character at which it begins."""

    token: Token
    offset: int


def tokens(lexer: Lexer, source: str, name: str | None = None) -> Iterator[Placed]:
    """Read the tokens of a source with Unix's line ends, as Jinja's parser gets them.

    Raises TemplateSyntaxError as Jinja does; by then every token before the fault was given.
    """
    end = 0
    for line, kind, text in lexer.tokeniter(source, name):
        # Between the tokens lies what Jinja's options have stripped: blanks only.
        start = source.index(text, end)
        end = start + len(text)
        for token in lexer.wrap([(line, kind, text)], name):
            yield Placed(token, start)


def unix(source: str) -> str:
    """Write a source with Unix's line ends, as Jinja's lexer reads it."""
    return "\n".join(newline_re.split(source)[::2])


class MarkingSandbox(ThemeSandbox):
    """Has every piece of every template mark where it stands."""

    def __init__(self, **options: Any) -> None:
        self._templates: list[Template] = []
        super().__init__(**options)

    def _tokenize(
        self,
        source: str,
        name: str | None,
        filename: str | None = None,
        state: str | None = None,  # noqa: ARG002 - the parent's signature
    ) -> TokenStream:
        template = Template(filename or name or "", unix(source))
        self._templates.append(template)
        placed = tokens(self.lexer, template.source, name)
        return TokenStream(self._mark(placed, len(self._templates) - 1), name, filename)

    @staticmethod
    def _mark(placed: Iterable[Placed], number: int) -> Iterator[Token]:
        for each in placed:
            token = each.token
            if token.type == "data":
                mark = f"\0000 {number} {each.offset}\0"
                yield Token(token.lineno, "data", f"{mark}{token.value}")
                continue
            if token.type == "variable_begin":
                yield Token(token.lineno, "data", f"\0001 {number} {each.offset}\0")
            yield token

    def read(self, marked: str) -> Trace:
        """Take the marks out of a text that this sandbox has rendered."""
        starts, writers, parts = [], [], []
        end = length = 0
        for mark in _MARK.finditer(marked):
            parts.append(marked[end : mark.start()])
            length += mark.start() - end
            end = mark.end()
            starts.append(length)
            template = self._templates[int(mark["file"])]
            writers.append((template, int(mark["offset"]), mark["value"] == "1"))
        return Trace("".join([*parts, marked[end:]]), tuple(starts), tuple(writers))
