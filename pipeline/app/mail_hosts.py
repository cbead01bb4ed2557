"""Edge: finds out, before an issue is frozen, which provider takes the mail of which domain."""

from datetime import timedelta

from pipeline.app.site import Site
from pipeline.audience import mx
from pipeline.audience.mail_hosts import is_worth_asking, provider_by_hosts
from pipeline.audience.mx import AskDns
from pipeline.audience.providers import OTHER
from pipeline.config.sections import Kind
from pipeline.store.opening import Store

#: Domains that are asked about before one issue, and for how long, in seconds.
_MOST, _SECONDS = 5_000, 20.0
#: For how long an answer is believed, that there are no such servers, and that the DNS failed.
_FOUND, _NONE, _FAILED = timedelta(days=14), timedelta(days=3), timedelta(hours=6)


def look_up(site: Site, store: Store, *, ask: AskDns | None = None) -> None:
    """Sort readers by the provider of their domain, as far as it can be known in time.

    What is not known stays as it was: at its domain's own.
    """
    document = site.settings.document
    domains = store.mail_domains
    if document.delivery.look_up_mx and document.smtp.kind is not Kind.EML:
        now = site.clock.now()
        before = {
            domain: provider
            for domain, provider in domains.unknown(now, limit=_MOST)
            if is_worth_asking(domain)
        }
        found = mx.find_hosts(before, seconds=_SECONDS, ask=ask) if before else {}
        told = {domain: hosts for domain, hosts in found.items() if hosts}
        domains.learn(
            {domain: provider_by_hosts(hosts) for domain, hosts in told.items()},
            good_until=now + _FOUND,
        )
        domains.learn(
            {domain: OTHER for domain, hosts in found.items() if hosts == ()},
            good_until=now + _NONE,
        )
        domains.learn(
            {domain: before[domain] or OTHER for domain, hosts in found.items() if hosts is None},
            good_until=now + _FAILED,
        )
    domains.apply()
