"""One issue on its way: the real sender, ledger and driver, against the fault sink."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipeline.delivery.ports import Outbox, Transport
from pipeline.delivery.report import RunReport
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.model.delivery import DeliveryState, DoubtPolicy, Recipient
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.message import Envelope, Message
from pipeline.store.opening import Store, open_store
from pipeline.store.outbox import SqlOutbox
from tests.fakes import FakeClock
from tests.fault_sink import Action, FaultSink
from tests.sending import ISSUE, QUICK, addresses, check, options

S = DeliveryState
READERS = 20
FIRST = addresses(1)[0]
#: What :func:`tests.sending.options` says.
CONNECTIONS = 2

#: Nothing waits so long but what hangs, however busy the machine is.
PATIENT = replace(
    QUICK, connect=20.0, greeting=20.0, command=20.0, data=20.0, block=20.0, final=20.0
)

Compose = Callable[[Recipient], tuple[Envelope, Message]]


@dataclass(frozen=True)
class Manner:
    """How the relay lets itself be talked to."""

    name: str
    capabilities: tuple[str, ...]
    window: int = 1

    @property
    def doubt(self) -> int:
        """How many messages may be in doubt at any time."""
        return CONNECTIONS * self.window

    @property
    def early_doubt(self) -> int:
        """How many messages may be in doubt before the relay said that it wants them.

        With CHUNKING a whole message is on its way when its MAIL is answered.
        """
        return self.doubt if self.window > 1 else 0


ONE_BY_ONE = Manner("one by one", ("SIZE 40000000", "ENHANCEDSTATUSCODES"))
IN_GROUPS = Manner("in groups", (*ONE_BY_ONE.capabilities, "PIPELINING"))
IN_CHUNKS = Manner("in chunks", (*IN_GROUPS.capabilities, "CHUNKING"), window=4)


def own_sender(recipient: Recipient) -> tuple[Envelope, Message]:
    """Write to each reader from an address of its own, so that a mix-up shows."""
    number = recipient.subscriber_id
    data = (
        f"Message-ID: <{number}@news.example>\r\nTo: {recipient.address}\r\n"
        f"Subject: The long meeting\r\n\r\nNumber {number}: say when you have to go.\r\n"
    )
    envelope = Envelope(f"news-{number}@news.example", recipient.address)
    return envelope, Message(f"<{number}@news.example>", data.encode())


def long_letter(recipient: Recipient) -> tuple[Envelope, Message]:
    """Write more than the buffers of two sockets hold."""
    envelope, message = own_sender(recipient)
    return envelope, Message(message.message_id, message.data + (b"x" * 76 + b"\r\n") * 150_000)


@dataclass(kw_only=True)
class Mailing:
    """A frozen issue in a database of its own."""

    folder: Path
    sink: FaultSink
    manner: Manner
    policy: DoubtPolicy = DoubtPolicy.HOLD
    #: Settings of the relay for every run.
    smtp: dict[str, Any] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.reopen()

    def reopen(self) -> None:
        self.store = open_store("sqlite:///mailbag.db", folder=self.folder)

    def close(self) -> None:
        self.store.close()

    def begin_anew(self, database: Path) -> None:
        """Take another copy of a database, and forget what was sent."""
        self.close()
        shutil.copy(database, self.folder / "mailbag.db")
        self.reopen()
        self.sink.join()
        self.sink.messages.clear()
        self.clock = FakeClock()

    @property
    def outbox(self) -> SqlOutbox:
        return self.store.outbox(self.policy, alone=True)

    def run(
        self,
        *,
        outbox: Outbox | None = None,
        wrap: Callable[[Transport], Transport] = lambda it: it,
        compose: Compose = own_sender,
        smtp: dict[str, Any] | None = None,
        run: dict[str, Any] | None = None,
        now: Callable[[], float] | None = None,
        **changes: Any,
    ) -> RunReport:
        """Send once, as cron would; the issue is paused where the run says so."""
        settings = {"window": self.manner.window, "timeouts": PATIENT, **self.smtp, **(smtp or {})}
        sender = Sender(
            outbox=outbox or self.outbox,
            compose=compose,
            transport=wrap(SmtpTransport(options(self.sink.port, **settings), now=now)),
            clock=self.clock,
            **{"owner": "this sender", **changes},
        )
        report = sender.run(ISSUE, **{"stop": self._tick, **(run or {})})
        if report.pause_because:
            self.step(IssueEvent.PAUSE)
        return report

    def _tick(self) -> None:
        """Let time pass for who was asked to slow down."""
        self.clock.advance(30)

    def on(self, step: str, action: Action, **when: Any) -> None:
        """Have the sink do something; DATA stands for BDAT as well."""
        for it in ("DATA", "BDAT") if step == "DATA" else (step,):
            self.sink.on(it, action, **when)

    def step(self, event: IssueEvent) -> None:
        self.store.issues.step(ISSUE, event, now=self.clock.now())

    def states(self) -> dict[str, DeliveryState]:
        return {it.address: it.state for it in self.outbox.deliveries(ISSUE)}

    def condemned(self) -> int:
        """Count the addresses that must not be written to any more."""
        with self.store.database.reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM suppression").scalar_one())

    def check(self, *, doubt: int = 0) -> None:
        """Compare the sink's count with the ledger's now."""
        check(self.states(), self.sink.counts, doubt=doubt)
        for taken in self.sink.messages:
            # A transaction that was not reset goes out under another's sender.
            number = taken.recipient.partition("@")[0].partition("-")[2]
            assert not number or taken.sender in {
                f"news-{number}@news.example",
                "news@news.example",
            }
            assert f"To: {taken.recipient}\r\n".encode() in taken.data

    def settle(
        self, *, doubt: int = 0, refused: int = 0, compose: Compose = own_sender
    ) -> Counter[DeliveryState]:
        """Be a good relay from now on, go on until nothing is left, and count the states.

        Whoever is not refused or in doubt has got it once.
        """
        self.sink.join()
        self.check(doubt=doubt)
        self.sink.forget_rules()
        for _ in range(20):
            if self.store.issues.get(ISSUE).state is IssueState.PAUSED:
                self.step(IssueEvent.RESUME)
            report = self.run(compose=compose)
            assert report.stopped is None, report
            if not {S.QUEUED, S.DEFERRED, S.HANDING} & set(self.states().values()):
                break
            self.clock.advance(timedelta(hours=2).total_seconds())
        self.check(doubt=doubt)
        assert not self.sink.violations
        states = self.states()
        assert set(states.values()) <= {S.ACCEPTED, S.REJECTED, S.IN_DOUBT}
        found = Counter(states.values())
        assert found[S.REJECTED] == refused
        return found
