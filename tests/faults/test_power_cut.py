"""What a disk holds after a power cut: every hand-over whose terminator went out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.model.delivery import DeliveryState
from tests.faults.mailing import IN_CHUNKS, IN_GROUPS, Mailing

S = DeliveryState
ROOT = Path(__file__).parents[2]

Cut = Callable[..., tuple[list[str], Mailing]]


@pytest.fixture
def cut(folder, sink, manner):
    """Give a function that sends until the power is cut, and opens what is left."""
    opened: list[Mailing] = []

    def cut(at: int, survives: str, synchronous: str = "") -> tuple[list[str], Mailing]:
        command = [sys.executable, "-m", "tests.faults.power_cut", str(folder), str(manner.window)]
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, str(at), survives, synchronous],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        opened.append(Mailing(folder=folder / "after", sink=sink, manner=manner))
        return json.loads(done.stdout), opened[-1]

    yield cut
    for mailing in opened:
        mailing.close()


@pytest.mark.fault(40)
@pytest.mark.parametrize("manner", [IN_GROUPS, IN_CHUNKS], indirect=True)
@pytest.mark.parametrize(("at", "survives"), [(0, "none"), (7, "none"), (12, "1"), (18, "2")])
def test_no_hand_over_whose_terminator_went_out_is_forgotten(cut, manner, at, survives):
    seen, mailing = cut(at, survives)

    assert len(seen) > at
    mailing.store.check_whole()
    states = mailing.states()
    assert {states[it] for it in seen} <= {S.HANDING, S.ACCEPTED}
    unsure = [it for it, state in states.items() if state is S.HANDING]
    assert len(unsure) <= manner.doubt
    # The relay was on that machine; another one goes on, and nobody else is left out.
    report = mailing.run()
    assert report.accepted == 20 - sum(state is not S.QUEUED for state in states.values())
    assert mailing.states().keys() == {*seen, *mailing.sink.counts, *unsure}
    assert not set(seen) & set(mailing.sink.counts), "somebody gets it twice"


@pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_with_a_database_that_syncs_less_this_test_fails(cut, synchronous):
    seen, mailing = cut(12, "none", synchronous)

    states = mailing.states()

    assert any(states[it] is S.QUEUED for it in seen)
