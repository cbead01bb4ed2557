"""What counts as published, when an operator says so: a back catalogue, another machine's list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.content import library
from pipeline.errors import ConfigError, NotFoundError
from pipeline.model.published import PublishedQA
from pipeline.store.opening import Store
from pipeline.workflow.workshop import Workshop

_FORMAT = "mailbag-published-1"


@dataclass(frozen=True, slots=True)
class Change:
    """How a list of published Q&As changed."""

    changed: int
    unchanged: int


def add(
    shop: Workshop, store: Store, slugs: Sequence[str], *, issue: int | None, now: datetime
) -> Change:
    """Count Q&As of the column as published, by slug and by their question's text."""
    if issue is not None and issue < 1:
        raise ConfigError(f"there is no issue {issue}", remedy="issues are counted from 1")
    column = {qa.slug: qa for qa in library.read(shop.content, site=shop.folder).qas}
    unknown = [slug for slug in slugs if slug not in column]
    if unknown:
        raise NotFoundError(
            f"no Q&A is called {unknown[0]!r}",
            place="content/",
            remedy="give the file's name without `.md`; `mailbag plan` lists them",
        )
    return _add(
        store,
        [
            PublishedQA(slug=slug, question_hash=column[slug].question.hash, issue=issue)
            for slug in slugs
        ],
        now=now,
    )


def remove(store: Store, slugs: Sequence[str]) -> Change:
    """Let Q&As be chosen again."""
    known = {entry.slug for entry in store.published.all().entries}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise NotFoundError(
            f"{unknown[0]!r} does not count as published", remedy="`mailbag published` lists them"
        )
    return Change(changed=store.published.remove(slugs), unchanged=0)


def export(store: Store | None) -> dict[str, Any]:
    """Give what has been published as one small document for another machine."""
    entries = sorted(store.published.all().entries, key=lambda e: e.slug) if store else []
    return {
        "format": _FORMAT,
        "published": [
            {"slug": e.slug, "question_hash": e.question_hash, "issue": e.issue} for e in entries
        ],
    }


def bring(store: Store, text: str, *, source: str, now: datetime) -> Change:
    """Take over what another machine has published."""
    try:
        entries = _entries(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ConfigError(
            "is no list made by `mailbag published export`",
            place=source,
            remedy="make it anew where the issues were sent",
        ) from error
    return _add(store, entries, now=now)


def _entries(document: dict[str, Any]) -> list[PublishedQA]:
    if document["format"] != _FORMAT:
        raise ValueError(f"its format is {document['format']!r}")
    return [
        PublishedQA(
            slug=_text(entry["slug"]),
            question_hash=_text(entry.get("question_hash", "")),
            issue=_number(entry.get("issue")),
        )
        for entry in document["published"]
    ]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise TypeError(f"{value!r} is no number of an issue")
    return value


def _add(store: Store, entries: Sequence[PublishedQA], *, now: datetime) -> Change:
    known = {entry.slug for entry in store.published.all().entries}
    new = [entry for entry in entries if entry.slug not in known]
    old = sum(1 for entry in entries if entry.slug in known)
    store.published.add(new, now)
    return Change(changed=len(new), unchanged=old)
