"""Edge: how long an issue will take by the limits of a site, before it goes out."""

from collections.abc import Mapping
from datetime import datetime

from pipeline.app import relays
from pipeline.app.site import Site
from pipeline.delivery.forecasting import Forecast
from pipeline.store.opening import Store


def forecast(site: Site, store: Store | None, *, now: datetime) -> Forecast:
    """Take every limit of the first relay into account, and its warm-up plan as it stands."""
    section = site.settings.document.smtp
    shaping = relays.shaping(site)
    last = None
    if store is not None and shaping.warm_up:
        last = store.outbox().warm_up(relays.name_of(section))
    return Forecast(shaping=shaping, limits=section.rate, last=last, now=now)


def readers_of(store: Store | None, number: int) -> Mapping[str, int]:
    """Count by provider who waits for an issue, or would get one that is not frozen yet."""
    if store is None:
        return {}
    if any(record.number == number and record.is_frozen for record in store.issues.all()):
        return store.outbox().waiting_by_provider(number)
    return store.subscribers.reachable_by_provider()
