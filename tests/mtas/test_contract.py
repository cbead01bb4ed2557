"""What every way of handing over does, whatever server is at its other end."""

import re
import smtplib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.delivery.composing import Composer
from pipeline.delivery.eml import EmlTransport
from pipeline.delivery.smtp.options import Kind
from pipeline.model.delivery import DeliveryState, Recipient
from pipeline.model.edition import Placeholder, Template
from pipeline.model.message import Envelope, Message
from pipeline.store.memory import MemoryOutbox
from tests.delivery.test_composing import LETTERHEAD, PARAMETERS
from tests.factories import make_edition
from tests.fakes import FakeClock
from tests.mtas import arrivals
from tests.mtas.arrivals import Arrival, MailServer
from tests.mtas.exim import Exim
from tests.mtas.ways import lead_to, new_domain
from tests.postfix import Postfix
from tests.sending import ISSUE, Mailing
from tests.signatures import make_signer

S = DeliveryState

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


SERVERS = [
    pytest.param("smtp-sink", 1, id="smtp-sink"),
    pytest.param("Postfix", 1, id="Postfix"),
    pytest.param("Postfix", 4, id="Postfix-chunks"),
    pytest.param("Exim", 1, id="Exim"),
    pytest.param("Exim", 4, id="Exim-chunks"),
    pytest.param("OpenSMTPD", 1, id="OpenSMTPD"),
    # It takes no chunks, so each message waits for its reply.
    pytest.param("OpenSMTPD", 4, id="OpenSMTPD-chunks"),
    pytest.param("Dovecot", 1, id="Dovecot"),
    pytest.param("Dovecot", 4, id="Dovecot-chunks"),
]


def mail(server: MailServer, readers: Sequence[str], **changes: Any) -> Mailing:
    """Send an issue to readers of one domain, and hold the ledger to what arrived."""
    letters = Letters()
    mailing = Mailing(MemoryOutbox.with_recipients(ISSUE, list(readers), shard_size=9))
    report = mailing.send(lead_to(server, **changes), compose=letters.compose)
    assert (report.stopped, report.in_doubt) == (None, 0)
    arrived = arrivals.arrived(server, readers[0].partition("@")[2])
    mailing.check(arrivals.counts(arrived))
    for it in arrived:
        assert it == letters.made[it.recipient]
    return mailing


def readers_at(domain: str, numbers: Iterable[int]) -> list[str]:
    return [f"reader-{number}@{domain}" for number in numbers]


# -- everybody once, and the same bytes


@pytest.mark.parametrize(("name", "window"), SERVERS)
def test_every_reader_gets_the_bytes_that_were_composed_once(servers, name, window):
    readers = readers_at(new_domain(), range(1, 41))

    mailing = mail(servers(name), readers, window=window)

    assert set(mailing.states().values()) == {S.ACCEPTED}


def test_every_reader_has_a_file_of_the_bytes_that_were_composed(tmp_path):
    letters, readers = Letters(), readers_at(new_domain(), range(1, 41))
    mailing = Mailing(MemoryOutbox.with_recipients(ISSUE, readers))

    report = mailing.send(EmlTransport(tmp_path, FakeClock()), compose=letters.compose)

    assert report.accepted == 40
    files = sorted(path.read_bytes() for path in tmp_path.glob("*.eml"))
    assert files == sorted(it.data for it in letters.made.values())


# -- a refused one


@pytest.mark.fault(20)
@pytest.mark.parametrize("connections", [1, 2])
@pytest.mark.parametrize(("name", "window"), [it for it in SERVERS if it.id != "smtp-sink"])
def test_a_refused_reader_harms_no_neighbour(servers, name, window, connections):
    domain = new_domain()
    readers = readers_at(domain, range(1, 25))
    # The first, two in a row in the middle of a group, and the last.
    for place in (0, 6, 7, 12, 23):
        readers[place] = f"gone-{place}@{domain}"

    mailing = mail(servers(name), readers, window=window, connections=connections)

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
    server, domain = servers("Exim"), new_domain()
    assert isinstance(server, Exim)

    mail(server, readers_at(domain, range(1, 11)))

    manners = server.manners(domain)
    assert len(manners) == 10
    assert all("L" in it and "K" not in it for it in manners)


def test_exim_gets_chunks_when_several_messages_may_be_in_doubt(servers):
    server, domain = servers("Exim"), new_domain()
    assert isinstance(server, Exim)

    mail(server, readers_at(domain, range(1, 11)), window=4)

    manners = server.manners(domain)
    assert len(manners) == 10
    assert all({"L", "K"} <= it for it in manners)


@pytest.mark.parametrize(("window", "verb"), [(1, "data"), (4, "bdat")])
def test_postfix_counts_one_transaction_a_message(servers, window, verb):
    server = servers("Postfix")
    assert isinstance(server, Postfix)
    before = len(server.log())

    mail(server, readers_at(new_domain(), range(1, 11)), window=window, connections=1)

    pattern = rf"disconnect from .* mail=10 rcpt=10 {verb}=(\d+)"
    arrivals.wait_until(
        lambda: bool(re.search(pattern, server.log()[before:])), server.log()[before:]
    )
