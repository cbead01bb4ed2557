"""Edge: a ledger written by a clock that was ahead, brought back to the time that is right.

How long ago a thing really was that stands in the future, nobody knows. So it counts as done now:
a limit is never exceeded by it, and it holds for no longer than its own time.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from pipeline.model.delivery import DeliveryState
from pipeline.model.warm_up import WarmUpDay
from pipeline.store import leasing, rates, warm_ups
from pipeline.store.columns import to_microseconds
from pipeline.store.tables import delivery, issue, rate, restraint, shard, warm_up

#: A lease ends so soon when its holder is gone; one that works renews it every second.
_LEASED: Final = timedelta(minutes=1)


def rewind(connection: Connection, now: datetime) -> None:
    """Let nothing count for longer than its own time from now, within a transaction."""
    _rates(connection, now)
    _warm_ups(connection, now)
    _restraints(connection, now)
    _deliveries(connection, now)


def _rates(connection: Connection, now: datetime) -> None:
    """Have what was handed over in the future stand in one bucket, which is now."""
    is_later = rate.c.bucket > int(now.timestamp())
    totals = connection.execute(
        select(rate.c.key, func.sum(rate.c["count"])).where(is_later).group_by(rate.c.key)
    ).all()
    connection.execute(delete(rate).where(is_later))
    for key, count in totals:
        rates.spend(connection, key, int(count), now=now, bucket_seconds=1)


def _warm_ups(connection: Connection, now: datetime) -> None:
    """Make one day of today and those to come: on the least of their steps, with all they gave."""
    today = now.date()
    totals = connection.execute(
        select(
            warm_up.c.relay,
            func.min(warm_up.c.step),
            func.sum(warm_up.c.given),
            func.sum(warm_up.c.deferred),
        )
        .where(warm_up.c.day >= today)
        .group_by(warm_up.c.relay)
        .having(func.max(warm_up.c.day) > today)
    ).all()
    connection.execute(delete(warm_up).where(warm_up.c.day > today))
    for relay, step, given, deferred in totals:
        # PostgreSQL gives a sum as a Decimal.
        day = WarmUpDay(day=today, step=step, given=int(given), deferred=int(deferred))
        warm_ups.write(connection, relay, day)


def _restraints(connection: Connection, now: datetime) -> None:
    """Have them last as long as before, from now."""
    connection.execute(
        update(restraint)
        .where(restraint.c.since > now)
        .values(
            since=now,
            until=_moved(restraint.c.until, restraint.c.since, now),
            crawls_until=_moved(restraint.c.crawls_until, restraint.c.since, now),
        )
    )


def _deliveries(connection: Connection, now: datetime) -> None:
    """Have a sender look at every shard, and readers wait as long as they were told from now."""
    connection.execute(
        update(delivery)
        .where(delivery.c.state == DeliveryState.DEFERRED, delivery.c.updated_at > now)
        .values(next_at=_moved(delivery.c.next_at, delivery.c.updated_at, now), updated_at=now)
    )
    connection.execute(
        update(shard)
        .where(shard.c.is_done.is_(False), shard.c.due_at > now)
        .values(due_at=leasing.LONG_AGO)
    )
    ends = now + _LEASED
    connection.execute(update(shard).where(shard.c.lease_until > ends).values(lease_until=ends))
    connection.execute(update(issue).where(issue.c.ticked_at > now).values(ticked_at=now))


def _moved(at: Column[datetime], written: Column[datetime], now: datetime) -> ColumnElement[int]:
    """Give a time that stands as far from now as it stood from when it was written."""
    return type_coerce(at, BigInteger) - type_coerce(written, BigInteger) + to_microseconds(now)
