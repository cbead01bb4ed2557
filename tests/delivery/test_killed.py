"""``kill -9`` at each point of a message's way (faults 1 to 7), on SQLite, with a real process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.model.delivery import DeliveryState
from pipeline.store.opening import open_store
from tests.fakes import FakeClock
from tests.fault_sink import FaultSink, Stall
from tests.killed_sender import VICTIM
from tests.sending import ISSUE, addresses, check, compose, options
from tests.store import ledgers

S = DeliveryState
READERS = 20
FIFTH = addresses(READERS)[VICTIM - 1]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    ledgers.on_sqlite(tmp_path, addresses(READERS)).store.close()
    return tmp_path


def start(folder: Path, sink: FaultSink, point: str = "never") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.killed_sender", str(folder), str(sink.port), point]
    return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own program


def go_on(folder: Path, sink: FaultSink) -> dict[str, DeliveryState]:
    """Let another sender finish, and give the states."""
    with open_store("sqlite:///mailbag.db", folder=folder) as store:
        assert store.sender_lock.acquire(5, SystemClock())
        outbox = store.outbox()
        Sender(
            outbox=outbox,
            compose=compose,
            transport=SmtpTransport(options(sink.port)),
            clock=FakeClock(),
            owner="the next one",
        ).run(ISSUE)
        return {it.address: it.state for it in outbox.deliveries(ISSUE)}


@pytest.mark.parametrize(
    ("point", "taken", "state"),
    [
        pytest.param("after the lease", 1, S.ACCEPTED, id="1 after the lease"),
        pytest.param("before the hand-over", 1, S.ACCEPTED, id="4 before the hand-over"),
        pytest.param("after the hand-over", 0, S.IN_DOUBT, id="5 before the terminator"),
        pytest.param("before the result", 1, S.IN_DOUBT, id="7 before the result"),
        pytest.param("after the result", 1, S.ACCEPTED, id="after the result"),
    ],
)
def test_a_sender_that_dies_loses_nobody_and_writes_to_nobody_twice(folder, point, taken, state):
    with FaultSink() as sink:
        assert start(folder, sink, point).wait(30) == -signal.SIGKILL

        states = go_on(folder, sink)

        assert (sink.counts[FIFTH], states[FIFTH]) == (taken, state)
        assert set(states.values()) <= {S.ACCEPTED, S.IN_DOUBT}
        check(states, sink.counts, doubt=2)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param("RCPT", {S.ACCEPTED}, id="2 after RCPT"),
        # All of a short body may be out, and its hand-over committed.
        pytest.param("BODY", {S.ACCEPTED, S.IN_DOUBT}, id="3 in the body"),
        pytest.param(".", {S.IN_DOUBT}, id="6 after the terminator"),
    ],
)
def test_a_sender_that_is_killed_while_the_relay_is_slow_leaves_what_the_step_says(
    folder, step, expected
):
    with FaultSink() as sink:
        stall = Stall(1.0)
        sink.on(step, stall, to=FIFTH, times=1)
        sender = start(folder, sink)
        assert stall.begun.wait(30)
        sender.kill()
        sender.wait(30)

        states = go_on(folder, sink)

        assert states[FIFTH] in expected
        sink.join()
        check(states, sink.counts, doubt=2)
