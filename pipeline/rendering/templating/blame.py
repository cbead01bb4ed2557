"""Where on a line of a template Jinja's error stands: Jinja tells lines only."""

import re
from collections.abc import Iterator, Sequence

from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.lexer import Lexer

from pipeline.rendering.templating.sandbox import TooDeepError
from pipeline.rendering.templating.tracing import Place, Placed, Template, tokens

_QUOTED = re.compile(r"'([^']+)'")
_UNCLOSED = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_BRACKETS = frozenset({"lparen", "lbracket", "lbrace"})
_CLOSING = frozenset({"rparen", "rbracket", "rbrace"})
_BLOCKS = frozenset({"if", "for", "block", "macro", "call", "filter", "with"})
_BEGINS = frozenset({"variable_begin", "block_begin"})


def locate(lexer: Lexer, template: Template, error: Exception, line: int) -> Place:
    """Find the place of an error that Jinja has put on a line."""
    read, broken_at = _read(lexer, template)
    message = str(error)
    if isinstance(error, TooDeepError):
        return template.place(_deepest(read))
    if isinstance(error, TemplateSyntaxError):
        block = unclosed(message)
        if block and message.startswith("Unexpected end"):
            return template.place(_unclosed(read, block))
        if broken_at is not None:
            return template.place(broken_at)
    words = [*reversed(_QUOTED.findall(message))]
    if isinstance(error, TemplateNotFound):
        words = [str(error.name)]
    offset = next(_named(read, line, words), None)
    if offset is None:
        start = _line_start(template.source, line)
        offset = next(
            (each.offset for each in read if _begins_on(each, line)),
            start + _indent(template.source, start),
        )
    return template.place(offset)


def unclosed(message: str) -> str:
    """Name the block that a message has found open; empty when it tells of none."""
    found = _UNCLOSED.search(message)
    return found[1] if found else ""


def opened(lexer: Lexer, template: Template, message: str, line: int) -> Place | None:
    """Find the block that a fault on a line, by its message, has found open."""
    block = unclosed(message)
    if not block or message.startswith("Unexpected end"):
        return None
    before = [each for each in _read(lexer, template)[0] if each.token.lineno < line]
    return template.place(_unclosed(before, block))


def _read(lexer: Lexer, template: Template) -> tuple[list[Placed], int | None]:
    """Read the tokens, and where that failed."""
    read: list[Placed] = []
    try:
        for each in tokens(lexer, template.source):
            read.append(each)  # noqa: PERF402 - what came before a fault counts
    except TemplateSyntaxError as error:
        at = re.search(r"at (\d+)$", error.message or "")
        if at:
            return read, int(at[1])
        last = read[-1] if read else None
        return read, last.offset + 1 if last else 0
    return read, None


def _named(read: Sequence[Placed], line: int, words: Sequence[str]) -> Iterator[int]:
    """Give the places of the words, in the tags that stand or begin on a line."""
    inside = False
    spoken = []
    for each in read:
        if each.token.type in _BEGINS:
            inside = each.token.lineno == line
        if inside or each.token.lineno == line:
            spoken.append(each)
    for word in words:
        yield from (e.offset for e in spoken if e.token.type != "data" and e.token.value == word)


def _begins_on(each: Placed, line: int) -> bool:
    return each.token.type in _BEGINS and each.token.lineno == line


def _unclosed(read: Sequence[Placed], name: str) -> int:
    """Find the last block of a name that has no end."""
    ended = 0
    for begin, word in zip(reversed(read[:-1]), reversed(read[1:]), strict=True):
        if begin.token.type != "block_begin":
            continue
        if word.token.value == f"end{name}":
            ended += 1
        elif word.token.value == name:
            if not ended:
                return begin.offset
            ended -= 1
    return read[-1].offset if read else 0


def _deepest(read: Sequence[Placed]) -> int:
    """Find where most blocks and brackets are open."""
    depth = deepest = 0
    offset = next((each.offset for each in read if each.token.type in _BEGINS), 0)
    after_begin = False
    for each in read:
        kind, value = each.token.type, str(each.token.value)
        begins = kind in _BRACKETS or (after_begin and value in _BLOCKS)
        ends = kind in _CLOSING or (after_begin and value.startswith("end"))
        depth += begins - ends
        after_begin = kind == "block_begin"
        if depth > deepest:
            deepest, offset = depth, each.offset
    return offset


def _line_start(source: str, line: int) -> int:
    return sum(len(each) + 1 for each in source.split("\n")[: line - 1])


def _indent(source: str, start: int) -> int:
    end = source.find("\n", start)
    text = source[start : end if end >= 0 else len(source)]
    return len(text) - len(text.lstrip())
