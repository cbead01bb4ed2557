"""The ledgers behind one face: what a test needs beside the promises of the outbox."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pipeline.model.address import Address
from pipeline.model.delivery import DoubtPolicy
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.published import PublishedQA
from pipeline.model.record import IssueRecord
from pipeline.model.subscriber import NewSubscriber, Strike, SuppressionReason
from pipeline.store.memory import MemoryOutbox
from pipeline.store.opening import Store, open_server, open_store
from pipeline.store.outbox import SqlOutbox
from pipeline.store.sqlite_database import SqliteDatabase
from tests.factories import NOON, make_slot

EXPIRES = NOON + timedelta(hours=72)


def where(store: Store) -> str:
    """Say where a store is, so that another process finds it; see :func:`open_there`."""
    if isinstance(store.database, SqliteDatabase):
        return str(store.database.path.parent)
    from pipeline.store.postgres_database import PostgresDatabase  # noqa: PLC0415 - an extra

    assert isinstance(store.database, PostgresDatabase)
    return store.database.url.render_as_string(hide_password=False)


def open_there(where: str) -> Store:
    """Open a store by what :func:`where` said of it."""
    if "://" in where:
        return open_server(where)
    return open_store("sqlite:///mailbag.db", folder=Path(where))


def fingerprint(canonical: str) -> bytes:
    return hashlib.sha256(b"a test's key" + canonical.encode()).digest()


def make_reader(canonical: str, **changes: str) -> NewSubscriber:
    return NewSubscriber(
        address=Address(changes.get("address", canonical), changes.get("name", "")),
        canonical=canonical,
        fingerprint=fingerprint(canonical),
        provider=changes.get("provider", "other"),
        consent="import readers.csv",
    )


def add_readers(store: Store, canonicals: Iterable[str], **changes: str) -> None:
    store.subscribers.add_all(
        ((line, make_reader(it, **changes)) for line, it in enumerate(canonicals, start=2)),
        now=NOON,
    )


def begin(
    store: Store, number: int = 1, *, slugs: tuple[str, ...] = ("tea",), scheduled: bool = False
) -> IssueRecord:
    return store.issues.begin(
        number=number,
        slot=make_slot(NOON.date() + timedelta(weeks=number)),
        edition_json='{"number": 1}',
        sha256="ab" * 32,
        subject="On tea",
        published=[PublishedQA(slug=slug, question_hash=f"hash of {slug}") for slug in slugs],
        nonce="1f2e3d4c",
        now=NOON,
        expires_at=EXPIRES,
        scheduled=scheduled,
    )


def freeze(store: Store, number: int = 1, *, limit: int = 40_000) -> None:
    while not store.issues.freeze_range(number, limit=limit):
        pass


def revise(store: Store, number: int = 1, *, now: datetime = NOON, **changes: str) -> IssueRecord:
    record = store.issues.get(number)
    return store.issues.revise(
        number,
        replaces=changes.get("replaces", record.sha256),
        edition_json=changes.get("edition_json", f'{{"revision": {record.revision + 1}}}'),
        sha256=changes.get("sha256", f"{record.revision + 1:02}" * 32),
        subject=changes.get("subject", "On green tea"),
        slugs=record.slugs,
        now=now,
    )


class Ledger(Protocol):
    """One frozen issue, number 1; its readers' ids are 1, 2, 3 ..."""

    def outbox(self, *, alone: bool = False) -> MemoryOutbox | SqlOutbox: ...
    def step(self, event: IssueEvent) -> None: ...
    def state(self) -> IssueState: ...
    def revise(self) -> None: ...
    def is_published(self) -> bool: ...
    def complete_if_done(self) -> bool: ...
    def cancel_rest(self) -> int: ...
    def leave(self, reader: int) -> None: ...
    def suppression(self, reader: int) -> SuppressionReason | None: ...
    def strikes(self, reader: int) -> tuple[Strike, ...]: ...


@dataclass
class InMemory:
    box: MemoryOutbox

    def outbox(self, *, alone: bool = False) -> MemoryOutbox:
        self.box.alone = alone
        return self.box

    def step(self, event: IssueEvent) -> None:
        self.box.step(1, event)

    def state(self) -> IssueState:
        return self.box.state(1)

    def revise(self) -> None:
        self.box.revise(1)

    def is_published(self) -> bool:
        return self.box.is_published(1)

    def complete_if_done(self) -> bool:
        return self.box.complete_if_done(1)

    def cancel_rest(self) -> int:
        return self.box.cancel_rest(1)

    def leave(self, reader: int) -> None:
        self.box.left.add(reader)

    def suppression(self, reader: int) -> SuppressionReason | None:
        return self.box.suppressed.get(reader)

    def strikes(self, reader: int) -> tuple[Strike, ...]:
        return tuple(self.box.strikes.get(reader, {}).values())


@dataclass
class InDatabase:
    store: Store
    policy: DoubtPolicy

    def outbox(self, *, alone: bool = False) -> SqlOutbox:
        return self.store.outbox(self.policy, alone=alone)

    def step(self, event: IssueEvent) -> None:
        self.store.issues.step(1, event, now=NOON)

    def state(self) -> IssueState:
        return self.store.issues.get(1).state

    def revise(self) -> None:
        revise(self.store)

    def is_published(self) -> bool:
        with self.store.database.reading() as connection:
            return bool(
                connection.exec_driver_sql(
                    "SELECT count(*) FROM published WHERE NOT is_reserved"
                ).scalar()
            )

    def complete_if_done(self) -> bool:
        return self.store.issues.complete_if_done(1, NOON)

    def cancel_rest(self) -> int:
        return self.store.issues.cancel_rest(1, NOON)

    def leave(self, reader: int) -> None:
        self.store.subscribers.unsubscribe(reader, now=NOON)

    def suppression(self, reader: int) -> SuppressionReason | None:
        subscriber = self.store.subscribers.get(reader)
        assert subscriber is not None
        found = self.store.suppressions.find(fingerprint(subscriber.address.addr_spec))
        return None if found is None else found.reason

    def strikes(self, reader: int) -> tuple[Strike, ...]:
        subscriber = self.store.subscribers.get(reader)
        assert subscriber is not None
        standing = self.store.subscribers.standing(subscriber.address.addr_spec)
        assert standing is not None
        return standing.strikes


#: (addresses, policy, expires_at) -> a ledger with one frozen issue.
MakeLedger = Callable[..., Ledger]


def in_memory(
    addresses: Iterable[str],
    policy: DoubtPolicy = DoubtPolicy.HOLD,
    expires_at: datetime = EXPIRES,
) -> InMemory:
    return InMemory(
        MemoryOutbox.with_recipients(1, addresses, expires_at=expires_at, policy=policy)
    )


def on_sqlite(
    folder: Path, addresses: Iterable[str], policy: DoubtPolicy = DoubtPolicy.HOLD
) -> InDatabase:
    return in_database(open_store("sqlite:///mailbag.db", folder=folder), addresses, policy)


def in_database(store: Store, addresses: Iterable[str], policy: DoubtPolicy) -> InDatabase:
    add_readers(store, addresses)
    begin(store)
    freeze(store)
    return InDatabase(store, policy)
