"""A sender with everything around it, and the promises that hold whatever happened."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.clock import Clock
from pipeline.delivery.ports import Outbox, Transport
from pipeline.delivery.report import RunReport
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.options import SmtpOptions, Timeouts
from pipeline.model.delivery import DeliveryState, Recipient
from pipeline.model.message import Envelope, Message
from pipeline.store.memory import MemoryOutbox
from tests.fakes import FakeClock
from tests.fault_sink import FaultSink

ISSUE = 1

#: Short enough for tests; no test waits for one of two seconds.
QUICK = Timeouts(
    connect=2.0,
    greeting=2.0,
    command=2.0,
    data=2.0,
    block=2.0,
    final=2.0,
    quit=0.2,
    reconnect=0.01,
)


def options(port: int, **changes: Any) -> SmtpOptions:
    return replace(SmtpOptions(port=port, connections=2, timeouts=QUICK), **changes)


def compose(recipient: Recipient) -> tuple[Envelope, Message]:
    number = recipient.subscriber_id
    data = (
        f"Message-ID: <{number}@news.example>\r\nTo: {recipient.address}\r\n"
        "Subject: The long meeting\r\n\r\nSay when you have to go.\r\n"
    )
    envelope = Envelope("news@news.example", recipient.address)
    return envelope, Message(f"<{number}@news.example>", data.encode())


def addresses(count: int) -> list[str]:
    return [f"reader-{number}@mail.example" for number in range(1, count + 1)]


@dataclass
class Mailing:
    """One issue to so many readers."""

    outbox: MemoryOutbox
    clock: Clock = field(default_factory=FakeClock)

    @classmethod
    def to(cls, count: int, **settings: Any) -> "Mailing":
        return cls(MemoryOutbox.with_recipients(ISSUE, addresses(count), **settings))

    def send(
        self,
        transport: Transport,
        *,
        outbox: Outbox | None = None,
        run: dict[str, Any] | None = None,
        **changes: Any,
    ) -> RunReport:
        settings: dict[str, Any] = {"owner": "this sender", "compose": compose, **changes}
        sender = Sender(
            outbox=outbox or self.outbox, transport=transport, clock=self.clock, **settings
        )
        return sender.run(ISSUE, **(run or {}))

    def send_smtp(
        self, sink: FaultSink, *, smtp: dict[str, Any] | None = None, **changes: Any
    ) -> RunReport:
        return self.send(SmtpTransport(options(sink.port, **(smtp or {}))), **changes)

    def states(self) -> dict[str, DeliveryState]:
        return {it.address: it.state for it in self.outbox.deliveries(ISSUE)}

    def check(self, counts: Counter[str], *, doubt: int = 0) -> None:
        check(self.states(), counts, doubt=doubt)


def check(states: Mapping[str, DeliveryState], counts: Counter[str], *, doubt: int = 0) -> None:
    """Compare the sink's count with the ledger's, recipient by recipient."""
    unsure = {DeliveryState.HANDING, DeliveryState.IN_DOUBT}
    for address, state in states.items():
        taken = counts[address]
        assert taken <= 1, f"{address} got it {taken} times"
        if state is DeliveryState.ACCEPTED:
            assert taken == 1, f"{address} is accepted, and got nothing"
        elif taken:
            assert state in unsure, f"{address} got it and is {state}"
    assert not set(counts) - set(states), "somebody got it who is not in the ledger"
    in_doubt = sum(state in unsure for state in states.values())
    assert in_doubt <= doubt, f"{in_doubt} in doubt"
