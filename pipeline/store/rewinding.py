"""Edge: a ledger written by a clock that was ahead, brought back to the time that is right.

How long ago a thing really was that stands in the future, nobody knows. So it counts as done now:
a limit is never exceeded by it, and it holds for no longer than its own time.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Connection, delete, func, select, type_coerce, update

from pipeline.model.delivery import DeliveryState
from pipeline.model.warm_up import WarmUpDay
from pipeline.store import leasing, rates, restraints, warm_ups
from pipeline.store.columns import to_microseconds
from pipeline.store.tables import delivery, issue, rate, shard, warm_up

#: A lease ends so soon when its holder is gone; one that works renews it every second.
_LEASED: Final = timedelta(minutes=1)


def rewind(connection: Connection, now: datetime) -> None:
    """Let nothing count for longer than its own time from now, within a transaction."""
    _rates(connection, now)
    _warm_ups(connection, now)
    for name, it in restraints.read(connection).items():
        if (ahead := it.since - now) > timedelta(0):
            until, crawls_until = it.until - ahead, it.crawls_until - ahead
            restraints.write(
                connection, name, replace(it, since=now, until=until, crawls_until=crawls_until)
            )
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


def _deliveries(connection: Connection, now: datetime) -> None:
    """Have a sender look at every shard, and readers wait as long as they were told from now."""
    next_at, updated_at = (
        type_coerce(it, BigInteger) for it in (delivery.c.next_at, delivery.c.updated_at)
    )
    connection.execute(
        update(delivery)
        .where(delivery.c.state == DeliveryState.DEFERRED, delivery.c.updated_at > now)
        .values(next_at=next_at - updated_at + to_microseconds(now), updated_at=now)
    )
    connection.execute(
        update(shard)
        .where(shard.c.is_done.is_(False), shard.c.due_at > now)
        .values(due_at=leasing.LONG_AGO)
    )
    ends = now + _LEASED
    connection.execute(update(shard).where(shard.c.lease_until > ends).values(lease_until=ends))
    connection.execute(update(issue).where(issue.c.ticked_at > now).values(ticked_at=now))
