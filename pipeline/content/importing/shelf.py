"""The Q&As that a content folder already has, by slug and by question."""

from collections.abc import Container

from pipeline.content import decoding, front_matter, parsing, sections
from pipeline.content.front_matter import Unfenced
from pipeline.content.importing.qas import ImportedQA, identity_of
from pipeline.content.report import Report
from pipeline.content.slugs import unique


class Shelf:
    """What is taken; grows while columns are imported."""

    def __init__(self) -> None:
        #: Case-folded, since some file systems make no difference.
        self._taken: set[str] = set()
        self._slugs: dict[str, list[str]] = {}

    def put_file(self, data: bytes, source: str) -> None:
        """Take note of a file in the folder, be it a good QA, a draft without answer or faulty."""
        slug = parsing.slug_of(source)
        report = Report(source)
        text = decoding.decode(data, report)
        parts = front_matter.split(text) if text is not None else None
        self._taken.add(slug.casefold())
        if parts is None or isinstance(parts, Unfenced):
            return
        texts = sections.split(parts.body, parts.body_line, report)
        identity = identity_of(texts.question or "", texts.answer or "")
        self._slugs.setdefault(identity, []).append(slug)

    def put(self, qa: ImportedQA) -> None:
        self._taken.add(qa.slug.casefold())
        self._slugs.setdefault(qa.identity, []).append(qa.slug)

    def find(self, qa: ImportedQA, claimed: Container[str]) -> str | None:
        """Give the slug under which the question is already there, whatever its file's name.

        Slugs that other Q&As of the same page have claimed are theirs:
        a page may hold two answers to one question.
        """
        known = [slug for slug in self._slugs.get(qa.identity, []) if slug not in claimed]
        return qa.slug if qa.slug in known else next(iter(known), None)

    def free(self, slug: str) -> str:
        """Give the slug, with a number when another question has it."""
        return slug if slug.casefold() not in self._taken else unique(slug.casefold(), self._taken)

    def take(self, slug: str) -> None:
        """Take note of a slug that somebody else used meanwhile."""
        self._taken.add(slug.casefold())
