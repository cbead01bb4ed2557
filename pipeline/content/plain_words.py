"""Markdown -> its words alone, for a line that cannot show more."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: More characters of Markdown are never read: the words that come out are a line's.
_ENOUGH = 4_000

_MARKDOWN = MarkdownIt("commonmark")

#: Tokens that hold words; HTML, images and their like are dropped.
_WORDS = {"text", "code_inline", "code_block", "fence"}
_BREAKS = {"softbreak", "hardbreak"}


def plain_words(markdown: str) -> str:
    """Give the words of a text on one line."""
    tokens = _MARKDOWN.parse(markdown[:_ENOUGH])
    return " ".join("".join(_pieces(tokens)).split())


def shorten(text: str, longest: int) -> str:
    """Cut a line at a word, with an ellipsis, when it has more than ``longest`` characters."""
    if len(text) <= longest:
        return text
    kept = text[:longest].rpartition(" ")[0] or text[: longest - 1]
    return kept.rstrip(" ,;:·-") + "…"


def _pieces(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _WORDS:
            yield token.content
        elif token.type in _BREAKS:
            yield " "
        if token.type == "inline":
            yield from _pieces(token.children or [])
        if token.block:
            yield " "
