"""What every way of handing over does, whatever server is at its other end."""

import re
import smtplib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from pipeline.delivery.composing import Composer
from pipeline.delivery.eml import EmlTransport
from pipeline.delivery.ports import Transport
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.options import Kind
from pipeline.model.delivery import DeliveryState, Recipient
from pipeline.model.edition import Placeholder, Template
from pipeline.model.message import Envelope, Message
from pipeline.store.memory import MemoryOutbox
from tests.delivery.test_composing import LETTERHEAD, PARAMETERS
from tests.factories import make_edition
from tests.fakes import FakeClock
from tests.faults.mailing import PATIENT
from tests.mtas import arrivals
from tests.mtas.arrivals import Arrival, MailServer
from tests.mtas.exim import Exim
from tests.postfix import Postfix
from tests.sending import ISSUE, Mailing, options
from tests.signatures import make_signer

S = DeliveryState

#: Each test's readers are at a domain of their own: the servers keep what they get.
_DOMAINS = (f"mail-{number}.example" for number in count(1))

#: Beyond a packet and a buffer; lines that look like the end, headers and a mailbox's separator.
_LETTER = "Say what you think, and *go*.\n.\n..\nFrom here on: é, 長, 🙂\n\tSubject: tea \n" * 400


@dataclass
class Letters:
    """Composes as a send does, but each from a sender of its own, so that a mix-up shows."""

    composer: Composer = field(
        default_factory=lambda: Composer(
            make_edition(
                text=Template((_LETTER, Placeholder.UNSUBSCRIBE_URL, "\n")),
                html=Template(("<p>", _LETTER, Placeholder.ADDRESS, "</p>")),
            ),
            LETTERHEAD,
            signer=make_signer("s2026", "ed2026"),
            **PARAMETERS,
        )
    )
    made: dict[str, Arrival] = field(default_factory=dict)

    def compose(self, recipient: Recipient) -> tuple[Envelope, Message]:
        _, message = self.composer.compose(recipient)
        envelope = Envelope(f"news-{recipient.subscriber_id}@news.example", recipient.address)
        arrival = Arrival(str(envelope.mail_from), envelope.rcpt_to, message.data)
        self.made[recipient.address] = arrival
        return envelope, message


@dataclass(frozen=True)
class Way:
    """A transport, and what arrived at its end."""

    transport: Transport
    arrived: Callable[[str], Iterable[Arrival]]
    server: MailServer | None = None


def lead_to(server: MailServer, *, window: int = 1, connections: int = 2) -> Way:
    smtp = options(
        server.port, kind=server.kind, window=window, connections=connections, timeouts=PATIENT
    )
    return Way(SmtpTransport(smtp), lambda domain: arrivals.arrived(server, domain), server)


def lead_to_files(folder: Path) -> Way:
    def arrived(domain: str) -> Iterable[Arrival]:
        for path in folder.glob("*.eml"):
            data = path.read_bytes()
            to = re.search(rb"(?m)^To: (\S+)\r$", data)
            number = re.search(rb"(?m)^To: reader-(\d+)@", data)
            assert to
            assert number
            yield Arrival(f"news-{number[1].decode()}@news.example", to[1].decode(), data)

    return Way(EmlTransport(folder, FakeClock()), arrived)


SERVERS = [
    pytest.param("smtp-sink", 1, id="smtp-sink"),
    pytest.param("Postfix", 1, id="Postfix"),
    pytest.param("Postfix", 4, id="Postfix-chunks"),
    pytest.param("Exim", 1, id="Exim"),
    pytest.param("Exim", 4, id="Exim-chunks"),
    pytest.param("OpenSMTPD", 1, id="OpenSMTPD"),
    pytest.param("Dovecot", 1, id="Dovecot"),
    pytest.param("Dovecot", 4, id="Dovecot-chunks"),
]


def mail(way: Way, readers: Sequence[str], letters: Letters) -> Mailing:
    """Send an issue to readers, and hold the ledger to what arrived."""
    mailing = Mailing(MemoryOutbox.with_recipients(ISSUE, list(readers), shard_size=9))
    report = mailing.send(way.transport, compose=letters.compose)
    assert (report.stopped, report.in_doubt) == (None, 0)
    arrived = list(way.arrived(readers[0].partition("@")[2]))
    mailing.check(arrivals.counts(arrived))
    for it in arrived:
        assert it == letters.made[it.recipient]
    return mailing


