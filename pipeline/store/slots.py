"""Edge: the due slots and what became of them, and the approved drafts that wait for theirs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select, update

from pipeline.errors import ConflictError
from pipeline.model.issue import Slot
from pipeline.model.record import Draft, SlotRecord, SlotState
from pipeline.store.database import Database
from pipeline.store.tables import draft
from pipeline.store.tables import slot as slots


@dataclass(frozen=True)
class Slots:
    """One row for each rule and local date."""

    database: Database

    def get(self, rule: str, local_date: date) -> SlotRecord | None:
        """Tell what became of a slot; ``None`` for one that was never due."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(slots).where(slots.c.rule == rule, slots.c.local_date == local_date)
            ).one_or_none()
        return None if row is None else _record(row)

    def all(self) -> tuple[SlotRecord, ...]:
        """Give every slot that was due, the oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(select(slots).order_by(slots.c.at)).all()
        return tuple(map(_record, rows))

    def note_waiting(self, slot: Slot, why: str, *, now: datetime) -> None:
        """Write down what a due slot waits for; one that is settled stays as it is."""
        with self.database.writing() as connection:
            _settle(connection, slot, SlotState.WAITING, why=why, now=now)

    def settle(self, slot: Slot, state: SlotState, why: str, *, now: datetime) -> SlotRecord:
        """End a slot as skipped or missed, and drop its draft; a settled one stays as it is."""
        if state not in {SlotState.SKIPPED, SlotState.MISSED}:
            raise ValueError(f"a slot is not settled as {state}")
        with self.database.writing() as connection:
            record = _settle(connection, slot, state, why=why, now=now)
            if record.state is state:
                connection.execute(delete(draft).where(_is(draft, slot)))
        return record


@dataclass(frozen=True)
class Drafts:
    """The approved edition of a slot, until its issue is begun."""

    database: Database

    def save(self, it: Draft) -> None:
        """Keep an approved edition in the place of the one before."""
        with self.database.writing() as connection:
            connection.execute(delete(draft).where(_is(draft, it.slot)))
            connection.execute(
                insert(draft).values(
                    rule=it.slot.rule,
                    local_date=it.slot.local_date,
                    at=it.slot.at,
                    edition=it.edition,
                    sha256=it.sha256,
                    approved_at=it.approved_at,
                    inputs=dict(it.inputs),
                )
            )

    def find(self, slot: Slot) -> Draft | None:
        """Give what was approved here for the slot."""
        with self.database.reading() as connection:
            row = connection.execute(select(draft).where(_is(draft, slot))).one_or_none()
        if row is None:
            return None
        return Draft(
            slot=Slot(row.rule, row.local_date, row.at),
            edition=row.edition,
            sha256=row.sha256,
            approved_at=row.approved_at,
            inputs=row.inputs,
        )

    def drop(self, slot: Slot) -> None:
        """Void what was approved."""
        with self.database.writing() as connection:
            connection.execute(delete(draft).where(_is(draft, slot)))


def take(connection: Connection, slot: Slot, *, issue: int, now: datetime) -> None:
    """Let an issue have a slot; raises :class:`ConflictError` when it is settled."""
    record = _settle(connection, slot, SlotState.TAKEN, why="", now=now, issue=issue)
    if record.issue != issue:
        who = f" by issue {record.issue}" if record.issue else ""
        raise ConflictError(
            f"the slot is {record.state}{who}", place=f"{slot.rule}, {slot.local_date}"
        )


def take_drafts(connection: Connection, slot: Slot, *, sha256: str) -> bool:
    """Drop the drafts that an issue makes void; tell whether its bytes were approved in one.

    That is the slot's own, and the one that holds these bytes: what was approved for a slot
    to come may go out before it, off schedule.
    """
    spent = _is(draft, slot) | (draft.c.sha256 == sha256)
    approved = connection.execute(select(draft.c.sha256).where(spent)).scalars().all()
    connection.execute(delete(draft).where(spent))
    return sha256 in approved


def _is(table: Table, slot: Slot) -> ColumnElement[bool]:
    return and_(table.c.rule == slot.rule, table.c.local_date == slot.local_date)


def _settle(  # noqa: PLR0913 - the columns of one row
    connection: Connection,
    slot: Slot,
    state: SlotState,
    *,
    why: str,
    now: datetime,
    issue: int | None = None,
) -> SlotRecord:
    """Write the state unless the slot has left ``waiting``; give what the ledger holds then."""
    values = {"state": state.value, "why": why, "issue": issue, "updated_at": now, "at": slot.at}
    row = connection.execute(select(slots).where(_is(slots, slot))).one_or_none()
    if row is not None and row.state != SlotState.WAITING.value:
        return _record(row)
    if row is None:
        connection.execute(
            insert(slots).values(rule=slot.rule, local_date=slot.local_date, **values)
        )
    else:
        connection.execute(update(slots).where(_is(slots, slot)).values(**values))
    return SlotRecord(slot, state, why, issue)


def _record(row: Any) -> SlotRecord:
    return SlotRecord(
        Slot(row.rule, row.local_date, row.at), SlotState(row.state), row.why, row.issue
    )
