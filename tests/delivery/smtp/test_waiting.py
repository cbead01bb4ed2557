"""A sender that has to wait sleeps: how often it asks for more, by a clock that jumps."""

import asyncio
import selectors
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from pipeline.delivery.limits import Limits
from pipeline.delivery.parcel import Supply
from pipeline.delivery.ports import Feed
from pipeline.delivery.report import RunReport
from pipeline.delivery.shaping import ProviderShape, Shaping
from pipeline.delivery.smtp.driver.pool import Pool
from pipeline.delivery.smtp.options import Timeouts
from pipeline.model.restraint import Restraint
from pipeline.store.memory import MemoryOutbox
from tests.fakes import FakeClock
from tests.fault_sink import FaultSink, Say, Stall
from tests.sending import ISSUE, Mailing, addresses, options

#: Real seconds without a sign of life after which nobody is at work and time may pass.
_QUIET = 0.01
#: Who asks so often does not sleep.
_SPINS = 2_000


class _Jumping(selectors.DefaultSelector):
    """Lets time pass as soon as everybody waits for it."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(_QUIET if timeout is None else min(timeout, _QUIET))
        if not ready and timeout:
            self._clock.advance(timeout)
        return ready


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        super().__init__(_Jumping(clock))

    def time(self) -> float:
        return self._clock.boot_time()


@dataclass
class _Counted:
    """A feed that keeps when it was asked for more, and lets nobody ask for ever."""

    feed: Feed
    clock: FakeClock
    asked: list[float] = field(default_factory=list)

    def take(self, limit: int) -> Supply:
        self.asked.append(self.clock.boot_time())
        if len(self.asked) > _SPINS:
            raise AssertionError(f"asked {_SPINS} times")
        return self.feed.take(limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.feed, name)


class Run:
    """One send whose driver lives by the test's clock. Fits the transport's protocol."""

    def __init__(self, readers: list[str], connections: int, **smtp: Any) -> None:
        self.clock = FakeClock()
        self.outbox = MemoryOutbox.with_recipients(ISSUE, readers, provider_of=provider)
        self.mailing = Mailing(self.outbox, self.clock)
        self.doubt = connections
        self.asked: list[float] = []
        self._smtp = {"connections": connections, "timeouts": Timeouts(), **smtp}

    def send(self, sink: FaultSink, **changes: Any) -> RunReport:
        self._options = options(sink.port, **self._smtp)
        self._began = self.clock.boot_time()
        return self.mailing.send(self, **changes)

    def run(self, feed: Feed) -> None:
        async def drive() -> None:
            await Pool(self._options, _Counted(feed, self.clock, self.asked)).run()

        with asyncio.Runner(loop_factory=lambda: _JumpingLoop(self.clock)) as runner:
            runner.run(drive())

    @property
    def seconds(self) -> float:
        return self.clock.boot_time() - self._began

    def check_sleeps(self, messages: int) -> None:
        """Nothing is asked but once each half second, and a few times for a message."""
        assert len(self.asked) <= 3 * self.seconds + 4 * messages + 4


def provider(address: str) -> str:
    return address.rpartition("@")[2]


@pytest.fixture
def sink():
    with FaultSink(capabilities=("PIPELINING", "ENHANCEDSTATUSCODES")) as sink:
        yield sink


ONE_IN_TWO_SECONDS = Limits.parse("30/m")


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"limits": ONE_IN_TWO_SECONDS}, id="of the relay"),
        pytest.param({"shaping": Shaping(limits=ONE_IN_TWO_SECONDS)}, id="of all mail"),
        pytest.param(
            {
                "shaping": Shaping(
                    providers={"mail.example": ProviderShape(limits=ONE_IN_TWO_SECONDS)}
                )
            },
            id="of a provider",
        ),
    ],
)
def test_who_waits_for_a_rate_sleeps(sink, connections, settings):
    run = Run(addresses(4), connections)

    report = run.send(sink, **settings)

    assert report.accepted == 4
    assert 6 <= run.seconds <= 7
    run.check_sleeps(4)


@pytest.mark.parametrize("connections", [1, 4])
def test_who_was_asked_to_slow_down_sleeps(sink, connections):
    run = Run(addresses(4), connections)
    now = run.clock.now()
    slow = Restraint(
        share=0.5,
        speed=1,
        since=now,
        until=now + timedelta(seconds=4),
        per_minute=0,
        crawls_until=now,
    )
    run.outbox.restrain("provider mail.example", slow)

    report = run.send(sink)

    assert report.accepted == 4
    assert run.seconds >= 4 + 3 * 2
    run.check_sleeps(4)


@pytest.mark.parametrize("connections", [1, 4])
def test_who_is_put_off_by_every_provider_ends(sink, connections):
    run = Run(addresses(4), connections)
    sink.on("RCPT", Say("450 4.2.1 later"))

    report = run.send(sink)

    assert report.deferred == 4
    run.check_sleeps(4)
    assert run.seconds < 2


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("names", [["mail.example"], ["mail.example", "quick.example"]])
def test_who_waits_for_a_reply_sleeps(sink, connections, names):
    run = Run([f"reader-{n}@{name}" for name in names for n in range(8)], connections)
    sink.on(".", Stall(0.2), to="reader-1@mail.example")

    report = run.send(sink)

    assert report.accepted == 8 * len(names)
    assert run.seconds > 1
    run.check_sleeps(8 * len(names))
