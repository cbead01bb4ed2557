"""A question -> the title of its Q&A."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re

from pipeline.content.importing.blocks import plain
from pipeline.content.importing.vocabulary import AFTER_SENTENCE

#: A title is cut at a word before this many characters.
LENGTH = 60

_SENTENCE = re.compile(AFTER_SENTENCE + r"(?=\S)")
_CLAUSE = re.compile(r"[,;:–—]\s|\s[-–—]\s|\s\(")
_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"), ('"', '"'))
_WEAK = frozenset(
    {
        "a", "an", "and", "as", "at", "because", "but", "by", "for", "from", "if", "in", "is",
        "my", "of", "on", "or", "our", "so", "than", "that", "the", "their", "then", "they",
        "this", "to", "was", "we", "when", "which", "who", "will", "with",
    }
)  # fmt: skip
#: What people write before they say what they ask.
_OPENING = re.compile(
    r"(?:help|please help|hello|hi|hi there|thanks|long[- ]time reader.{0,40}|"
    r"first[- ]time .{0,40}|love your column.{0,20})[.!,]*",
    re.IGNORECASE,
)


def of_question(question: str) -> str:
    """Give the first sentence, or the one that asks when the first is too long."""
    flat = plain(question[:4000])
    sentences = [text.strip() for text in _SENTENCE.split(flat) if text.strip()]
    telling = [text for text in sentences if not _OPENING.fullmatch(text)] or sentences
    if not telling:
        return "A question"
    first = telling[0]
    if len(first) > LENGTH:
        asking = (text for text in telling if text[-1] in "?؟？" and 20 <= len(text) <= LENGTH + 10)
        first = next(asking, first)
    return _tidy(_shortened(first)) or "A question"


def of_line(text: str) -> str:
    """Give a heading as a title."""
    return _tidy(" ".join(text.split())[:200])


def _shortened(sentence: str) -> str:
    if len(sentence) <= LENGTH + 10:
        return sentence
    clauses = [match.start() for match in _CLAUSE.finditer(sentence, 0, LENGTH)]
    if clauses and clauses[-1] >= 24:
        return sentence[: clauses[-1]]
    words = sentence[: LENGTH + 1].split()[:-1] or [sentence[:LENGTH]]
    while len(words) > 3 and words[-1].lower() in _WEAK:
        words.pop()
    return " ".join(words).rstrip(",;:–—- ") + "…"


def _tidy(title: str) -> str:
    title = re.sub(r"[\s.,;:–—-]+(?=[\"”’»)]*$)", "", title.strip().strip("*"))
    for opening, closing in _PAIRS:
        if title.count(opening) != title.count(closing) or title.count(opening) % 2 > (
            opening != closing
        ):
            title = title.replace(opening, "").replace(closing, "")
    if title[:1] + title[-1:] in {"“”", "«»", '""'}:
        title = title[1:-1]
    return title[:1].upper() + title[1:]
