"""One reader question with its answer."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

_NOT_A_WORD = re.compile(r"[\W_]+")


class QAStatus(StrEnum):
    """How far the author is."""

    #: Still being written; never chosen.
    DRAFT = "draft"
    #: May be chosen.
    READY = "ready"
    #: Finished, but kept back; never chosen.
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asked; the text is Markdown."""

    text: str
    #: How the reader is named; ``None`` for an anonymous question.
    asked_by: str | None = None
    asked_on: date | None = None
    #: The line of its file in which the text begins, from 1; 0 when it is not known.
    line: int = field(default=0, repr=False, compare=False)
    #: What :attr:`hash` gave, as it is asked for more than once; empty before that.
    _hash: str = field(default="", init=False, repr=False, compare=False)

    @classmethod
    def recalled(
        cls, text: str, asked_by: str | None, asked_on: date | None, line: int, known_hash: str
    ) -> Self:
        """Make a question again whose :attr:`hash` is known from before."""
        question = cls(text, asked_by, asked_on, line)
        object.__setattr__(question, "_hash", known_hash)
        return question

    @property
    def hash(self) -> str:
        """The identity of the question's words (hexadecimal SHA-256).

        Case, punctuation, white space and Unicode form do not count,
        so that a file renamed, reflowed or given curly quotes is known again.
        """
        if not self._hash:
            object.__setattr__(self, "_hash", _hash_of(self.text))
        return self._hash


def _hash_of(text: str) -> str:
    words = _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return hashlib.sha256((words or text).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the expert replied; the text is Markdown."""

    text: str
    answered_by: str | None = None
    #: A line about the answerer.
    bio: str | None = None
    #: The line of its file in which the text begins, from 1; 0 when it is not known.
    line: int = field(default=0, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Inspiration:
    """The column that made the reader ask."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLines:
    """The lines of a QA's file, from 1, in which its keys stand; 0 where that is not known."""

    title: int = 0
    bio: int = 0
    inspired_by: int = 0
    language: int = 0
    answered_by: int = 0
    topics: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QA:
    """One question with its answer, from one file; the slug is its identity."""

    slug: str
    title: str
    question: Question
    answer: Answer
    status: QAStatus
    topics: tuple[str, ...] = ()
    #: The first day it may go out, in the newsletter's time zone.
    not_before: date | None = None
    #: Higher goes first.
    priority: int = 0
    inspired_by: Inspiration | None = None
    #: A language tag where it is not the newsletter's.
    language: str | None = None
    #: The file it was read from, relative to the site, for messages to people.
    source: str = ""
    #: Where in that file the keys stand.
    lines: KeyLines = field(default=KeyLines(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not (self.slug and self.title and self.question.text and self.answer.text):
            raise ValueError("a QA needs a slug, a title, a question and an answer")
