"""Edge: which limits of a site have no room for one more message now, and where they are set."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.app import relays, warm_ups
from pipeline.app.site import Site
from pipeline.audience.mail_hosts import bucket_of
from pipeline.delivery.limits import Limit, Limits
from pipeline.delivery.rating import ALL, provider_scope, relay_scope, spent_before
from pipeline.model.delivery import OTHER_PROVIDERS
from pipeline.store.opening import Store
from pipeline.store.outbox import SqlOutbox
from pipeline.workflow.workshop import UsedUp


def limits(site: Site, store: Store, number: int, *, now: datetime) -> tuple[UsedUp, ...]:
    """Name the limits that an issue waits for; none when it is for nothing that the toml sets.

    Limits of seconds and minutes are none of them: a send waits for those itself.
    """
    document, outbox = site.settings.document, store.outbox()
    return (
        *_named(outbox, ALL, document.delivery.rate, "[delivery] rate", now),
        *_of_providers(site, outbox, number, now),
        *_of_relays(site, store, now),
    )


def _of_providers(site: Site, outbox: SqlOutbox, number: int, now: datetime) -> Iterator[UsedUp]:
    shapes = site.settings.document.providers.items()
    rates = {domain: shape.rate for domain, shape in shapes if shape.rate}
    waiting = outbox.waiting_by_provider(number) if rates else {}
    for domain, rate in rates.items():
        name = bucket_of(domain)
        if name in waiting or (OTHER_PROVIDERS in waiting and outbox.waits_at(number, name)):
            place = f'[providers."{domain}"] rate'
            for limit, opens_in in _full(outbox, provider_scope(name), rate, now):
                until = now + timedelta(seconds=opens_in)
                yield UsedUp(which=_said(place, limit), alone_until=until)


def _of_relays(site: Site, store: Store, now: datetime) -> tuple[UsedUp, ...]:
    """Name a limit of each relay; none when one of them would take more."""
    plans = {plan.relay: plan for plan in warm_ups.today(site, store, now=now)}
    found: list[UsedUp] = []
    for backup, section in relays.sections(site):
        name = relays.name_of(section)
        place = f"[[smtp_backup]] rate of {name}" if backup else "[smtp] rate"
        rates = _named(store.outbox(), relay_scope(name), section.rate, place, now)
        plan = plans.get(name)
        is_over = plan is not None and plan.limit is not None and plan.used >= plan.limit
        found += rates
        if is_over:
            found.append(UsedUp(which=f"[delivery] warm_up: {plan}"))
        if not rates:
            # A plan is waited for, so that nobody steps in.
            return tuple(found) if is_over else ()
    return tuple(found)


def _named(
    outbox: SqlOutbox, scope: str, rate: Limits, place: str, now: datetime
) -> tuple[UsedUp, ...]:
    return tuple(UsedUp(which=_said(place, limit)) for limit, _ in _full(outbox, scope, rate, now))


def _said(place: str, limit: Limit) -> str:
    return f"{place}: {Limits((limit,))}"


def _full(
    outbox: SqlOutbox, scope: str, rate: Limits, now: datetime
) -> Iterator[tuple[Limit, float]]:
    """Give the limits that have no room, with the seconds until they have."""
    for limit in rate.limits:
        if limit.is_paced:
            continue
        opens_in = limit.seconds_for(1, spent_before(outbox, scope, limit, now))
        if opens_in:
            yield limit, opens_in
