"""A sender that is killed or stopped at a step of a message's way, in a process of its own."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import Do, Drop
from tests.faults.child import LEASE_SECONDS, VICTIM
from tests.faults.mailing import IN_CHUNKS, IN_GROUPS, Manner
from tests.sending import addresses

S = DeliveryState
FIFTH = addresses(VICTIM)[-1]


@pytest.fixture(params=[IN_GROUPS, IN_CHUNKS], ids=lambda it: it.name)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found


@pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)
@pytest.mark.parametrize(
    ("point", "taken", "state"),
    [
        pytest.param("after the lease", 1, S.ACCEPTED, marks=pytest.mark.fault(1), id="1 claimed"),
        pytest.param("before the hand-over", 1, S.ACCEPTED, marks=pytest.mark.fault(4), id="4"),
        pytest.param("after the hand-over", 0, S.IN_DOUBT, marks=pytest.mark.fault(5), id="5"),
        pytest.param("before the result", 1, S.IN_DOUBT, marks=pytest.mark.fault(7), id="7"),
        pytest.param("after the result", 1, S.ACCEPTED, id="all is written"),
    ],
)
def test_a_sender_that_dies_loses_nobody_and_writes_to_nobody_twice(  # noqa: PLR0917 - fixtures
    start, next_one, sink, manner, point, taken, state
):
    assert start(point).wait(30) == -signal.SIGKILL
    mailing = next_one()

    mailing.settle(doubt=manner.doubt)

    assert (sink.counts[FIFTH], mailing.states()[FIFTH]) == (taken, state)


@pytest.mark.parametrize(
    ("step", "at_byte", "state"),
    [
        pytest.param("MAIL", 1, S.ACCEPTED, marks=pytest.mark.fault(2), id="2 before RCPT"),
        pytest.param("DATA", 1, S.ACCEPTED, marks=pytest.mark.fault(2), id="2 after RCPT"),
        pytest.param("BODY", 500_000, S.ACCEPTED, marks=pytest.mark.fault(3), id="3 in the body"),
    ],
)
def test_a_sender_that_is_killed_before_the_terminator_leaves_the_reader_for_the_next(  # noqa: PLR0917 - fixtures
    start, next_one, sink, manner, step, at_byte, state
):
    def kill() -> None:
        sender.kill()
        sender.wait(30)

    for it in ("DATA", "BDAT") if step == "DATA" else (step,):
        to = "" if step == "MAIL" else FIFTH
        sink.on(it, Do(kill), to=to, times=1, after=4 if step == "MAIL" else 0, at_byte=at_byte)
    sender = start("the body" if step == "BODY" else "never")
    assert sender.wait(30) == -signal.SIGKILL
    mailing = next_one()

    mailing.settle(doubt=manner.doubt)

    if manner.window == 1:
        assert (sink.counts[FIFTH], mailing.states()[FIFTH]) == (1, state)


@pytest.mark.fault(6)
@pytest.mark.parametrize("takes", [True, False], ids=["kept", "not kept"])
def test_a_sender_that_is_killed_after_the_terminator_leaves_doubt(
    start, next_one, sink, manner, takes
):
    def kill() -> None:
        sender.kill()
        sender.wait(30)

    sink.on(".", Do(kill), to=FIFTH, times=1)
    if not takes:
        sink.on("BODY", Do(lambda: sink.on(".", Drop(), to=FIFTH)), to=FIFTH, times=1)
    sender = start("never")
    assert sender.wait(30) == -signal.SIGKILL
    mailing = next_one()

    mailing.settle(doubt=manner.doubt)

    assert mailing.states()[FIFTH] is S.IN_DOUBT


@pytest.mark.fault(10)
@pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)
@pytest.mark.parametrize("point", ["before the hand-over", "after the hand-over"])
def test_a_sender_that_slept_past_its_lease_writes_no_terminator(
    start, next_one, sink, manner, point
):
    sleeper = start(point, "stop")
    _wait_until_stopped(sleeper)
    SystemClock().sleep(LEASE_SECONDS)
    mailing = next_one()
    mailing.clock.advance(60)

    report = mailing.run()
    sleeper.send_signal(signal.SIGCONT)
    said, _ = sleeper.communicate(timeout=30)

    assert json.loads(said)["accepted"] < 20
    assert report.accepted > 0
    assert sink.abandoned >= 1
    # The sleeper knows that it wrote no terminator, and says so: the fifth is in no doubt.
    mailing.settle(doubt=manner.doubt - 1)
    assert sink.counts[FIFTH] == 1


def _wait_until_stopped(process: subprocess.Popen[str]) -> None:
    clock = SystemClock()
    end = clock.boot_time() + 30
    stat = Path(f"/proc/{process.pid}/stat")
    while stat.read_text().rpartition(")")[2].split()[0] != "T":
        assert clock.boot_time() < end
        clock.sleep(0.01)
