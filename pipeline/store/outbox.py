"""Edge: the rows of an issue as a sender takes them, hands them over and writes them down."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, func, select, update

from pipeline.model.allowance import Ask, Grant
from pipeline.model.delivery import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    Due,
    HandOver,
    History,
    Lease,
    Recipient,
    Refusal,
    Result,
    Sums,
)
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from pipeline.store import (
    allowances,
    hot,
    leasing,
    pages,
    past,
    rates,
    reports,
    restraints,
    strikes,
    warm_ups,
)
from pipeline.store.database import Database, Ring
from pipeline.store.doubt import resolve
from pipeline.store.tables import shard


@dataclass(frozen=True)
class SqlOutbox:
    """Fits :class:`pipeline.delivery.ports.Outbox`. Each method is one transaction."""

    database: Database
    policy: DoubtPolicy = DoubtPolicy.HOLD
    #: The caller holds the sender lock: a lease of another owner has ended, whatever its expiry.
    alone: bool = False
    #: Told of shards that are given back and have something to do.
    ring: Ring | None = None

    # -- leases

    def lease(
        self,
        issue: int,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        avoid: Collection[str] = (),
    ) -> Lease | None:
        find = partial(
            leasing.find, number=issue, owner=owner, now=now, alone=self.alone, avoid=avoid
        )
        with self.database.reading() as connection:
            if find(connection) is None:
                return None
        with self.database.writing_rows() as connection:
            part = find(connection, locks=True)
            if part is None:
                return None
            return leasing.take(
                connection, issue, part, owner=owner, now=now, until=until, policy=self.policy
            )

    def has_work(self, issue: int, *, now: datetime) -> bool:
        """Tell whether a sender would find a shard to lease now."""
        with self.database.reading() as connection:
            return leasing.find(connection, issue, owner="", now=now, alone=self.alone) is not None

    def renew(
        self, leases: Collection[Lease], *, now: datetime, until: datetime
    ) -> frozenset[Lease]:
        del now  # a lease that is past and that nobody took is still ours
        # In one order, so that two senders never wait for each other.
        ordered = sorted(leases, key=lambda it: (it.issue, it.shard))
        with self.database.writing_rows() as connection:
            return frozenset(it for it in ordered if leasing.renew(connection, it, until=until))

    def release(self, lease: Lease, *, now: datetime, not_before: datetime | None = None) -> None:
        with self.database.writing_rows() as connection:
            due_at = leasing.release(connection, lease, not_before=not_before)
            if self.ring is not None and due_at is not None and due_at <= now:
                driver = connection.connection.driver_connection
                self.ring(lease.issue, (lease.shard,), within=driver)

    def free_shards(self, issue: int, *, now: datetime, limit: int) -> Sequence[int]:
        """Give the first shards that have something to do now and that nobody holds."""
        with self.database.reading() as connection:
            return leasing.free(connection, issue, now=now, limit=limit)

    def is_free(self, issue: int, part: int, *, now: datetime) -> bool:
        """Tell whether a shard has something to do now and nobody holds it."""
        with self.database.reading() as connection:
            return leasing.is_free(connection, issue, part, now=now)

    def standing(self, issue: int, *, now: datetime) -> tuple[bool, bool]:
        """Tell whether a shard has something to do now that nobody does, and whether one is held.

        Both at one moment, so that a shard which is given back is never overlooked.
        """
        with self.database.reading() as connection:
            return leasing.standing(connection, issue, now=now)

    # -- messages

    def waiting(
        self, lease: Lease, *, after: int, limit: int, now: datetime
    ) -> Sequence[Recipient]:
        with self.database.reading() as connection:
            return pages.waiting(connection, lease, after=after, limit=limit, now=now)

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        with self.database.writing_raw() as raw:
            commit = hot.Commit(raw, self.policy, now, self.database.LOCKS_ROWS)
            commit.counts = getattr(raw, "counts", None)
            return commit.write(results, hand_overs)

    def forgive(self, issue: int, subscribers: Collection[int], *, requeues: bool = False) -> int:
        with self.database.writing_raw() as raw:
            for reader in subscribers:
                raw.execute(hot.FORGIVE, (hot.note_of(issue), reader))
                raw.execute(strikes.TAKE_BACK, (issue, reader))
            return hot.requeue(raw, issue, subscribers) if requeues else 0

    def history(self, issue: int, *, dead: str) -> History:
        with self.database.reading() as connection:
            return past.history(connection, issue, dead=dead)

    def postpone(self, issue: int, *, until: datetime) -> None:
        with self.database.writing() as connection:
            connection.execute(
                update(shard).where(_is_idle(issue), shard.c.due_at < until).values(due_at=until)
            )

    def hurry(self, issue: int) -> None:
        """Let a sender look at the issue's shards at once; rows keep their next times."""
        with self.database.writing() as connection:
            connection.execute(update(shard).where(_is_idle(issue)).values(due_at=leasing.LONG_AGO))

    def end_rests(self, reason: str, *, now: datetime) -> None:
        """Let mail go again, slowly, to whom nothing went for the reason."""
        with self.database.writing() as connection:
            restraints.end_rests(connection, reason, now=now)

    def waits_at(self, issue: int, domain: str) -> bool:
        """Tell whether a reader of the issue at a domain is queued or deferred."""
        with self.database.reading() as connection:
            return reports.waits_at(connection, issue, domain)

    def next_at(self, issue: int) -> datetime | None:
        """Say when a sender is next due to look; ``None`` when nobody is waited for."""
        with self.database.reading() as connection:
            found = connection.execute(select(func.min(shard.c.due_at)).where(_is_idle(issue)))
            return found.scalar()

    @property
    def is_shared(self) -> bool:
        return self.database.KEEPS_TIME

    def senders(self, *, now: datetime) -> int:
        with self.database.reading() as connection:
            return leasing.owners(connection, now=now)

    def reserve(self, asked: Ask, *, now: datetime) -> Grant:
        return allowances.reserve(self.database, asked, now=now)

    def give_back(self, key: str, end: int, length: int) -> None:
        allowances.give_back(self.database, key, end, length)

    def spend_within(  # noqa: PLR0913 - a limit, and how the ledger counts it
        self,
        key: str,
        count: int,
        *,
        most: int,
        period: timedelta,
        now: datetime,
        bucket_seconds: int,
    ) -> int:
        with self.database.writing_rows() as connection:
            return allowances.spend_within(
                connection,
                key,
                count,
                most=most,
                period=period,
                now=now,
                bucket_seconds=bucket_seconds,
            )

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        with self.database.writing_rows() as connection:
            rates.spend(connection, key, count, now=now, bucket_seconds=bucket_seconds)

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        with self.database.reading() as connection:
            return rates.spent(connection, key, since=since)

    def restraints(self) -> Mapping[str, Restraint]:
        with self.database.reading() as connection:
            return restraints.read(connection)

    def restrain(self, name: str, restraint: Restraint) -> None:
        with self.database.writing_rows() as connection:
            restraints.write(connection, name, restraint)

    def warm_up(self, relay: str) -> WarmUpDay | None:
        with self.database.reading() as connection:
            return warm_ups.read(connection, relay)

    def warm(self, relay: str, day: WarmUpDay) -> None:
        with self.database.writing() as connection:
            warm_ups.write(connection, relay, day)

    # -- what people ask and decide

    def sums(self, number: int) -> Sums:
        """Count an issue's rows by state; raises :class:`StateError` if they do not add up."""
        with self.database.reading() as connection:
            return reports.sums(connection, number)

    def waiting_by_provider(self, number: int) -> Mapping[str, int]:
        """Count an issue's rows that are queued or deferred, by the provider of their shards."""
        with self.database.reading() as connection:
            return reports.waiting_by_provider(connection, number)

    def due(self, number: int, *, now: datetime) -> Due:
        """Count an issue's rows that are queued or deferred: who may be tried now, who later."""
        with self.database.reading() as connection:
            return reports.due(connection, number, now=now)

    def deliveries(self, number: int, state: DeliveryState | None = None) -> Iterator[Delivery]:
        """Give an issue's rows, a page at a time, shard by shard."""
        after = (0, 0)
        while True:
            with self.database.reading() as connection:
                page, next_ = reports.page(connection, number, state, after)
            yield from page
            if next_ is None:
                return
            after = next_

    def resolve(
        self, number: int, canonicals: Sequence[str] | None, event: DeliveryEvent, *, now: datetime
    ) -> int:
        """Say what became of doubtful messages (``None``: all of the issue's); count them.

        RESEND queues them again, under the same Message-ID, and reopens a complete issue.
        """
        with self.database.writing() as connection:
            return resolve(connection, number, canonicals, event, alone=self.alone, now=now)


def _is_idle(number: int) -> ColumnElement[bool]:
    """It has something to do, and nobody holds it."""
    return and_(shard.c.issue == number, shard.c.is_done.is_(False), shard.c.owner == "")
