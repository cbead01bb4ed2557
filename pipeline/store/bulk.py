"""Edge: statements over many rows, written by hand: long lists, and ranges of rows."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, text

from pipeline.model.subscriber import NewSubscriber, SubscriberStatus, SuppressionReason
from pipeline.store.columns import to_microseconds
from pipeline.store.raw import Raw

#: Readers of one mailbox provider in one shard.
SHARD_SIZE: Final = 1_000

_CHUNK = 5_000
_ACTIVE = SubscriberStatus.ACTIVE.value
_LEFT = SuppressionReason.UNSUBSCRIBE.value

#: Of the types that the columns have on either database.
_GATHERED = """
CREATE TEMP TABLE gathered AS
SELECT id AS line, addr_spec, display_name, canonical, fingerprint, provider, consent
FROM subscriber LIMIT 0
"""

#: Who is not brought back: suppressed addresses, and readers who left before there was a key.
_NOT_ADDED = f"""
SELECT g.line, coalesce(x.reason, '{_LEFT}')
FROM gathered g
LEFT JOIN suppression x ON x.fingerprint = g.fingerprint
LEFT JOIN subscriber s ON s.canonical = g.canonical
WHERE x.reason IS NOT NULL OR s.status <> '{_ACTIVE}'
ORDER BY g.line
"""  # noqa: S608 - constants of the model

_ADD = f"""
INSERT INTO subscriber
  (addr_spec, display_name, canonical, fingerprint, provider, status, since, consent)
SELECT g.addr_spec, g.display_name, g.canonical, g.fingerprint, g.provider, '{_ACTIVE}', ?,
  g.consent
FROM gathered g
LEFT JOIN suppression x ON x.fingerprint = g.fingerprint
WHERE x.reason IS NULL
ORDER BY g.rowid
ON CONFLICT (canonical) DO NOTHING
"""  # noqa: S608 - constants of the model

#: PostgreSQL gives a row an id before it sees the conflict, and ids are not endless.
_ADD_ON_SERVER = _ADD.replace(
    "\nORDER BY g.rowid",
    " AND NOT EXISTS (SELECT 1 FROM subscriber s WHERE s.canonical = g.canonical)\nORDER BY g.ctid",
)


def gather(raw: Raw, readers: Iterable[tuple[int, NewSubscriber]]) -> None:
    """Write a list into a temporary table, which no other connection sees or waits for."""
    raw.execute(_GATHERED)
    rows = (
        (
            line,
            reader.address.addr_spec,
            reader.address.display_name,
            reader.canonical,
            reader.fingerprint,
            reader.provider,
            reader.consent,
        )
        for line, reader in readers
    )
    while chunk := list(islice(rows, _CHUNK)):
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO gathered VALUES (?, ?, ?, ?, ?, ?, ?)", chunk)
        raw.execute("COMMIT")


def add_gathered(
    raw: Raw, now: datetime, *, begin: str
) -> tuple[int, int, tuple[tuple[int, str], ...]]:
    """Write the gathered list in one transaction: added, existing, (line, why not) of the rest."""
    raw.execute(begin)
    try:
        (total,) = raw.execute("SELECT count(*) FROM gathered").fetchone()
        not_added = tuple(raw.execute(_NOT_ADDED).fetchall())
        add = _ADD if isinstance(raw, sqlite3.Connection) else _ADD_ON_SERVER
        added = raw.execute(add, (to_microseconds(now),)).rowcount
        raw.execute("COMMIT")
    except BaseException:
        raw.rollback()
        raise
    return added, total - added - len(not_added), not_added


_LAST_OF_RANGE = text(
    "SELECT id FROM subscriber WHERE id > :after AND id <= :ceiling ORDER BY id "
    "LIMIT 1 OFFSET :offset"
)

#: How many readers of each provider get it (``why`` is empty), and why the others do not.
_COUNTS = text(f"""
SELECT s.provider, CASE WHEN x.reason IS NOT NULL THEN x.reason
  WHEN s.status <> '{_ACTIVE}' THEN '{_LEFT}' ELSE '' END AS why, count(*) AS readers
FROM subscriber s LEFT JOIN suppression x ON x.fingerprint = s.fingerprint
WHERE s.id > :after AND s.id <= :upto
GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608 - constants of the model

_HIGHEST_SHARD = text("SELECT coalesce(max(number), 0) FROM shard WHERE issue = :issue")

