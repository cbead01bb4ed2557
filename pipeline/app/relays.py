"""Edge: the relays of a site, in order, and how fast its toml lets messages go."""

from collections.abc import Iterator, Mapping

from pipeline.app.site import Site
from pipeline.audience.mail_hosts import bucket_of
from pipeline.config.passwords import read_password
from pipeline.config.sections import Kind, Smtp
from pipeline.delivery.eml import EmlTransport
from pipeline.delivery.limits import Limits
from pipeline.delivery.ports import Transport
from pipeline.delivery.relays import Relay
from pipeline.delivery.shaping import ProviderShape, Shaping
from pipeline.delivery.smtp import options as smtp


def sections(site: Site) -> Iterator[tuple[int, Smtp]]:
    """Give the relay of ``[smtp]`` as 0, and those that step in for it as 1, 2 ..."""
    document = site.settings.document
    yield 0, document.smtp
    yield from enumerate(document.smtp_backup, start=1)


def name_of(section: Smtp) -> str:
    """Give a relay as people and the ledger know it: ``mail.example:587``."""
    if section.kind is Kind.EML:
        return "outbox/"
    host = f"[{section.host}]" if ":" in section.host else section.host
    return f"{host}:{section.port}"


def relay_options(site: Site, environment: Mapping[str, str], backup: int = 0) -> smtp.SmtpOptions:
    """Give a relay of the toml, with its password."""
    section = dict(sections(site))[backup]
    ca_file = str(site.settings.path(section.ca_file)) if section.ca_file else ""
    return smtp.SmtpOptions(
        host=section.host,
        port=section.port,
        security=smtp.Security(section.security.value),
        username=section.username,
        password=read_password(site.settings, environment, backup) or "",
        auth=section.auth,
        connections=section.connections,
        window=section.window,
        messages_per_connection=section.messages_per_connection,
        ca_file=ca_file,
        kind=smtp.Kind.LMTP if section.kind is Kind.LMTP else smtp.Kind.SMTP,
        table="[[smtp_backup]]" if backup else "[smtp]",
    )


def relays(site: Site, environment: Mapping[str, str]) -> tuple[Relay, ...]:
    """Wire the relays of a site; raises ConfigError when the password of one is missing."""
    return tuple(
        Relay(
            transport=_transport(site, environment, number, section),
            name=name_of(section),
            limits=section.rate or Limits(),
        )
        for number, section in sections(site)
    )


def shaping(site: Site) -> Shaping:
    """Give the limits of all mail and of each provider."""
    document = site.settings.document
    return Shaping(
        limits=document.delivery.rate,
        warm_up=document.delivery.warm_up,
        providers={
            bucket_of(domain): ProviderShape(limits=shape.rate, connections=shape.connections)
            for domain, shape in document.providers.items()
        },
    )


def _transport(site: Site, environment: Mapping[str, str], number: int, section: Smtp) -> Transport:
    if section.kind is Kind.EML:
        return EmlTransport(site.folder / "outbox", site.clock)
    # The driver brings asyncio along; who only writes a message does without.
    from pipeline.delivery.smtp.driver.transport import SmtpTransport  # noqa: PLC0415

    return SmtpTransport(relay_options(site, environment, number))
