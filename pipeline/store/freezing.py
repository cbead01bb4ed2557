"""Edge: writes the rows of an issue, a range of subscribers at a time."""

from typing import Final

from sqlalchemy import Connection, func, select, update

from pipeline.errors import StateError
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.store import bulk
from pipeline.store.database import Ring
from pipeline.store.tables import delivery, issue, shard

#: Subscribers in one transaction: long enough to be quick, short enough that nobody waits long.
RANGE: Final = 40_000

#: Shards that are rung for in the transaction that makes an issue frozen.
_FIRST: Final = 500


def freeze_range(
    connection: Connection, number: int, *, limit: int, ring: Ring | None = None
) -> bool:
    """Go on with freezing, within a transaction; ``True`` when nothing is left to do.

    ``ring``: told of the first shards when there is nothing left.
    """
    row = connection.execute(select(issue).where(issue.c.number == number)).one()
    frozen = ISSUE_TRANSITIONS.get((IssueState(row.state), IssueEvent.FREEZE))
    if frozen is None:
        return True
    part = bulk.make_rows(
        connection,
        issue=number,
        after=row.freeze_cursor,
        ceiling=row.freeze_ceiling,
        limit=limit,
        now=row.frozen_at,
    )
    excluded = dict(row.excluded)
    for why, readers in part.excluded.items():
        excluded[why] = excluded.get(why, 0) + readers
    candidates, planned = row.candidates + part.candidates, row.planned + part.planned
    values = {
        "freeze_cursor": part.upto,
        "candidates": candidates,
        "planned": planned,
        "excluded": excluded,
    }
    if part.is_last:
        _check(connection, number, candidates, planned, sum(excluded.values()))
        values |= {"state": frozen.value, "is_frozen": True}
    connection.execute(update(issue).where(issue.c.number == number).values(**values))
    if part.is_last and ring is not None:
        first = connection.execute(
            select(shard.c.number)
            .where(shard.c.issue == number)
            .order_by(shard.c.number)
            .limit(_FIRST)
        )
        ring(number, first.scalars().all(), within=connection.connection.driver_connection)
    return part.is_last


def _check(
    connection: Connection, number: int, candidates: int, planned: int, excluded: int
) -> None:
    """Count the rows that are there: the books must balance before anything goes out."""
    rows = connection.execute(
        select(func.count()).select_from(delivery).where(delivery.c.issue == number)
    ).scalar_one()
    if rows != planned or candidates != planned + excluded:
        raise StateError(
            f"issue {number} does not add up: {candidates} candidates, {planned} planned, "
            f"{excluded} excluded, {rows} rows",
            remedy="stop it, and restore the database from a backup",
        )
