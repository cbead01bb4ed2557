"""Edge: the list of readers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from pipeline.model.address import Address
from pipeline.model.subscriber import (
    NewSubscriber,
    Standing,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)
from pipeline.store import bulk, strikes, suppressions
from pipeline.store.database import Database
from pipeline.store.tables import subscriber, suppression

_ACTIVE, _LEFT = SubscriberStatus.ACTIVE, SubscriberStatus.UNSUBSCRIBED
_COLUMNS = (
    subscriber.c.id,
    subscriber.c.addr_spec,
    subscriber.c.display_name,
    subscriber.c.status,
    subscriber.c.since,
)

#: So many readers are read at a time; between two reads nobody is held up.
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of a list of readers."""

    added: int
    #: On the list already.
    existing: int
    #: The caller's line number, and why that reader was not taken: a suppression's reason.
    not_added: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Subscribers:
    """Who asked to get the newsletter."""

    database: Database

    def add_all(self, readers: Iterable[tuple[int, NewSubscriber]], *, now: datetime) -> Added:
        """Add a list in one transaction, or nothing of it when ``readers`` raises.

        The list may be long: it is gathered beside the database, and nobody is held up by it
        before it is complete. Who left or is suppressed is not brought back, and reported.
        """
        with self.database.gathering() as raw:
            bulk.gather(raw, readers)
            with self.database.turn():
                added, existing, not_added = bulk.add_gathered(raw, now, begin=self.database.BEGIN)
        return Added(added=added, existing=existing, not_added=not_added)

    def again(self, reader: NewSubscriber, *, now: datetime) -> SuppressionReason | None:
        """Take a reader who asks for it, also one who left before.

        Lifts everything but a complaint; then its reason is given, and nothing is changed.
        """
        with self.database.writing() as connection:
            known = connection.execute(
                select(suppression.c.reason).where(suppression.c.fingerprint == reader.fingerprint)
            ).scalar()
            if known is not None:
                reason = SuppressionReason(known)
                if reason not in suppressions.LIFTED_BY_ASKING:
                    return reason
                connection.execute(
                    suppression.delete().where(suppression.c.fingerprint == reader.fingerprint)
                )
            strikes.forget(connection, reader.fingerprint)
            _take(connection, reader, now)
            return None

    def find(self, canonical: str) -> Subscriber | None:
        """Look a reader up by the canonical address."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(*_COLUMNS).where(subscriber.c.canonical == canonical)
            ).one_or_none()
        return None if row is None else _subscriber(row)

    def standing(self, canonical: str) -> Standing | None:
        """Tell how a reader stands, by the canonical address."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(*_COLUMNS, subscriber.c.fingerprint).where(
                    subscriber.c.canonical == canonical
                )
            ).one_or_none()
            if row is None:
                return None
            return Standing(
                subscriber=_subscriber(row),
                suppression=suppressions.of_address(connection, row.fingerprint),
                strikes=strikes.of_address(connection, row.fingerprint),
            )

    def struck(self, reason: str, *, issues: int) -> Iterator[Subscriber]:
        """Give the readers who were refused for one reason in so many issues in a row."""
        with self.database.reading() as connection:
            found = strikes.struck(connection, reason=reason, issues=issues)
        return (reader for reader in self.list() if reader.id in found)

    def get(self, id: int) -> Subscriber | None:  # noqa: A002 - the field's name
        """Look a reader up by the id that links carry."""
        with self.database.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(subscriber.c.id == id)).one_or_none()
        return None if row is None else _subscriber(row)

    def list(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """Give the readers in the order they came, a page at a time."""
        after = 0
        is_suppressed = exists().where(suppression.c.fingerprint == subscriber.c.fingerprint)
        columns = (*_COLUMNS, is_suppressed.label("is_suppressed"))
        while True:
            query = select(*columns).where(subscriber.c.id > after)
            if status is not None:
                query = query.where(subscriber.c.status == status.value)
            with self.database.reading() as connection:
                page = connection.execute(query.order_by(subscriber.c.id).limit(_PAGE)).all()
            for row in page:
                yield replace(_subscriber(row), is_suppressed=bool(row.is_suppressed))
            if len(page) < _PAGE:
                return
            after = page[-1].id

    def count(self, status: SubscriberStatus | None = None) -> int:
        """Count the readers; the active ones may include some that are suppressed."""
        query = select(func.count()).select_from(subscriber)
        if status is not None:
            query = query.where(subscriber.c.status == status.value)
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one()

    def reachable(self) -> int:
        """Count the readers that the next issue goes to: active, and not suppressed."""
        suppressed = exists().where(suppression.c.fingerprint == subscriber.c.fingerprint)
        query = (
            select(func.count())
            .select_from(subscriber)
            .where(subscriber.c.status == SubscriberStatus.ACTIVE.value, ~suppressed)
        )
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one()

    def reachable_by_provider(self) -> Mapping[str, int]:
        """Count the same readers by the provider that takes their mail."""
        suppressed = exists().where(suppression.c.fingerprint == subscriber.c.fingerprint)
        query = (
            select(subscriber.c.provider, func.count().label("readers"))
            .where(subscriber.c.status == SubscriberStatus.ACTIVE.value, ~suppressed)
            .group_by(subscriber.c.provider)
        )
        with self.database.reading() as connection:
            return {row.provider: row.readers for row in connection.execute(query)}

    def unsubscribe(self, id: int, *, now: datetime) -> bool:  # noqa: A002 - the field's name
        """Let a reader go; ``True`` when this call did it, ``False`` when there was nothing to do.

        The status and the suppression change in one transaction.
        """
        return self._leave(subscriber.c.id == id, SuppressionReason.UNSUBSCRIBE, now=now)

    def remove(self, canonical: str, *, now: datetime) -> bool:
        """Take a reader off the list by an operator's hand; ``False`` when nobody was on it."""
        return self._leave(subscriber.c.canonical == canonical, SuppressionReason.MANUAL, now=now)

    def _leave(self, who: Any, reason: SuppressionReason, *, now: datetime) -> bool:
        with self.database.writing() as connection:
            row = connection.execute(
                select(subscriber.c.id, subscriber.c.fingerprint, subscriber.c.status).where(who)
            ).one_or_none()
            if row is None or row.status != _ACTIVE.value:
                return False
            connection.execute(
                update(subscriber)
                .where(subscriber.c.id == row.id)
                .values(status=_LEFT.value, unsubscribed_at=now)
            )
            suppressions.put(connection, row.fingerprint, reason, now=now)
            return True


def _take(connection: Connection, reader: NewSubscriber, now: datetime) -> None:
    """Write an active reader; who is active already keeps since when, and what was consented."""
    values = {
        "addr_spec": reader.address.addr_spec,
        "display_name": reader.address.display_name,
        "fingerprint": reader.fingerprint,
        "provider": reader.provider,
        "consent": reader.consent,
        "status": _ACTIVE.value,
        "since": now,
        "unsubscribed_at": None,
    }
    known = connection.execute(
        select(subscriber.c.id, subscriber.c.status).where(
            subscriber.c.canonical == reader.canonical
        )
    ).one_or_none()
    if known is None:
        connection.execute(insert(subscriber).values(canonical=reader.canonical, **values))
    elif known.status != _ACTIVE.value:
        connection.execute(update(subscriber).where(subscriber.c.id == known.id).values(**values))


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=Address(row.addr_spec, row.display_name),
        status=SubscriberStatus(row.status),
        since=row.since,
    )
