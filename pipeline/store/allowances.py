"""Edge: limits that senders share: their turns, by one statement each; and their stocks.

The statement for a turn locks one row, and only for itself. A stock, which may be used up at once,
is counted in the buckets of :mod:`pipeline.store.rates`; the row is locked while it is counted.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, text

from pipeline.model.allowance import Ask, Grant
from pipeline.store import rates
from pipeline.store.columns import to_microseconds
from pipeline.store.database import Database
from pipeline.store.tables import rate

#: The server's clock decides, when the row is locked; SQLite has the caller's.
_SERVER_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


def _reserve(now: str) -> str:
    return f"""
INSERT INTO allowance (key, next_at) VALUES (?1, {now} + ?2)
ON CONFLICT (key) DO UPDATE SET next_at = ?2 + CASE
  WHEN allowance.next_at > {now} + ?5 THEN {now} + ?6
  WHEN allowance.next_at < {now} - ?3 THEN {now} - ?3
  ELSE allowance.next_at END
WHERE allowance.next_at <= {now} + ?4 OR allowance.next_at > {now} + ?5
RETURNING next_at, next_at - ?2 - {now}
"""  # noqa: S608 - one of two expressions


def _look(now: str) -> str:
    return f"SELECT next_at - {now} FROM allowance WHERE key = ?1"  # noqa: S608 - as above


_RESERVE: Final = {False: _reserve("?7"), True: _reserve(_SERVER_NOW)}
_LOOK: Final = {False: _look("?2"), True: _look(_SERVER_NOW)}

#: Only while nobody came after: in between nothing can be given back.
_GIVE_BACK: Final = "UPDATE allowance SET next_at = next_at - ?3 WHERE key = ?1 AND next_at = ?2"

_LOCK: Final = text(
    "INSERT INTO allowance (key, next_at) VALUES (:key, 0) "
    "ON CONFLICT (key) DO UPDATE SET next_at = allowance.next_at"
)


def reserve(database: Database, asked: Ask, *, now: datetime) -> Grant:
    """Take turns; see :func:`pipeline.store.gcra.reserve`."""
    by_server = database.KEEPS_TIME
    own = () if by_server else (to_microseconds(now),)
    times = (asked.length, asked.credit, asked.ahead, asked.too_far, asked.period)
    given = database.run(_RESERVE[by_server], (asked.key, *times, *own))
    if given:
        ((end, wait),) = given
        return Grant(end=end, wait=wait)
    ((wait,),) = database.run(_LOOK[by_server], (asked.key, *own))
    return Grant(end=None, wait=wait)


def give_back(database: Database, key: str, end: int, length: int) -> None:
    """Give the last turns of a grant back, if nobody took some after them."""
    database.run(_GIVE_BACK, (key, end, length))


def spend_within(  # noqa: PLR0913 - a limit, and how the ledger counts it
    connection: Connection,
    key: str,
    count: int,
    *,
    most: int,
    period: timedelta,
    now: datetime,
    bucket_seconds: int,
) -> int:
    """Add up to so many to the bucket of now, as far as a period has room; give how many."""
    connection.execute(_LOCK, {"key": key})
    since = (now - period).timestamp() - bucket_seconds
    spent = connection.execute(
        select(func.coalesce(func.sum(rate.c["count"]), 0)).where(
            rate.c.key == key, rate.c.bucket > since
        )
    ).scalar_one()
    given = min(count, most - int(spent))
    if given <= 0:
        return 0
    rates.spend(connection, key, given, now=now, bucket_seconds=bucket_seconds)
    return given
