"""Edge: the warm-up plans of relays, a row for each day on which mail went out."""

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from pipeline.model.warm_up import WarmUpDay
from pipeline.store.tables import warm_up


def read(connection: Connection, relay: str) -> WarmUpDay | None:
    """Read the last day of a relay's plan."""
    row = connection.execute(
        select(warm_up).where(warm_up.c.relay == relay).order_by(warm_up.c.day.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return WarmUpDay(day=row.day, step=row.step, given=row.given, deferred=row.deferred)


def write(connection: Connection, relay: str, value: WarmUpDay) -> None:
    """Put a day in the place of what was known of it, within a transaction."""
    connection.execute(delete(warm_up).where(warm_up.c.relay == relay, warm_up.c.day == value.day))
    connection.execute(insert(warm_up).values(relay=relay, **asdict(value)))
