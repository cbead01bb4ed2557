"""Edge: a ledger moved to another database, after which the old one refuses.

Two databases have no transaction in common, so the steps are in an order in which a death between
any two of them leaves one ledger in use at most, and a second call that goes on:

1. The source gets a row that names this copy (*leaving*). It is in use as before.
2. In one transaction the target gets every row, is read back and compared, and is closed
   (*arriving*, with the same id). Before its commit it is empty. After it, it is a copy that nobody
   can use; the next call knows it by its id, empties it and copies again.
3. The source is closed (*moved*). From here on nothing is copied again: the next call finds both
   ids the same and goes on with step 4.
4. The target is opened. It is the ledger now.

The source is held from before step 2 until after step 3, so what arrived is all there is.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sqlalchemy import Table

from pipeline.clock import Clock
from pipeline.errors import BusyError, ConfigError, DatabaseError
from pipeline.store import closed, migrating
from pipeline.store.carrier import Carrier
from pipeline.store.closed import Mark, Marks, Standing
from pipeline.store.columns import to_microseconds
from pipeline.store.database import Database
from pipeline.store.table_rows import NUMBERED, TABLES, Tally

#: A server may need a moment to notice that who copied before has died.
_PATIENCE_SECONDS = 2.0

_ANOTHER = "name a new one: a file that is not there, or a database that createdb has just made"


class Lock(Protocol):
    """Held by the one sender of a database."""

    #: Whoever holds it is alone, whatever the leases say.
    ENDS_LEASES: ClassVar[bool]

    def acquire(self, timeout: float, clock: Clock) -> bool: ...
    def release(self) -> None: ...
    def holder(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two databases."""

    database: Database
    sender_lock: Lock
    #: As it may stand in ``[database] url``, without what may be secret.
    url: str
    #: Holds it alone for a transaction.
    hold: Callable[[], AbstractContextManager[Carrier[Any]]]
    #: What no other database has, however it is called.
    identity: tuple[object, ...]

    @property
    def place(self) -> str:
        return self.database.place


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """What became of one table."""

    name: str
    rows: int
    #: Rows in which a character was replaced that PostgreSQL cannot keep.
    replaced: int
    #: Over the rows in the order of their keys, the same on both sides.
    sha256: str


def copy(source: Side, target: Side, *, clock: Clock) -> tuple[CopiedTable, ...]:
    """Move the ledger; gives no table when a copy that was broken off needed its last step only.

    Raises :class:`BusyError` while anybody sends, and :class:`DatabaseError` for a side that is
    not as it must be; then nothing has changed.
    """
    if source.identity == target.identity:
        raise ConfigError(
            "the source and the target are one database", place=target.place, remedy=_ANOTHER
        )
    _check_source(source)
    with _sending_itself(source, clock), _sending_itself(target, clock):
        marks, there = _marks(source), _marks_there(target)
        if Standing.MOVED in marks and marks[Standing.MOVED].id == _id(there, Standing.ARRIVING):
            _open(target)
            return ()
        _refuse_closed(source, marks)
        return _move(source, target, _agree(source, target, marks, there), clock)


def _check_source(source: Side) -> None:
    found = migrating.known_revision(source.database)
    if found is None:
        raise ConfigError(
            "there is no ledger here", place=source.place, remedy="name the one that is in use"
        )
    if found != migrating.NEWEST:
        raise DatabaseError(
            f"the ledger has the tables of an older mailbag (revision {found}, "
            f"this program's is {migrating.NEWEST})",
            place=source.place,
            remedy="let this program bring it up to date first: `mailbag doctor` does",
        )


@contextmanager
def _sending_itself(side: Side, clock: Clock) -> Iterator[None]:
    """Be the sender, so that nobody else is."""
    if not side.sender_lock.acquire(_PATIENCE_SECONDS, clock):
        raise BusyError(
            f"a sender is at work (process {side.sender_lock.holder()})",
            place=side.place,
            remedy="end it, or wait for its end, and copy then",
        )
    try:
        yield
    finally:
        side.sender_lock.release()


