"""Edge: how long an issue will take by the limits of a site, before it goes out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.app import relays
from pipeline.app.site import Site
from pipeline.delivery.forecasting import Forecast, scopes
from pipeline.delivery.rating import relay_scope, spent_before
from pipeline.store.opening import Store


def forecast(site: Site, store: Store | None, *, now: datetime) -> Forecast:
    """Take every limit into account, as full as it is, and each relay's warm-up plan."""
    (_, first), *others = relays.sections(site)
    shaping, relay = relays.shaping(site), relays.name_of(first)
    it = Forecast(
        shaping=shaping,
        limits=first.rate,
        now=now,
        relay=relay,
        backups=[(relays.name_of(other), other.rate) for _, other in others],
    )
    if store is None:
        return it
    outbox = store.outbox()
    spent = {
        scope: {limit: spent_before(outbox, scope, limit, now) for limit in limits.limits}
        for scope, limits in (
            *((scope, limits) for scope, _, limits in scopes(shaping)),
            (relay_scope(relay), first.rate),
            *((relay_scope(name), limits) for name, limits in it.backups),
        )
    }
    names = (relay, *(name for name, _ in it.backups)) if shaping.warm_up else ()
    days = {name: day for name in names if (day := outbox.warm_up(name)) is not None}
    return replace(it, last_days=days, spent=spent)


def readers_of(store: Store | None, number: int) -> Mapping[str, int]:
    """Count by provider who waits for an issue, or would get one that is not frozen yet."""
    if store is None:
        return {}
    if any(record.number == number and record.is_frozen for record in store.issues.all()):
        return store.outbox().waiting_by_provider(number)
    return store.subscribers.reachable_by_provider()
