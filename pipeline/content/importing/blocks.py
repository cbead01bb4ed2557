"""A page as a sequence of blocks that know the lines they come from."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a block is by its form alone."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    #: One list with all its items.
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    #: A line that only separates.
    RULE = "rule"
    #: What the page's own markup says is no part of the column.
    FURNITURE = "furniture"


class Hint(StrEnum):
    """What the page's markup calls a block (class, rel or itemprop)."""

    NONE = ""
    BYLINE = "byline"
    DEK = "dek"
    TOPIC = "topic"
    BIO = "bio"
    DATE = "date"
    #: The ``<title>`` of an HTML page, or the title in a Markdown file's front matter.
    PAGE_TITLE = "page title"
    #: A part of a footer or an aside that may still tell who the answerer is.
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that stands in one line of the input."""

    #: From 1.
    line: int
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list …: Markdown text with its lines."""

    kind: Kind
    runs: tuple[Run, ...]
    #: Of a heading, from 1.
    level: int = 0
    hint: Hint = Hint.NONE

    @cached_property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @cached_property
    def plain(self) -> str:
        """The text on one line, without marks of emphasis, quotes and links."""
        return plain(self.text)

    @property
    def words(self) -> int:
        return len(self.plain.split())

    def between(self, start: int, end: int | None = None) -> "Block":
        """Give the part of the block from one offset of its text to another."""
        end = len(self.text) if end is None else end
        runs: list[Run] = []
        at = 0
        for run in self.runs:
            piece = run.text[max(0, start - at) : max(0, end - at)]
            at += len(run.text)
            if piece:
                runs.append(Run(run.line, piece))
            if at >= end:
                break
        return replace(self, runs=tuple(runs))

    def with_kind(self, kind: Kind) -> "Block":
        return replace(self, kind=kind)

    @property
    def is_empty(self) -> bool:
        return not self.text.strip(" \n*_>")


#: ``[text](address)`` and ``![text](address)``.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\(<?([^\s<>()]{0,2000}(?:\([^\s<>()]{0,500}\))?)>?\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)?[^\s<>@]{1,200}@?[^\s<>]{0,300})>")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|(?<![^\W_])_{1,3}|_{1,3}(?![^\W_])|`)")
_LINE_START = re.compile(r"^[ ]*(?:>[ ]?)+|^[ ]*#{1,6}[ ]+", re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(markdown: str) -> str:
    """Give Markdown as one line of plain text; a link keeps its words only."""
    markdown = _AUTOLINK.sub(_unwrapped, markdown)
    text = _EMPHASIS.sub("", _LINK.sub(r"\1", _LINE_START.sub("", markdown)))
    return " ".join(_ESCAPE.sub(r"\1", text).split())


def _unwrapped(match: re.Match[str]) -> str:
    """Give an address without its angle brackets; a tag stays as it is."""
    return match[1] if "@" in match[1] or "://" in match[1] else match[0]


def links(markdown: str) -> tuple[tuple[str, str], ...]:
    """Give the links of a text as (words, address)."""
    return tuple((plain(match[1]), match[2]) for match in _LINK.finditer(markdown))