def _marks_there(target: Side) -> Marks:
    found = migrating.known_revision(target.database)
    if found is None:
        return {}
    if found != migrating.NEWEST:
        raise DatabaseError(
            f"there are tables of an older mailbag (revision {found})",
            place=target.place,
            remedy=_ANOTHER,
        )
    return _marks(target)


def _marks(side: Side) -> Marks:
    with side.hold() as carrier:
        return carrier.marks()


def _id(marks: Marks, standing: Standing) -> str | None:
    return marks[standing].id if standing in marks else None


def _refuse_closed(side: Side, marks: Marks) -> None:
    for standing in (Standing.MOVED, Standing.ARRIVING):
        if standing in marks:
            raise closed.error(standing, marks[standing].url, side.place)


def _agree(source: Side, target: Side, marks: Marks, there: Marks) -> str:
    """Give the id of this copy, written down in the source; refuse a target that is not ours.

    A copy that was broken off keeps its id: only the source whose row names it may empty it, and
    only while that source has not moved anywhere.
    """
    arrived = _id(there, Standing.ARRIVING)
    if arrived is not None and arrived == _id(marks, Standing.LEAVING):
        return arrived
    _refuse_closed(target, there)
    migrating.bring_up_to_date(target.database)
    with target.hold() as carrier:
        _refuse_filled(carrier)
    drawn = secrets.token_hex(16)
    with source.hold() as carrier:
        closed.write(carrier.raw, Standing.LEAVING, Mark(drawn, target.url))
        carrier.commit()
    return drawn


def _refuse_filled(target: Carrier[Any]) -> None:
    found = target.foreign() or target.filled()
    if found:
        raise DatabaseError(
            f"the database is not empty ({', '.join(found)})", place=target.place, remedy=_ANOTHER
        )


def _move(source: Side, target: Side, drawn: str, clock: Clock) -> tuple[CopiedTable, ...]:
    with source.hold() as from_:
        if not source.sender_lock.ENDS_LEASES:
            _refuse_leased(from_, clock)
        with target.hold() as to:
            copied = _copy_rows(from_, to, drawn)
            to.close(Standing.ARRIVING, Mark(drawn, source.url))
            to.commit()
        from_.close(Standing.MOVED, Mark(drawn, target.url))
        from_.commit()
    _open(target)
    return copied


def _refuse_leased(source: Carrier[Any], clock: Clock) -> None:
    """Refuse while a sender that holds no lock, on whatever machine, may hand over."""
    left = (source.held_until() - to_microseconds(clock.now())) / 1_000_000
    if left > 0:
        raise BusyError(
            f"a sender holds a part of an issue for another {left:.0f} s, or has just died",
            place=source.place,
            remedy="end it, and copy when that time is over",
        )


def _copy_rows(source: Carrier[Any], target: Carrier[Any], drawn: str) -> tuple[CopiedTable, ...]:
    """Write every row, and read it back, within the target's transaction."""
    if _id(target.marks(), Standing.ARRIVING) == drawn:
        target.reopen()
        target.empty()
    _refuse_filled(target)
    highest = {table: source.highest_id(table) for table in NUMBERED}
    copied = []
    for table in TABLES:
        sent = Tally()
        rows = source.rows(table)
        target.fill(table, sent.counted(rows, without_null=not target.KEEPS_NULL))
        _compare(table, sent, target)
        copied.append(CopiedTable(table.name, sent.rows, sent.replaced, sent.sha256))
    for name, number in highest.items():
        target.set_highest_id(name, number)
    target.analyze()
    return tuple(copied)


def _compare(table: Table, sent: Tally, target: Carrier[Any]) -> None:
    """Read a table back; raises for one that is not what was sent."""
    kept = Tally()
    for _ in kept.counted(target.rows(table)):
        pass
    if (kept.rows, kept.sha256) != (sent.rows, sent.sha256):
        what = (
            f"{sent.rows:,} rows were written and {kept.rows:,} are there"
            if kept.rows != sent.rows
            else "the rows that are there are not those that were written"
        )
        raise DatabaseError(
            f"table {table.name} did not arrive as it was sent: {what}",
            place=target.place,
            remedy="nothing was copied; look for triggers or rules there, and at the disk",
        )


def _open(target: Side) -> None:
    with target.hold() as carrier:
        carrier.reopen()
        carrier.commit()
