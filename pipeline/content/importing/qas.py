"""A Q&A from a column, and its QA file."""

from dataclasses import dataclass, replace
from datetime import date

from pipeline.content import yaml_writing
from pipeline.model.qa import Inspiration, QAStatus, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedQA:
    """One Q&A as it will stand in a file of its own."""

    slug: str
    title: str
    #: Markdown; empty when the page has none.
    question: str
    answer: str
    asked_by: str = ""
    asked_on: date | None = None
    answered_by: str = ""
    topics: tuple[str, ...] = ()
    inspired_by: Inspiration | None = None
    #: Whole sentences only.
    bio: str = ""
    #: What the page cut off in mid-sentence.
    bio_note: str = ""
    #: A language tag where the page says another one than the newsletter's.
    language: str = ""
    #: Why somebody should look before it is mailed.
    doubts: tuple[str, ...] = ()

    @property
    def status(self) -> QAStatus:
        return QAStatus.DRAFT if self.doubts else QAStatus.READY

    @property
    def identity(self) -> str:
        """What the Q&A is known by when its page is imported again."""
        return identity_of(self.question, self.answer)

    def with_slug(self, slug: str) -> "ImportedQA":
        return replace(self, slug=slug)

    @property
    def text(self) -> str:
        """The whole QA file."""
        sections = ("## Question", self.question, "## Answer", self.answer)
        body = "\n\n".join(section for section in sections if section)
        return f"---\n{self._front_matter()}---\n{body}\n"

    def _front_matter(self) -> str:
        scalar = yaml_writing.scalar
        lines = [f"title: {scalar(self.title)}"]
        if self.asked_by:
            lines.append(f"asked_by: {scalar(self.asked_by)}")
        if self.asked_on:
            lines.append(f"asked_on: {self.asked_on.isoformat()}")
        if self.answered_by:
            lines.append(f"answered_by: {scalar(self.answered_by)}")
        if self.topics:
            lines.append(f"topics: {yaml_writing.flow(self.topics)}")
        lines.append(f"status: {self.status}{_comment('; '.join(self.doubts))}")
        if self.inspired_by:
            lines.append(f"inspired_by: {_mapping(self.inspired_by)}")
        if self.bio:
            lines.append(f"bio: {scalar(self.bio)}{_comment(self.bio_note)}")
        if self.language:
            lines.append(f"language: {self.language}{_comment('as the page says')}")
        return "".join(f"{line}\n" for line in lines)


def identity_of(question: str, answer: str) -> str:
    """Give the question's hash; a draft that has no question yet is known by its answer."""
    return Question(question).hash if question else f"answer {Question(answer).hash}"


def _comment(text: str) -> str:
    return f"  # {' '.join(text.split())}" if text else ""


def _mapping(inspiration: Inspiration) -> str:
    title = f"title: {yaml_writing.quote(inspiration.title)}"
    url = f", url: {yaml_writing.quote(inspiration.url)}" if inspiration.url else ""
    return f"{{{title}{url}}}"
