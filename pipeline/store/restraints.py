"""Edge: how far we hold back from whom, so that a restart does not forget it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.model.restraint import Restraint
from pipeline.store.tables import restraint


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
    """Put a restraint in the place of the one before, within a transaction."""
    connection.execute(delete(restraint).where(restraint.c.name == name))
    connection.execute(insert(restraint).values(name=name, **asdict(value)))


def end_rests(connection: Connection, reason: str, *, now: datetime) -> None:
    """Let mail go again, slowly, to whom nothing went for a reason, within a transaction."""
    connection.execute(
        update(restraint)
        .where(restraint.c.reason == reason, restraint.c.until > now)
        .values(until=now)
    )
