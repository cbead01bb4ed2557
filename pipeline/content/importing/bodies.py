"""Blocks -> the Markdown below ``## Question`` and ``## Answer``.

What stands in the text must not be taken for a part of the QA file: a heading that names
a section, a rule, a fence, a comment or the marks of an unfinished merge.
"""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from collections.abc import Iterable
from textwrap import dedent

from pipeline.content.importing.blocks import Block, Kind
from pipeline.content.sections import HEADINGS

#: What begins something in Markdown that a line of prose is not.
_MARKUP = re.compile(
    r"(?P<indent>[ ]{0,3})"
    r"(?:#{1,6}(?=[\s*_#]|$|[^\s#])|`{3}|~{3}|<!--|<{7}|>{7}|\|{7}"
    r"|(?:={2,}|-{2,}|(?:[-*_][ ]*){3,})$)"
)
_CONFLICT = re.compile(r"^(?=<{7}|>{7}|\|{7})", re.MULTILINE)
_SECTION_WORDS = re.compile(r"[#\s*_:：]+")


def compose(blocks: Iterable[Block], *, is_question: bool = False) -> str:
    """Write blocks one below the other."""
    texts = (_text(block, is_question=is_question) for block in blocks)
    return "\n\n".join(text for text in texts if text)


def _text(block: Block, *, is_question: bool) -> str:
    text = block.text.strip("\n ")
    if block.kind is Kind.LIST:
        # Four blanks before an item would make code of it.
        text = dedent(block.text.strip("\n")).rstrip()
    if block.kind is Kind.CODE:
        return _CONFLICT.sub(" ", block.text.strip("\n"))
    if block.kind is Kind.HEADING and not is_question:
        words = _SECTION_WORDS.sub(" ", text).strip().casefold()
        mark = "\\###" if words in HEADINGS else "#" * max(3, min(block.level, 6))
        return f"{mark} {' '.join(text.split())}"
    return "\n".join(_guarded(line) for line in text.split("\n"))


def _guarded(line: str) -> str:
    match = _MARKUP.match(line.rstrip())
    if match is None:
        return line.rstrip()
    return f"{match['indent']}\\{line.rstrip()[match.end('indent') :]}"
