import pytest

from pipeline.errors import StateError
from pipeline.model.delivery import SETTLED, DeliveryEvent, DeliveryState
from pipeline.store import steps
from pipeline.store.columns import CODES, from_microseconds, to_microseconds
from tests.factories import NOON

S = DeliveryState


@pytest.mark.parametrize("event", list(DeliveryEvent))
def test_every_event_leads_to_one_state(event):
    assert steps.target(event) in S
    assert steps.sources(event)


def test_a_state_is_settled_or_unfinished():
    assert set(S) == SETTLED | steps.UNFINISHED
    assert not SETTLED & steps.UNFINISHED


def test_every_state_has_a_code_of_its_own():
    assert set(CODES) == set(S)
    assert len(set(CODES.values())) == len(S)


def test_sums_add_up_to_planned():
    counts = {state: number for number, state in enumerate(S, start=1)}
    planned = sum(counts.values())

    it = steps.add_up(1, counts, planned=planned)

    assert planned == (
        it.accepted
        + it.deferred
        + it.rejected
        + it.suppressed
        + it.expired
        + it.cancelled
        + it.in_doubt
        + it.queued
    )


def test_sums_that_do_not_add_up_are_an_error():
    with pytest.raises(StateError, match="planned for 3 readers and the ledger holds 2"):
        steps.add_up(1, {S.QUEUED: 2}, planned=3)


def test_an_instant_is_kept_to_the_microsecond():
    at = NOON.replace(microsecond=123_457)

    assert from_microseconds(to_microseconds(at)) == at
