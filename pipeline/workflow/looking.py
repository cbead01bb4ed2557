"""The edition that somebody wants to look at: the next issue's, a sent one's, a would-be revision.

A paused issue is looked at to mend it, so it is shown as its files make it now.
"""

from dataclasses import dataclass
from datetime import datetime

from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord, Revision
from pipeline.store.opening import Store
from pipeline.workflow import editing, planning, revising
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An edition, and what the ledger knows of its issue."""

    edition: Edition
    #: ``None`` for an issue that is not in the ledger.
    record: IssueRecord | None = None
    #: Since when the issue's page says that it was mended; ``None``: it does not.
    corrected_at: datetime | None = None

    @property
    def replaces(self) -> str:
        """Give the sha256 in force, of an edition that is not pinned; empty when it is."""
        if self.record is None or self.record.sha256 == self.edition.sha256:
            return ""
        return self.record.sha256


def look(shop: Workshop, store: Store | None, number: int | None, *, now: datetime) -> Look:
    """Give the edition of an issue of the ledger, or of the next one."""
    record = _find(store, number)
    if store is None or record is None:
        plan = planning.plan(shop, store, now=now)
        if number is not None:
            editing.require_next(plan, number)
        return Look(edition=editing.prepare(shop, store, plan).edition)
    corrected_at = corrected(store.issues.revisions(record.number))
    if record.state is not IssueState.PAUSED:
        edition = Edition.from_json(store.issues.edition(record.number))
        return Look(edition=edition, record=record, corrected_at=corrected_at)
    revised = revising.prepare(shop, store, record.number)
    if revised.differs:
        corrected_at = now
    return Look(edition=revised.edition, record=record, corrected_at=corrected_at)


def corrected(editions: tuple[Revision, ...]) -> datetime | None:
    """Tell when an issue was mended last; ``None`` when it never was."""
    return editions[-1].pinned_at if len(editions) > 1 else None


def edition_of(
    shop: Workshop, store: Store | None, number: int | None, *, now: datetime
) -> Edition:
    """Give the edition alone."""
    return look(shop, store, number, now=now).edition


def _find(store: Store | None, number: int | None) -> IssueRecord | None:
    records = store.issues.all() if store is not None and number is not None else ()
    return next((record for record in records if record.number == number), None)
