"""An Issue with every Markdown text parsed once: what the context and the checks work on."""

from dataclasses import dataclass

from pipeline.model.issue import Issue
from pipeline.model.qa import QA
from pipeline.rendering import markdown
from pipeline.rendering.markdown import Document

_WORDS_A_MINUTE = 230


@dataclass(frozen=True, slots=True)
class Entry:
    """One QA with its texts parsed."""

    qa: QA
    question: Document
    answer: Document

    @property
    def minutes(self) -> int:
        """How long it takes to read, at least one minute."""
        words = markdown.count_words(self.question) + markdown.count_words(self.answer)
        return max(1, round(words / _WORDS_A_MINUTE))


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An issue with its texts parsed."""

    issue: Issue
    intro: Document
    entries: tuple[Entry, ...]


def read(issue: Issue) -> Manuscript:
    """Parse every text; raise ContentError that names the file of the one at fault."""
    return Manuscript(
        issue=issue,
        intro=markdown.parse(issue.intro, f"the intro of issue {issue.number}", issue.intro_line),
        entries=tuple(map(read_entry, issue.qas)),
    )


def read_entry(qa: QA) -> Entry:
    """Parse the texts of one QA; raise ContentError that names its file."""
    place = qa.source or qa.slug
    return Entry(
        qa=qa,
        question=markdown.parse(qa.question.text, place, qa.question.line),
        answer=markdown.parse(qa.answer.text, place, qa.answer.line),
    )
