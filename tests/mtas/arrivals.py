"""What arrived at a mail server, without what it wrote above it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.clock import SystemClock
from pipeline.delivery.smtp.options import Kind

_PATIENCE_SECONDS = 30.0

#: The headers that a server writes above those of a message, each with the lines it goes on in.
_ADDED = re.compile(
    rb"((?:Delivered-To|Envelope-To|Received|Return-Path|X-Client-Addr|X-Client-Proto|X-Helo-Args|"
    rb"X-Mail-Args|X-Original-To|X-Rcpt-Args):(?:.|\n[ \t])*\n)",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(
    rb"^(?:Delivered-To|Envelope-To|X-Rcpt-Args): <?([^\s>]*)", re.IGNORECASE | re.MULTILINE
)
_SENDER = re.compile(rb"^(?:Return-Path|X-Mail-Args): <([^\s>]*)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Arrival:
    """A message as it arrived: its envelope, and its bytes as they were on the wire."""

    sender: str
    recipient: str
    data: bytes


class MailServer(Protocol):
    """A real one."""

    #: How it is called, and how it lets itself be talked to.
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def port(self) -> int: ...

    def is_idle(self) -> bool:
        """Tell whether nothing is on its way from its queue to a mailbox."""
        ...

    def stored(self) -> Iterable[bytes]:
        """Read every message from the mailboxes, lines ending in LF."""
        ...


def arrived(server: MailServer, domain: str = "") -> list[Arrival]:
    """Wait until the queue is empty, and give what arrived for a domain; empty: for everybody."""
    wait_until(server.is_idle, f"{server.name} keeps messages in its queue")
    found = [read(stored) for stored in server.stored()]
    return [it for it in found if not domain or it.recipient.endswith(f"@{domain}")]


def counts(arrivals: Iterable[Arrival]) -> Counter[str]:
    """Count messages by recipient."""
    return Counter(it.recipient for it in arrivals)


def read(stored: bytes) -> Arrival:
    """Take apart what a server wrote down."""
    end = 0
    while found := _ADDED.match(stored, end):
        end = found.end()
    head = stored[:end]
    sender, recipient = _SENDER.search(head), _RECIPIENT.search(head)
    assert sender, head
    assert recipient, head
    data = stored[end:].replace(b"\n", b"\r\n")
    return Arrival(sender[1].decode(), recipient[1].decode(), data)


def in_maildirs(folder: Path) -> Iterator[bytes]:
    """Read every message from Maildirs below a folder; what comes meanwhile may be left out."""
    for place in ("new", "cur"):
        for path in sorted(folder.rglob(f"{place}/*")):
            yield path.read_bytes()


def wait_until(is_so: Callable[[], bool], else_: str) -> None:
    clock = SystemClock()
    end = clock.boot_time() + _PATIENCE_SECONDS
    while not is_so():
        assert clock.boot_time() < end, else_
        clock.sleep(0.02)


def is_without_files(*folders: Path) -> bool:
    """Tell whether there is none below the folders; looks at one after the other."""
    return not any(path.is_file() for folder in folders for path in folder.rglob("*"))