#: The last shard of each provider, where it has room: earlier ranges began it.
_OPEN = text(f"""
SELECT provider, max(number) AS number, {SHARD_SIZE} - max(recipients) AS room
FROM shard WHERE issue = :issue AND recipients < {SHARD_SIZE} GROUP BY provider
""")  # noqa: S608 - a number

_MAKE_SHARD = text(
    "INSERT INTO shard (issue, number, provider, recipients) "
    "VALUES (:issue, :number, :provider, :recipients)"
)

_FILL_SHARD = text(
    "UPDATE shard SET recipients = recipients + :more WHERE issue = :issue AND number = :number"
)

#: In the order of the address, so that the index that takes longest is written from left to right.
_MAKE_ROWS = text(f"""
WITH provider AS MATERIALIZED (
  SELECT provider, min(CASE WHEN number > :base THEN number END) AS first,
    max(CASE WHEN number <= :base THEN number END) AS started,
    coalesce({SHARD_SIZE} - max(CASE WHEN number <= :base THEN recipients END), 0) AS room
  FROM shard WHERE issue = :issue AND (number > :base OR recipients < {SHARD_SIZE})
  GROUP BY provider
), recipient AS (
  SELECT s.id, s.canonical, s.provider,
    row_number() OVER (PARTITION BY s.provider ORDER BY s.id) - 1 AS place
  FROM subscriber s LEFT JOIN suppression x ON x.fingerprint = s.fingerprint
  WHERE s.id > :after AND s.id <= :upto AND s.status = '{_ACTIVE}' AND x.fingerprint IS NULL
)
INSERT INTO delivery (issue, shard, subscriber_id, canonical, updated_at)
SELECT :issue,
  CASE WHEN r.place < p.room THEN p.started ELSE p.first + (r.place - p.room) / {SHARD_SIZE} END,
  r.id, r.canonical, :now
FROM recipient r CROSS JOIN provider p WHERE p.provider = r.provider ORDER BY 2, r.id
""")  # noqa: S608 - constants of the model


@dataclass(frozen=True, slots=True)
class Range:
    """What one range of subscribers came to."""

    upto: int
    is_last: bool
    planned: int
    excluded: Mapping[str, int]

    @property
    def candidates(self) -> int:
        return self.planned + sum(self.excluded.values())


def make_rows(  # noqa: PLR0913 - where the range lies
    connection: Connection, *, issue: int, after: int, ceiling: int, limit: int, now: datetime
) -> Range:
    """Write the rows and shards of the next range of subscribers, within a transaction."""
    upto = connection.execute(
        _LAST_OF_RANGE, {"after": after, "ceiling": ceiling, "offset": limit - 1}
    ).scalar()
    last = upto is None
    where: dict[str, Any] = {"after": after, "upto": ceiling if upto is None else upto}
    readers: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    for row in connection.execute(_COUNTS, where):
        (excluded if row.why else readers)[row.why or row.provider] += row.readers
    if readers:
        where |= {"issue": issue, "now": to_microseconds(now)}
        _divide(connection, issue, readers, where)
    return Range(where["upto"], last, readers.total(), excluded)


def _divide(
    connection: Connection, issue: int, readers: Mapping[str, int], where: Mapping[str, Any]
) -> None:
    """Write the rows, into shards that have room and into new ones.

    A list of a million has thousands of providers with a few readers in each range; a shard for
    each of these costs a lease of a millisecond, and its rows a fifteenth of one.
    """
    base = connection.execute(_HIGHEST_SHARD, {"issue": issue}).scalar_one()
    more = {
        row.provider: (row.number, min(row.room, readers[row.provider]))
        for row in connection.execute(_OPEN, {"issue": issue})
        if row.provider in readers
    }
    rest = {it: count - (more[it][1] if it in more else 0) for it, count in readers.items()}
    shards = [
        {"issue": issue, "number": number, "provider": provider, "recipients": recipients}
        for number, (provider, recipients) in enumerate(_parts(rest), start=base + 1)
    ]
    if shards:
        connection.execute(_MAKE_SHARD, shards)
    connection.execute(_MAKE_ROWS, {**where, "base": base})
    filled = [{"issue": issue, "number": at, "more": count} for at, count in more.values()]
    if filled:
        connection.execute(_FILL_SHARD, filled)


def _parts(readers: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Divide the readers of each provider into shards."""
    for provider, count in readers.items():
        for start in range(0, count, SHARD_SIZE):
            yield provider, min(SHARD_SIZE, count - start)
