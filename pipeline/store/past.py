"""Edge: what earlier outcomes say about each mailbox provider, from a few rows of the ledger."""

from typing import Final

from sqlalchemy import Connection, and_, case, func, select

from pipeline.model.delivery import DeliveryState, History
from pipeline.model.issue import IssueState
from pipeline.store.tables import delivery, issue, shard

_S = DeliveryState

#: Issues before this one that are looked at, and shards of each provider in them.
_ISSUES: Final = 3
_SHARDS: Final = 3
#: Outcomes of the issue itself that are counted; past so many nobody asks.
_SETTLED: Final = 500


def history(connection: Connection, number: int, *, dead: str) -> History:
    """Count outcomes before a run.

    ``dead`` is the reason under which an address was given up. Reads at most three shards of
    each provider, some thousand rows, however long the list is.
    """
    return History(
        settled=_settled(connection, number),
        waiting=_waiting(connection, number),
        providers=_past(connection, number, dead),
    )


def _settled(connection: Connection, number: int) -> int:
    state = connection.execute(select(issue.c.state).where(issue.c.number == number)).scalar()
    if state == IssueState.FROZEN.value:
        return 0
    begun = (
        select(delivery.c.subscriber_id)
        .where(delivery.c.issue == number, delivery.c.state.in_([_S.ACCEPTED, _S.REJECTED]))
        .limit(_SETTLED)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(begun)).scalar_one()


def _waiting(connection: Connection, number: int) -> int:
    """Count readers without an outcome; looks only at shards that have something to do."""
    left = (
        select(delivery.c.subscriber_id)
        .join(
            shard,
            and_(shard.c.issue == delivery.c.issue, shard.c.number == delivery.c.shard),
        )
        .where(
            shard.c.issue == number,
            shard.c.is_done.is_(False),
            delivery.c.state.in_([_S.QUEUED, _S.DEFERRED]),
        )
        .limit(History.FEW)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(left)).scalar_one()


def _past(connection: Connection, number: int, dead: str) -> dict[str, tuple[int, int]]:
    earlier = (
        select(issue.c.number)
        .where(issue.c.number < number, issue.c.is_frozen)
        .order_by(issue.c.number.desc())
        .limit(_ISSUES)
    )
    newest = func.row_number().over(
        partition_by=shard.c.provider, order_by=(shard.c.issue.desc(), shard.c.number)
    )
    sample = (
        select(shard.c.issue, shard.c.number, shard.c.provider, newest.label("place"))
        .where(shard.c.issue.in_(earlier))
        .subquery()
    )
    is_dead = and_(delivery.c.state == _S.REJECTED, delivery.c.reason == dead)
    rows = connection.execute(
        select(
            sample.c.provider,
            func.count().label("outcomes"),
            func.sum(case((is_dead, 1), else_=0)).label("dead"),
        )
        .join(
            delivery,
            and_(delivery.c.issue == sample.c.issue, delivery.c.shard == sample.c.number),
        )
        .where(sample.c.place <= _SHARDS, delivery.c.state.in_([_S.ACCEPTED, _S.REJECTED]))
        .group_by(sample.c.provider)
    )
    return {row.provider: (row.outcomes, row.dead) for row in rows}
