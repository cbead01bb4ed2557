"""What has been published, and so is not mailed again."""

from dataclasses import dataclass, field

from pipeline.model.qa import QA


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedQA:
    """One Q&A that counts as published (or is reserved by an issue that is not out yet)."""

    slug: str
    #: :attr:`pipeline.model.qa.Question.hash`; empty when only the slug is known.
    question_hash: str = ""
    #: The issue it was in; ``None`` for a back catalogue.
    issue: int | None = None

    def __post_init__(self) -> None:
        if not self.slug or (self.issue is not None and self.issue < 1):
            raise ValueError("a published Q&A has a slug, and its issue a number from 1")


@dataclass(frozen=True)
class Published:
    """Every Q&A that counts as published, by slug or by its question's text."""

    entries: tuple[PublishedQA, ...] = ()
    _by_slug: dict[str, PublishedQA] = field(init=False, repr=False, compare=False)
    _by_hash: dict[str, PublishedQA] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {e.slug: e for e in self.entries})
        object.__setattr__(
            self, "_by_hash", {e.question_hash: e for e in self.entries if e.question_hash}
        )

    def find(self, qa: QA) -> PublishedQA | None:
        """Give the entry that makes this Q&A a published one."""
        return self._by_slug.get(qa.slug) or self._by_hash.get(qa.question.hash)