def readers_at(domain: str, numbers: Iterable[int]) -> list[str]:
    return [f"reader-{number}@{domain}" for number in numbers]


# -- everybody once, and the same bytes


@pytest.mark.parametrize(("name", "window"), SERVERS)
def test_every_reader_gets_the_bytes_that_were_composed_once(servers, name, window):
    way = lead_to(servers(name), window=window)
    readers = readers_at(next(_DOMAINS), range(1, 41))

    mailing = mail(way, readers, Letters())

    assert set(mailing.states().values()) == {S.ACCEPTED}


def test_every_reader_has_a_file_of_the_bytes_that_were_composed(tmp_path):
    readers = readers_at(next(_DOMAINS), range(1, 41))

    mailing = mail(lead_to_files(tmp_path), readers, Letters())

    assert set(mailing.states().values()) == {S.ACCEPTED}


# -- a refused one


@pytest.mark.fault(20)
@pytest.mark.parametrize("connections", [1, 2])
@pytest.mark.parametrize(("name", "window"), [it for it in SERVERS if it.id != "smtp-sink"])
def test_a_refused_reader_harms_no_neighbour(servers, name, window, connections):
    way = lead_to(servers(name), window=window, connections=connections)
    domain = next(_DOMAINS)
    readers = readers_at(domain, range(1, 25))
    # The first, two in a row in the middle of a group, and the last.
    for place in (0, 6, 7, 12, 23):
        readers[place] = f"gone-{place}@{domain}"

    mailing = mail(way, readers, Letters())

    refused = {reader for reader, state in mailing.states().items() if state is S.REJECTED}
    assert refused == {reader for reader in readers if reader.startswith("gone")}
    assert Counter(mailing.states().values()) == {S.ACCEPTED: 19, S.REJECTED: 5}


# -- what they offer is used


def _offers(server: MailServer) -> set[str]:
    kind = smtplib.LMTP if server.kind is Kind.LMTP else smtplib.SMTP
    with kind("127.0.0.1", server.port) as client:
        client.ehlo()
        return {name.upper() for name in client.esmtp_features}


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("smtp-sink", {"PIPELINING"}),
        ("Postfix", {"PIPELINING", "CHUNKING"}),
        ("Exim", {"PIPELINING", "CHUNKING"}),
        ("OpenSMTPD", set()),
        ("Dovecot", {"PIPELINING", "CHUNKING"}),
    ],
)
def test_the_servers_differ_in_what_they_offer(servers, name, offered):
    assert _offers(servers(name)) & {"PIPELINING", "CHUNKING"} == offered


def test_exim_is_talked_to_in_groups(servers):
    server, domain = servers("Exim"), next(_DOMAINS)
    assert isinstance(server, Exim)

    mail(lead_to(server), readers_at(domain, range(1, 11)), Letters())

    manners = server.manners(domain)
    assert len(manners) == 10
    assert all("L" in it and "K" not in it for it in manners)


def test_exim_gets_chunks_when_several_messages_may_be_in_doubt(servers):
    server, domain = servers("Exim"), next(_DOMAINS)
    assert isinstance(server, Exim)

    mail(lead_to(server, window=4), readers_at(domain, range(1, 11)), Letters())

    manners = server.manners(domain)
    assert len(manners) == 10
    assert all({"L", "K"} <= it for it in manners)


@pytest.mark.parametrize(("window", "verb"), [(1, "data"), (4, "bdat")])
def test_postfix_counts_one_transaction_a_message(servers, window, verb):
    server = servers("Postfix")
    assert isinstance(server, Postfix)
    before = len(server.log())

    way = lead_to(server, window=window, connections=1)
    mail(way, readers_at(next(_DOMAINS), range(1, 11)), Letters())

    pattern = rf"disconnect from .* mail=10 rcpt=10 {verb}=(\d+)"
    arrivals.wait_until(
        lambda: bool(re.search(pattern, server.log()[before:])), server.log()[before:]
    )
