import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from pipeline.audience import mx


def test_gives_the_hosts_of_each_domain():
    found = mx.find_hosts(["a.com", "b.com"], seconds=5, ask=lambda domain: (f"mx.{domain}",))

    assert found == {"a.com": ("mx.a.com",), "b.com": ("mx.b.com",)}


def test_a_dns_that_fails_for_one_domain_fails_for_no_other():
    def ask(domain: str) -> tuple[str, ...]:
        if domain == "bad.com":
            raise OSError("SERVFAIL")
        return ("mx.google.com",)

    assert mx.find_hosts(["bad.com", "a.com"], seconds=5, ask=ask) == {
        "bad.com": None,
        "a.com": ("mx.google.com",),
    }


def test_a_slow_dns_is_not_waited_for():
    gate = threading.Event()

    def ask(domain: str) -> tuple[str, ...]:
        if domain != "quick.com":
            gate.wait(10)
        return ()

    try:
        domains = ["quick.com", *(f"slow-{number}.com" for number in range(100))]
        assert mx.find_hosts(domains, seconds=0.5, ask=ask) == {"quick.com": ()}
    finally:
        gate.set()


# -- a name server on this machine


@dataclass
class NameServer:
    """Answers a question for mail servers as it is told to."""

    #: Domain -> hosts with their preference, a code of the DNS, or ``None`` for no answer at all.
    zone: dict[str, list[tuple[int, str]] | dns.rcode.Rcode | None] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self.socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            reply = dns.message.make_response(question)
            name = question.question[0].name
            found = self.zone.get(str(name).rstrip("."), dns.rcode.NXDOMAIN)
            if found is None:
                continue
            if isinstance(found, dns.rcode.Rcode):
                reply.set_rcode(found)
            elif found:
                texts = [f"{preference} {host}" for preference, host in found]
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", "MX", *texts))
            self.socket.sendto(reply.to_wire(), sender)

    def ask(self) -> mx.AskDns:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.socket.getsockname()[1]
        resolver.timeout = 0.3
        return mx.asking(resolver)


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


def test_the_most_preferred_host_comes_first(server):
    server.zone["a.com"] = [(20, "second.a.com."), (10, "first.a.com.")]

    assert mx.find_hosts(["a.com"], seconds=5, ask=server.ask()) == {
        "a.com": ("first.a.com.", "second.a.com.")
    }


def test_a_domain_without_mail_servers_has_none(server):
    server.zone["no-mx.com"] = []

    found = mx.find_hosts(["no-mx.com", "gone.com"], seconds=5, ask=server.ask())

    assert found == {"no-mx.com": (), "gone.com": ()}


@pytest.mark.parametrize("failure", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, None])
@pytest.mark.timeout(20)
def test_a_failure_of_the_dns_is_told_apart_from_no_hosts(server, failure):
    server.zone |= {"bad.com": failure, "a.com": [(10, "mx.a.com.")]}

    found = mx.find_hosts(["bad.com", "a.com"], seconds=8, ask=server.ask())

    assert found == {"bad.com": None, "a.com": ("mx.a.com.",)}
