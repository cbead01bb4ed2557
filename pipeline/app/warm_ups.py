"""Edge: how far the warm-up plan of each relay is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.app import relays
from pipeline.app.site import Site
from pipeline.delivery import warming
from pipeline.store.opening import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanToday:
    """What a relay's plan says of today, in UTC."""

    relay: str
    #: From 1; days are those on which mail goes out.
    day: int
    #: How many messages the day has; ``None``: the plan is over.
    limit: int | None
    #: How many of them are given out.
    used: int

    def __str__(self) -> str:
        if self.limit is None:
            return f"the plan of {self.relay} is over; warm_up can be taken out"
        return (
            f"day {self.day} of {warming.LAST + 1} by {self.relay}:"
            f" {self.limit:,} messages, {self.used:,} of them used today"
        )


def today(site: Site, store: Store, *, now: datetime) -> Iterator[PlanToday]:
    """Give the plans in the order of the relays; none when the toml has no ``warm_up``."""
    start = site.settings.document.delivery.warm_up
    for _, section in relays.sections(site) if start else ():
        name = relays.name_of(section)
        day = warming.begin_day(store.outbox().warm_up(name), now.date(), start=start)
        limit = warming.limit(start, day.step)
        yield PlanToday(relay=name, day=day.step + 1, limit=limit, used=day.given)
