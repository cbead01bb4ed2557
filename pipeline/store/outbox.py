"""Edge: the rows of an issue as a sender takes them, hands them over and writes them down."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from pipeline.model.delivery import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    HandOver,
    History,
    Lease,
    Recipient,
    Refusal,
    Result,
    Sums,
)
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from pipeline.store import hot, pages, past, rates, reports, restraints, steps, strikes, warm_ups
from pipeline.store.columns import from_microseconds
from pipeline.store.database import Database
from pipeline.store.doubt import resolve
from pipeline.store.tables import delivery, issue, shard

_S = DeliveryState

#: Due at once, or never leased.
_LONG_AGO: Final = from_microseconds(0)


@dataclass(frozen=True)
class SqlOutbox:
    """Fits :class:`pipeline.delivery.ports.Outbox`. Each method is one transaction."""

    database: Database
    policy: DoubtPolicy = DoubtPolicy.HOLD
    #: The caller holds the sender lock: a lease of another owner has ended, whatever its expiry.
    alone: bool = False

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
        with self.database.reading() as connection:
            if self._find_shard(connection, issue, owner, now, avoid) is None:
                return None
        with self.database.writing() as connection:
            number = self._find_shard(connection, issue, owner, now, avoid)
            if number is None:
                return None
            _start(connection, issue)
            taken = connection.execute(
                update(shard)
                .where(_is(issue, number))
                .values(epoch=shard.c.epoch + 1, owner=owner, lease_until=until)
                .returning(shard.c.epoch, shard.c.provider)
            ).one()
            self._inherit(connection, issue, number, now)
        return Lease(
            issue=issue, shard=number, epoch=taken.epoch, owner=owner, provider=taken.provider
        )

    def has_work(self, issue: int, *, now: datetime) -> bool:
        """Tell whether a sender would find a shard to lease now."""
        with self.database.reading() as connection:
            return self._find_shard(connection, issue, "", now) is not None

    def _find_shard(
        self,
        connection: Connection,
        number: int,
        owner: str,
        now: datetime,
        avoid: Collection[str] = (),
    ) -> int | None:
        """Look for a shard that has something to do now and that nobody holds."""
        row = connection.execute(
            select(issue.c.state, issue.c.expires_at).where(issue.c.number == number)
        ).one_or_none()
        if row is None or row.state not in {IssueState.FROZEN, IssueState.SENDING}:
            return None
        ended: ColumnElement[bool] = shard.c.lease_until <= now
        if self.alone:
            ended |= shard.c.owner != owner
        idle = shard.c.owner == ""
        if row.expires_at > now:
            idle &= shard.c.due_at <= now
        found = connection.execute(
            select(shard.c.number)
            .where(
                shard.c.issue == number,
                shard.c.is_done.is_(False),
                or_(idle, and_(shard.c.owner != "", ended)),
                shard.c.provider.not_in(sorted(avoid)),
            )
            .order_by(shard.c.number)
            .limit(1)
        )
        return found.scalar()

    def _inherit(self, connection: Connection, number: int, part: int, now: datetime) -> None:
        """Decide about the rows that the shard's last owner left in hand."""
        left = update(delivery).where(
            delivery.c.issue == number,
            delivery.c.shard == part,
            delivery.c.state == _S.HANDING,
        )
        if self.policy is DoubtPolicy.RESEND:
            # Without its epoch, the old owner can no longer write the row.
            connection.execute(
                left.where(delivery.c.attempts < steps.RESEND_LIMIT).values(
                    state=_S.QUEUED, epoch=0, keeps_edition=True, updated_at=now
                )
            )
        believed = self.policy is DoubtPolicy.ASSUME_ACCEPTED
        connection.execute(
            left.values(state=_S.ACCEPTED if believed else _S.IN_DOUBT, updated_at=now)
        )

    def renew(
        self, leases: Collection[Lease], *, now: datetime, until: datetime
    ) -> frozenset[Lease]:
        del now  # a lease that is past and that nobody took is still ours
        with self.database.writing() as connection:
            return frozenset(
                lease
                for lease in leases
                if connection.execute(
                    update(shard)
                    .where(
                        _holds(lease),
                        select(issue.c.number)
                        .where(
                            issue.c.number == lease.issue,
                            issue.c.state == IssueState.SENDING.value,
                        )
                        .exists(),
                    )
                    .values(lease_until=until)
                ).rowcount
            )

    def release(self, lease: Lease, *, now: datetime, not_before: datetime | None = None) -> None:
        del now
        with self.database.writing() as connection:
            left = connection.execute(
                select(delivery.c.state, func.min(delivery.c.next_at).label("next_at"))
                .where(
                    delivery.c.issue == lease.issue,
                    delivery.c.shard == lease.shard,
                    delivery.c.state.in_(steps.UNFINISHED),
                )
                .group_by(delivery.c.state)
            ).all()
            due_at = min(
                (
                    row.next_at if row.state is _S.DEFERRED and row.next_at else _LONG_AGO
                    for row in left
                ),
                default=_LONG_AGO,
            )
            due_at = max(due_at, not_before or _LONG_AGO)
            connection.execute(
                update(shard)
                .where(_holds(lease))
                .values(owner="", lease_until=_LONG_AGO, due_at=due_at, is_done=not left)
            )

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
            return hot.Commit(raw, self.policy, now).write(results, hand_overs)

    def forgive(self, issue: int, subscribers: Collection[int], *, requeues: bool = False) -> int:
        with self.database.writing_raw() as raw:
            raw.executemany(hot.FORGIVE, [(hot.note_of(issue), reader) for reader in subscribers])
            raw.executemany(strikes.TAKE_BACK, [(issue, reader) for reader in subscribers])
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
            connection.execute(update(shard).where(_is_idle(issue)).values(due_at=_LONG_AGO))

    def next_at(self, issue: int) -> datetime | None:
        """Say when a sender is next due to look; ``None`` when nobody is waited for."""
        with self.database.reading() as connection:
            found = connection.execute(select(func.min(shard.c.due_at)).where(_is_idle(issue)))
            return found.scalar()

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        with self.database.writing() as connection:
            rates.spend(connection, key, count, now=now, bucket_seconds=bucket_seconds)

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        with self.database.reading() as connection:
            return rates.spent(connection, key, since=since)

    def restraints(self) -> Mapping[str, Restraint]:
        with self.database.reading() as connection:
            return restraints.read(connection)

    def restrain(self, name: str, restraint: Restraint) -> None:
        with self.database.writing() as connection:
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


def _is(number: int, part: int) -> ColumnElement[bool]:
    return and_(shard.c.issue == number, shard.c.number == part)


def _is_idle(number: int) -> ColumnElement[bool]:
    """It has something to do, and nobody holds it."""
    return and_(shard.c.issue == number, shard.c.is_done.is_(False), shard.c.owner == "")


def _holds(lease: Lease) -> ColumnElement[bool]:
    """No other lease of the shard came after this one, and it was not given back."""
    return and_(
        _is(lease.issue, lease.shard),
        shard.c.epoch == lease.epoch,
        shard.c.owner == lease.owner,
    )


def _start(connection: Connection, number: int) -> None:
    frozen = IssueState.FROZEN
    connection.execute(
        update(issue)
        .where(issue.c.number == number, issue.c.state == frozen.value)
        .values(state=ISSUE_TRANSITIONS[frozen, IssueEvent.START].value)
    )
