"""Readers are sorted by who takes their mail, whatever the DNS does."""

from datetime import timedelta

import pytest

from pipeline.app import mail_hosts
from pipeline.app.site import open_site
from tests.store.ledgers import add_readers
from tests.store.test_mail_domains import providers


@pytest.fixture
def store(office):
    with office.site.open_store() as store:
        yield store


class Dns:
    """Knows what it is told, and counts what it is asked."""

    def __init__(self, **hosts: tuple[str, ...] | None) -> None:
        self.hosts = {f"{name}.com": found for name, found in hosts.items()}
        self.asked: list[str] = []

    def __call__(self, domain: str) -> tuple[str, ...]:
        self.asked.append(domain)
        found = self.hosts.get(domain, ())
        if found is None:
            raise OSError("SERVFAIL")
        return found


def test_a_company_at_google_counts_as_google(office, store):
    add_readers(store, ["a@acme.com", "a@own.com", "a@dead.com", "a@mail.example"])
    dns = Dns(acme=("aspmx.l.google.com.",), own=("mail.own.com.",), dead=None)

    mail_hosts.look_up(office.site, store, ask=dns)

    assert providers(store) == {
        "a@acme.com": "gmail",
        "a@own.com": "other",
        "a@dead.com": "other",
        "a@mail.example": "other",
    }
    assert sorted(dns.asked) == ["acme.com", "dead.com", "own.com"]


def test_what_is_known_is_not_asked_again_before_it_is_old(office, store):
    add_readers(store, ["a@acme.com"])
    dns = Dns(acme=("aspmx.l.google.com.",))
    for days in (0, 13, 2):
        office.clock.advance(timedelta(days=days).total_seconds())
        mail_hosts.look_up(office.site, store, ask=dns)

    assert dns.asked == ["acme.com"] * 2


def test_a_dns_that_fails_later_changes_nothing(office, store):
    add_readers(store, ["a@acme.com"])
    mail_hosts.look_up(office.site, store, ask=Dns(acme=("aspmx.l.google.com.",)))
    office.clock.advance(timedelta(days=15).total_seconds())

    mail_hosts.look_up(office.site, store, ask=Dns(acme=None))

    assert providers(store) == {"a@acme.com": "gmail"}


def test_a_domain_that_changes_its_servers_is_counted_anew(office, store):
    add_readers(store, ["a@acme.com"])
    mail_hosts.look_up(office.site, store, ask=Dns(acme=("aspmx.l.google.com.",)))
    office.clock.advance(timedelta(days=15).total_seconds())

    mail_hosts.look_up(office.site, store, ask=Dns(acme=("acme.mail.protection.outlook.com.",)))

    assert providers(store) == {"a@acme.com": "outlook"}


def test_the_dns_is_left_alone_where_the_toml_says_so(office, store):
    add_readers(store, ["a@acme.com"])
    dns = Dns()
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("[delivery]\n", "[delivery]\nlook_up_mx = false\n"))

    mail_hosts.look_up(open_site(office.folder, clock=office.clock), store, ask=dns)

    assert dns.asked == []
