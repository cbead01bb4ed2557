"""Edge: refusals that count against an address, by the keyed hash of the address.

The statements for the driver's own connection are those of a hand-over (:mod:`pipeline.store.hot`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, func, select

from pipeline.model.subscriber import Strike
from pipeline.store.tables import strike, subscriber

#: One for each issue; a later refusal of the same issue may say more.
STRIKE: Final = """
INSERT INTO strike (fingerprint, issue, reason, at)
SELECT fingerprint, ?, ?, ? FROM subscriber WHERE id = ?
ON CONFLICT (fingerprint, issue) DO UPDATE SET reason = excluded.reason
"""

#: A message was taken: there was a way.
PARDON: Final = """
DELETE FROM strike WHERE fingerprint = (SELECT fingerprint FROM subscriber WHERE id = ?)
"""

#: What an issue wrote is taken back: it was not about the reader.
TAKE_BACK: Final = """
DELETE FROM strike WHERE issue = ?
AND fingerprint = (SELECT fingerprint FROM subscriber WHERE id = ?)
"""

_IS_ANY: Final = "SELECT EXISTS (SELECT 1 FROM strike)"


def of_readers(connection: Connection, ids: Collection[int]) -> Mapping[int, tuple[Strike, ...]]:
    """Give the strikes of those among the readers who have any, by issue."""
    if not connection.exec_driver_sql(_IS_ANY).scalar_one():
        return {}  # most lists, most of the time
    rows = connection.execute(
        select(subscriber.c.id, strike)
        .join(strike, strike.c.fingerprint == subscriber.c.fingerprint)
        .where(subscriber.c.id.in_(ids))
        .order_by(strike.c.issue)
    )
    found: defaultdict[int, tuple[Strike, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.id] += (_strike(row),)
    return found


def of_address(connection: Connection, fingerprint: bytes) -> tuple[Strike, ...]:
    """Give the strikes of one address, by issue."""
    rows = connection.execute(
        select(strike).where(strike.c.fingerprint == fingerprint).order_by(strike.c.issue)
    )
    return tuple(map(_strike, rows))


def forget(connection: Connection, fingerprint: bytes) -> None:
    """Begin anew with an address, because somebody asked for the newsletter by it."""
    connection.execute(strike.delete().where(strike.c.fingerprint == fingerprint))


def struck(connection: Connection, *, reason: str, issues: int) -> Collection[int]:
    """Give the readers who were refused for one reason in so many issues."""
    rows = connection.execute(
        select(subscriber.c.id)
        .join(strike, strike.c.fingerprint == subscriber.c.fingerprint)
        .where(strike.c.reason == reason)
        .group_by(subscriber.c.id)
        .having(func.count() >= issues)
    )
    return frozenset(rows.scalars())


def _strike(row: Any) -> Strike:
    return Strike(issue=row.issue, reason=row.reason, at=row.at)
