"""Edge: how much was handed over lately under the key of a rate, so that a restart keeps to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, text, update

from pipeline.store.columns import from_microseconds
from pipeline.store.tables import rate

#: No limit looks back further.
_KEPT: Final = timedelta(days=8)

#: Somebody else may have begun the bucket meanwhile.
_ADD: Final = text(
    "INSERT INTO rate (key, bucket, count) VALUES (:key, :bucket, :count) "
    "ON CONFLICT (key, bucket) DO UPDATE SET count = rate.count + excluded.count"
)


def spend(
    connection: Connection, key: str, count: int, *, now: datetime, bucket_seconds: int
) -> None:
    """Add to the bucket of now, and forget what is old, within a transaction."""
    bucket = int(now.timestamp()) // bucket_seconds * bucket_seconds
    added = connection.execute(
        update(rate)
        .where(rate.c.key == key, rate.c.bucket == bucket)
        .values(count=rate.c["count"] + count)
    )
    # What is struck out of a bucket that a rewound clock took away stays: too much, not too little.
    if not added.rowcount and count >= 0:
        connection.execute(_ADD, {"key": key, "bucket": bucket, "count": count})
        old = int((now - _KEPT).timestamp())
        connection.execute(delete(rate).where(rate.c.key == key, rate.c.bucket < old))


def spent(connection: Connection, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
    """Read the buckets that began since then, the oldest first."""
    rows = connection.execute(
        select(rate.c.bucket, rate.c["count"].label("messages"))
        .where(rate.c.key == key, rate.c.bucket >= since.timestamp())
        .order_by(rate.c.bucket)
    ).all()
    return tuple((from_microseconds(row.bucket * 1_000_000), row.messages) for row in rows)
