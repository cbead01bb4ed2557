"""An Issue with every Markdown text parsed once: what the context and the checks work on."""

from dataclasses import dataclass

from pipeline.model.issue import Issue
from pipeline.model.qa import QA
from pipeline.rendering import illustrating
from pipeline.rendering.illustrating import Find
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.markdown import Document

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
        words = self.question.words + self.answer.words
        return max(1, round(words / _WORDS_A_MINUTE))


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An issue with its texts parsed."""

    issue: Issue
    intro: Document
    entries: tuple[Entry, ...]

    @property
    def documents(self) -> tuple[tuple[Document, str], ...]:
        """Every text, with the file it is in."""
        found = [(self.intro, self.issue.source)]
        for entry in self.entries:
            found += [(entry.question, entry.qa.source), (entry.answer, entry.qa.source)]
        return tuple(found)


def read(issue: Issue, find_image: Find = illustrating.nowhere) -> Manuscript:
    """Parse every text; raise ContentError that names the file of the one at fault."""
    place = issue.source or f"the intro of issue {issue.number}"
    intro = markdown.parse(issue.intro, place, issue.intro_line)
    return Manuscript(
        issue=issue,
        intro=illustrating.illustrate(intro, issue.source, find_image),
        entries=tuple(read_entry(qa, find_image) for qa in issue.qas),
    )


def read_entry(qa: QA, find_image: Find = illustrating.nowhere) -> Entry:
    """Parse the texts of one QA; raise ContentError that names its file."""
    place = qa.source or qa.slug
    return Entry(
        qa=qa,
        question=illustrating.illustrate(
            markdown.parse(qa.question.text, place, qa.question.line),
            qa.source,
            find_image,
            # Every theme quotes the question.
            inset=1,
        ),
        answer=illustrating.illustrate(
            markdown.parse(qa.answer.text, place, qa.answer.line), qa.source, find_image
        ),
    )
