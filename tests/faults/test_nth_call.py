"""Every call of the ledger, of the feed and every step at the relay fails once, whichever it is."""

import contextlib
import functools
import itertools
from collections import Counter
from typing import cast

import pytest

from pipeline.delivery.ports import Feed, Outbox, Transport
from pipeline.delivery.report import StopReason
from pipeline.errors import DatabaseError, RelayError
from pipeline.model.delivery import DeliveryState
from tests.fakes import Failing
from tests.fault_sink import Action, Drop, FaultSink, Say
from tests.faults.mailing import IN_CHUNKS, IN_GROUPS, Mailing

S = DeliveryState
READERS = 3

both_manners = pytest.mark.parametrize(
    "manner", [IN_GROUPS, IN_CHUNKS], ids=lambda it: it.name, indirect=True
)


@pytest.mark.fault(36)
@pytest.mark.parametrize(
    ("manner", "times", "acts"),
    [
        pytest.param(IN_GROUPS, 1, False, id="once"),
        pytest.param(IN_CHUNKS, 1, False, id="once, in chunks"),
        pytest.param(IN_GROUPS, 1000, False, id="from then on"),
        pytest.param(IN_GROUPS, 1, True, id="once, and the answer is lost"),
    ],
    indirect=["manner"],
)
def test_whichever_call_of_the_ledger_fails_nobody_is_lost_and_nobody_gets_it_twice(
    make_mailing, databases, manner, times, acts
):
    mailing = make_mailing(READERS)
    calls = Counter[str]()
    for at in itertools.count(1):
        error = DatabaseError("the disk is full")
        failing = Failing(mailing.outbox, error, at=at, times=times, acts=acts)
        report = mailing.run(outbox=cast("Outbox", failing))
        calls = failing.calls
        if calls.total() >= at:
            assert report.stopped is StopReason.DATABASE
        if not acts:
            assert bool(report.unrecorded) == (S.HANDING in mailing.states().values())
        mailing.settle(doubt=manner.doubt)
        mailing.begin_anew(databases(READERS))
        if calls.total() < at:
            break
    assert {"lease", "waiting", "commit", "release"} <= set(calls)


@both_manners
@pytest.mark.parametrize("error", [OSError(24, "too many open files"), RelayError("it is gone")])
def test_whichever_call_of_the_feed_fails_nobody_is_lost_and_nobody_gets_it_twice(
    make_mailing, databases, manner, error
):
    mailing = make_mailing(READERS)
    calls = Counter[str]()
    for at in itertools.count(1):
        seen: list[Failing] = []
        with contextlib.suppress(OSError):
            mailing.run(wrap=functools.partial(_Broken, error=error, at=at, seen=seen))
        calls = seen[0].calls
        mailing.settle(doubt=manner.doubt)
        mailing.begin_anew(databases(READERS))
        if calls.total() < at:
            break
    assert {"take", "commit", "look_after", "may_hand_over"} <= set(calls)


class _Broken:
    """A transport that something is wrong with."""

    def __init__(
        self, transport: Transport, error: Exception, at: int, seen: list[Failing]
    ) -> None:
        self._transport, self._error, self._at, self._seen = transport, error, at, seen

    @property
    def doubt(self) -> int:
        return self._transport.doubt

    def run(self, feed: Feed) -> None:
        self._seen.append(Failing(feed, self._error, at=self._at))
        self._transport.run(cast("Feed", self._seen[0]))


class NthStep(FaultSink):
    """Does something at its n-th step, whatever that is."""

    at = 0
    steps = 0
    wrong: Action = Drop()

    def action(self, step: str, recipient: str) -> Action | None:
        with self._lock:
            self.steps += 1
            return self.wrong if self.steps == self.at else None


@pytest.mark.fault(11, 13, 14, 18)
@pytest.mark.parametrize(
    ("manner", "wrong"),
    [
        pytest.param(IN_GROUPS, Drop(), id="close"),
        pytest.param(IN_CHUNKS, Drop(takes=True), id="close, in chunks"),
        pytest.param(IN_GROUPS, Drop(takes=True, resets=True, swallows=True), id="reset"),
        pytest.param(IN_GROUPS, Say("421 4.3.2 going down", drop=True), id="421"),
        pytest.param(IN_GROUPS, Say("451 4.3.0 not now"), id="451"),
        pytest.param(IN_CHUNKS, Say("451 4.3.0 not now"), id="451, in chunks"),
        pytest.param(IN_GROUPS, Say("", raw=b"what?\r\n"), id="junk"),
    ],
    indirect=["manner"],
)
def test_whichever_step_of_the_relay_fails_nobody_is_lost_and_nobody_gets_it_twice(
    tmp_path, databases, manner, wrong
):
    with NthStep(capabilities=manner.capabilities) as sink:
        sink.wrong = wrong
        (tmp_path / "mailbag.db").write_bytes(databases(READERS).read_bytes())
        mailing = Mailing(folder=tmp_path, sink=sink, manner=manner)
        steps = 0
        for at in itertools.count(1):
            sink.at, sink.steps = at, 0
            report = mailing.run()
            steps = sink.steps
            assert report.in_doubt <= manner.window
            mailing.settle(doubt=report.in_doubt, refused=report.rejected)
            assert report.rejected == 0
            mailing.begin_anew(databases(READERS))
            if steps < at:
                break
        mailing.close()
        assert steps >= 4 * READERS
