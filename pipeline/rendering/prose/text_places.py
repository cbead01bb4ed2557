"""Where in a Markdown text its links, pictures and words stand.

markdown-it knows the lines of a block, but not the place of what stands within it. So the rules
that begin or end a line or a link note how far into the block they were.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

#: The rules after which it is known again on which line the text goes on.
_RULES = ("newline", "escape", "backticks", "link", "image", "autolink")
#: How far into its block a token begins, and ends.
_AT, _END = "at", "end"

Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of one paragraph, heading or cell, without code."""

    text: str
    #: Where in the text each line of the file begins, rising, and that line.
    _starts: tuple[int, ...]
    _lines: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """Give the line of a character, from 1; 0 when that is not known."""
        return self._lines[max(bisect_right(self._starts, offset) - 1, 0)] if self._lines else 0


def note_places(parser: MarkdownIt) -> None:
    """Have a parser note the places of what it finds within a block."""
    rules = {rule.name: rule.fn for rule in parser.inline.ruler.__rules__}
    for name in _RULES:
        parser.inline.ruler.at(name, _noting(rules[name]))


def _noting(rule: Rule) -> Rule:
    def note(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
        start, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        made = [token for token in state.tokens[known:] if token.type != "text"]
        if made and not silent:
            made[0].meta.setdefault(_AT, start)
            made[-1].meta[_END] = state.pos
        return True

    return note


class Finder:
    """Finds the file's lines and columns of one text, which begins in ``first_line`` of it."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text.split("\n")
        self._first_line = first_line
        #: The line looked at last, where its piece of the block begins, and how far into the line.
        self._last = (-1, -1, -1)

    def places(self, block: Token) -> Iterator[tuple[Token, int, int]]:
        """Give each token of a block with its line and column, 0 where they are not known."""
        if block.map is None or self._first_line < 1:
            yield from ((token, 0, 0) for token in block.children or ())
            return
        content, line, passed = block.content, block.map[0], 0
        for token in block.children or ():
            at, column = token.meta.get(_AT), 0
            if at is not None:
                line += content.count("\n", passed, at)
                passed = max(passed, at)
                column = self._column(content, line, at)
            yield token, self._first_line + line, column
            end = token.meta.get(_END, passed)
            line += content.count("\n", passed, end)
            passed = max(passed, end)

    def place(self, block: Token, offset: int) -> tuple[int, int]:
        """Give the line and the column of a character of a block, 0 where they are not known."""
        if block.map is None or self._first_line < 1:
            return 0, 0
        line = block.map[0] + block.content.count("\n", 0, offset)
        return self._first_line + line, self._column(block.content, line, offset)

    def _column(self, content: str, line: int, at: int) -> int:
        """Find a column: what a block takes from a line stands in it, after marks and blanks."""
        begin = content.rfind("\n", 0, at) + 1
        if self._last[:2] != (line, begin):
            end = content.find("\n", begin)
            piece = content[begin : end if end >= 0 else len(content)]
            written = self._text[line] if line < len(self._text) else ""
            # A cell of a table may stand in its line twice.
            self._last = (line, begin, written.find(piece) if written.count(piece) == 1 else -1)
        found = self._last[2]
        return found + at - begin + 1 if found >= 0 else 0


def passage(pieces: Iterable[tuple[str, int]]) -> Passage:
    """Put a passage together from its pieces, each with the line it stands in."""
    starts: list[int] = []
    lines: list[int] = []
    texts: list[str] = []
    length = 0
    for text, line in pieces:
        if line and (not lines or lines[-1] != line):
            starts.append(length)
            lines.append(line)
        texts.append(text)
        length += len(text)
    return Passage("".join(texts), tuple(starts), tuple(lines))
