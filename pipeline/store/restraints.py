"""Edge: how far we hold back from whom, so that a restart does not forget it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, text, update

from pipeline.model.restraint import Restraint
from pipeline.store.columns import Instant
from pipeline.store.tables import restraint

_WRITE: Final = text("""
INSERT INTO restraint
  (name, share, speed, since, until, per_minute, crawls_until, reason, said)
VALUES (:name, :share, :speed, :since, :until, :per_minute, :crawls_until, :reason, :said)
ON CONFLICT (name) DO UPDATE SET share = excluded.share, speed = excluded.speed,
  since = excluded.since, per_minute = excluded.per_minute, crawls_until = excluded.crawls_until,
  until = CASE WHEN restraint.until > excluded.until THEN restraint.until ELSE excluded.until END,
  reason = CASE WHEN restraint.until > excluded.until
    THEN restraint.reason ELSE excluded.reason END,
  said = CASE WHEN restraint.until > excluded.until THEN restraint.said ELSE excluded.said END
""").bindparams(*(bindparam(name, type_=Instant) for name in ("since", "until", "crawls_until")))


def read(connection: Connection) -> Mapping[str, Restraint]:
    """Read every restraint, those that are over as well."""
    return {
        row.name: Restraint(
            share=row.share,
            speed=row.speed,
            since=row.since,
            until=row.until,
            per_minute=row.per_minute,
            crawls_until=row.crawls_until,
            reason=row.reason,
            said=row.said,
        )
        for row in connection.execute(select(restraint).order_by(restraint.c.name))
    }


def write(connection: Connection, name: str, value: Restraint) -> None:
    """Put a restraint in the place of the one before, within a transaction.

    A rest that somebody else wrote down meanwhile, and that ends later, stays.
    """
    connection.execute(_WRITE, {"name": name, **asdict(value)})


def end_rests(connection: Connection, reason: str, *, now: datetime) -> None:
    """Let mail go again, slowly, to whom nothing went for a reason, within a transaction."""
    connection.execute(
        update(restraint)
        .where(restraint.c.reason == reason, restraint.c.until > now)
        .values(until=now)
    )
