"""What a sink is told to be and to do, and what it saw; a session reads and writes it."""

import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fault_sink.actions import Action, Rule

_ALWAYS = 1_000_000


@dataclass(frozen=True)
class Taken:
    """A message that the sink accepted, as one recipient gets it."""

    sender: str
    recipient: str
    data: bytes
    connection: int


@dataclass
class Record:
    """The sink without its threads; every method may be called from any of them."""

    capabilities: tuple[str, ...] = ("SIZE 1000000", "ENHANCEDSTATUSCODES")
    #: What is offered once TLS is on; ``None``: the same.
    capabilities_in_tls: tuple[str, ...] | None = None
    #: For STARTTLS, or from the first byte when ``implicit_tls``; ``None``: it goes on in clear.
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    #: User -> password, for PLAIN and LOGIN, or the bearer token of XOAUTH2.
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: A silent close after so many messages on a connection.
    rotation: int | None = None
    #: DATA is answered 354 where every recipient was refused (RFC 2920, section 3.1, allows it).
    is_eager: bool = False
    #: Each reply is a segment of its own, also those to a group.
    is_scattered: bool = False
    messages: list[Taken] = field(default_factory=list, init=False)
    #: (number of the connection, command line), as they came in.
    commands: list[tuple[int, str]] = field(default_factory=list, init=False)
    #: What clients did that they may not do, in words.
    violations: list[str] = field(default_factory=list, init=False)
    #: Bodies whose terminator never came.
    abandoned: int = field(default=0, init=False)
    connections: int = field(default=0, init=False)
    #: How often a transaction waited for our reply: there was nothing to read, and everything
    #: read was answered. One a message is the least without CHUNKING, and one a connection more.
    turnarounds: int = field(default=0, init=False)
    _rules: list[Rule] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False)

    def on(
        self,
        step: str,
        action: Action,
        *,
        times: int = _ALWAYS,
        after: int = 0,
        to: str = "",
        each: bool = False,
        at_byte: int = 1,
    ) -> None:
        """Have something done at a step; see :class:`tests.fault_sink.actions.Rule`."""
        rule = Rule(step, action, times=times, after=after, to=to, each=each, at_byte=at_byte)
        with self._lock:
            self._rules.append(rule)

    def forget_rules(self) -> None:
        """Be a correct server from now on."""
        with self._lock:
            self._rules.clear()

    @property
    def counts(self) -> Counter[str]:
        """How many messages were taken for each recipient."""
        with self._lock:
            return Counter(message.recipient for message in self.messages)

    def said(self, verb: str) -> list[str]:
        """Give the commands that begin so."""
        with self._lock:
            return [line for _, line in self.commands if line.upper().startswith(verb)]

    # -- what a session asks and tells

    def pass_time(self, seconds: float) -> None:
        """Wait, but no longer than the sink lives."""
        self._closing.wait(seconds)

    def take(self, message: Taken) -> None:
        with self._lock:
            self.messages.append(message)

    def log(self, number: int, line: str) -> None:
        with self._lock:
            self.commands.append((number, line))

    def object_to(self, what: str) -> None:
        with self._lock:
            self.violations.append(what)

    def abandon(self) -> None:
        with self._lock:
            self.abandoned += 1

    def count_turnaround(self) -> None:
        with self._lock:
            self.turnarounds += 1

    def action(self, step: str, recipient: str) -> Action | None:
        """Find what is to be done now, and count it."""
        rule = self.rule(step, recipient)
        return None if rule is None else rule.action

    def rule(self, step: str, recipient: str) -> Rule | None:
        """Find the rule that applies now, and count it."""
        with self._lock:
            return next((it for it in self._rules if it.applies(step, recipient)), None)
