"""Edge: the rows of a shard that wait, a page at a time, by a statement written by hand.

Every message of a send was such a row: SQLAlchemy's way to it takes three times as long.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from pipeline.model.delivery import DeliveryState, Lease, Recipient
from pipeline.store import strikes
from pipeline.store.columns import CODES, from_microseconds, to_microseconds

#: Nothing when another lease of the shard came after this one, or when it was given back.
_WAITING: Final = f"""
SELECT d.subscriber_id, coalesce(r.addr_spec, d.canonical), d.attempts, i.expires_at,
  CASE WHEN d.keeps_edition THEN d.edition ELSE i.revision END
FROM delivery d
JOIN shard s ON s.issue = d.issue AND s.number = d.shard AND s.epoch = ?3 AND s.owner = ?4
JOIN issue i ON i.number = d.issue
LEFT JOIN subscriber r ON r.id = d.subscriber_id
WHERE d.issue = ?1 AND d.shard = ?2 AND d.subscriber_id > ?5 AND (
  d.state = {CODES[DeliveryState.QUEUED]} OR (d.state = {CODES[DeliveryState.DEFERRED]}
  AND (d.next_at IS NULL OR d.next_at <= ?6 OR i.expires_at <= ?6)))
ORDER BY d.subscriber_id LIMIT ?7
"""  # noqa: S608 - numbers from the code table

_WAITING_ON_SERVER: Final = text(re.sub(r"\?(\d)", r":p\1", _WAITING))


def waiting(
    connection: Connection, lease: Lease, *, after: int, limit: int, now: datetime
) -> Sequence[Recipient]:
    """Read rows that are queued or due, by subscriber id above ``after``."""
    issue, shard = lease.issue, lease.shard
    asked = (issue, shard, lease.epoch, lease.owner, after, to_microseconds(now), limit)
    rows = (
        connection.exec_driver_sql(_WAITING, asked)
        if connection.dialect.name == "sqlite"
        else connection.execute(_WAITING_ON_SERVER, {f"p{n}": it for n, it in enumerate(asked, 1)})
    ).all()
    struck = strikes.of_readers(connection, [row[0] for row in rows])
    return tuple(
        Recipient(
            issue=issue,
            shard=shard,
            subscriber_id=reader,
            address=address,
            attempts=attempts,
            expires_at=from_microseconds(expires_at),
            strikes=struck.get(reader, ()),
            edition=edition,
        )
        for reader, address, attempts, expires_at, edition in rows
    )
