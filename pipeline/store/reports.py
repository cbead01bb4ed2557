"""Edge: what the ledger says of an issue: its sums, and who got it and who did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, case, func, literal, select, tuple_

from pipeline.model.delivery import Delivery, DeliveryState, Due, Sums
from pipeline.store import leasing, steps
from pipeline.store.columns import Instant
from pipeline.store.issues import read
from pipeline.store.tables import delivery, issue, shard, subscriber

#: Rows read at a time.
PAGE: Final = 1_000

#: The edition that a row which waits is to get.
WAITS_FOR: Final = case((delivery.c.keeps_edition, delivery.c.edition), else_=issue.c.revision)

_EDITION = case((delivery.c.state.in_(steps.WAITING), WAITS_FOR), else_=delivery.c.edition)


def sums(connection: Connection, number: int) -> Sums:
    """Count an issue's rows by state; raises :class:`StateError` if they do not add up."""
    planned = read(connection, number).planned
    rows = connection.execute(
        select(delivery.c.state, func.count().label("readers"))
        .where(delivery.c.issue == number)
        .group_by(delivery.c.state)
    )
    return steps.add_up(number, {row.state: row.readers for row in rows}, planned=planned)


def waiting_by_provider(connection: Connection, number: int) -> dict[str, int]:
    """Count the rows that are queued or deferred, by the provider of their shards."""
    rows = connection.execute(
        select(shard.c.provider, func.count().label("readers"))
        .join(delivery, and_(delivery.c.issue == shard.c.issue, delivery.c.shard == shard.c.number))
        .where(shard.c.issue == number, delivery.c.state.in_(steps.WAITING))
        .group_by(shard.c.provider)
    )
    return {row.provider: row.readers for row in rows}


def due(connection: Connection, number: int, *, now: datetime) -> Due:
    """Count who may be tried now and who waits: for a time of their own, or with their shard."""
    at_once = literal(leasing.LONG_AGO, Instant)
    is_deferred = and_(delivery.c.state == DeliveryState.DEFERRED, delivery.c.next_at.is_not(None))
    own = case((is_deferred, delivery.c.next_at), else_=at_once)
    # Whoever holds a shard looks at its rows, whenever it was due.
    of_shard = case((shard.c.owner == "", shard.c.due_at), else_=at_once)
    at = case((own > of_shard, own), else_=of_shard)
    later = func.count(case((at > now, 1)))
    row = connection.execute(
        select(
            func.count().label("total"),
            later.label("later"),
            func.min(case((at > now, at))).label("at"),
        )
        .select_from(delivery)
        .join(shard, and_(delivery.c.issue == shard.c.issue, delivery.c.shard == shard.c.number))
        .where(shard.c.issue == number, delivery.c.state.in_(steps.WAITING))
    ).one()
    return Due(now=row.total - row.later, later=row.later, next_at=row.at)


def waits_at(connection: Connection, number: int, domain: str) -> bool:
    """Tell whether a reader at a domain is queued or deferred."""
    rows = connection.execute(
        select(delivery.c.subscriber_id)
        .where(
            delivery.c.issue == number,
            delivery.c.state.in_(steps.WAITING),
            delivery.c.canonical.endswith(f"@{domain}", autoescape=True),
        )
        .limit(1)
    )
    return rows.first() is not None


def page(
    connection: Connection, number: int, state: DeliveryState | None, after: tuple[int, int]
) -> tuple[Sequence[Delivery], tuple[int, int] | None]:
    """Read rows by (shard, subscriber id), and where the next page begins, if there is one."""
    query = (
        select(delivery, subscriber.c.addr_spec, _EDITION.label("which"))
        .join(issue, issue.c.number == delivery.c.issue)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            delivery.c.issue == number,
            tuple_(delivery.c.shard, delivery.c.subscriber_id) > after,
        )
        .order_by(delivery.c.shard, delivery.c.subscriber_id)
        .limit(PAGE)
    )
    if state is not None:
        query = query.where(delivery.c.state == state)
    rows = connection.execute(query).all()
    found = tuple(
        Delivery(
            issue=number,
            subscriber_id=row.subscriber_id,
            address=row.addr_spec or row.canonical,
            state=row.state,
            attempts=row.attempts,
            code=row.code,
            reply=row.reply,
            reason=row.reason,
            relay=row.relay,
            next_at=row.next_at,
            edition=row.which,
        )
        for row in rows
    )
    more = (rows[-1].shard, rows[-1].subscriber_id) if len(rows) == PAGE else None
    return found, more
