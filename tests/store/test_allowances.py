"""Limits that senders share, on every ledger, and the arithmetic of their turns."""

from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.ports import Outbox
from pipeline.model.allowance import Ask, Grant
from pipeline.store import gcra
from tests.factories import NOON
from tests.store.ledgers import MakeLedger
from tests.store.test_restraints import restraint

SECOND = 1_000_000
HOUR = timedelta(hours=1)

#: Ten turns of a minute each: no ledger is so slow that a test of it would see another turn.
TEN = Ask(key="relay /60", length=600 * SECOND, ahead=3600 * SECOND, period=60 * SECOND)


@pytest.fixture
def box(make_ledger: MakeLedger) -> Outbox:
    return make_ledger(["a@mail.example"]).outbox()


def seconds(grant: Grant) -> int:
    """Give when the first of the turns is, to the next full second."""
    return round(grant.wait / SECOND)


def test_turns_follow_each_other_whoever_takes_them(box):
    waits = [seconds(box.reserve(TEN, now=NOON)) for _ in range(3)]

    assert waits == [0, 600, 1200]


def test_limits_have_turns_of_their_own(box):
    other = Ask(key="all /60", length=SECOND, ahead=0, period=60 * SECOND)
    box.reserve(TEN, now=NOON)

    assert seconds(box.reserve(other, now=NOON)) == 0


def test_nothing_is_given_that_lies_too_far_ahead(box):
    taken = [box.reserve(TEN, now=NOON) for _ in range(9)]

    assert [it.end is not None for it in taken] == [True] * 7 + [False] * 2
    assert seconds(taken[-1]) == seconds(taken[-2]) == 4200


def test_turns_are_given_back_while_nobody_came_after(box):
    first = box.reserve(TEN, now=NOON)
    box.give_back(TEN.key, first.end, 540 * SECOND)
    second = box.reserve(TEN, now=NOON)
    box.give_back(TEN.key, first.end, 60 * SECOND)

    assert seconds(second) == 60
    assert seconds(box.reserve(TEN, now=NOON)) == 660


def test_a_time_far_off_is_that_of_a_clock_that_was_set_back(box):
    """It is waited for once, as long as a limit looks back, and no longer."""
    for _ in range(7):
        box.reserve(TEN, now=NOON)
    short = Ask(key=TEN.key, length=SECOND, ahead=0, period=60 * SECOND)

    assert seconds(box.reserve(short, now=NOON)) == 60
    assert seconds(box.reserve(TEN, now=NOON)) == 61


def test_a_stock_is_given_out_until_it_is_used_up(box):
    def take(count: int, after: timedelta = timedelta(0)) -> int:
        given: int = box.spend_within(
            "relay /3600", count, most=10, period=HOUR, now=NOON + after, bucket_seconds=2
        )
        return given

    assert [take(4), take(4), take(4), take(4)] == [4, 4, 2, 0]
    assert take(4, HOUR) == 0  # in its bucket, it may have left two seconds later
    assert take(4, HOUR + timedelta(seconds=3)) == 4
    assert sum(count for _, count in box.spent("relay /3600", since=NOON)) == 14


def test_a_rest_that_another_sender_wrote_down_outlasts_a_shorter_one(box):
    box.restrain("provider gmail", restraint(until=NOON + HOUR, said="an hour"))
    box.restrain("provider gmail", restraint(share=0.25, said="slower"))

    found = box.restraints()["provider gmail"]
    assert (found.share, found.until, found.said) == (0.25, NOON + HOUR, "an hour")


def test_counts_who_holds_a_shard(make_ledger):
    box = make_ledger(["a@mail.example"]).outbox()
    assert box.senders(now=NOON) == 0
    box.lease(1, owner="first", now=NOON, until=NOON + HOUR)

    assert box.senders(now=NOON) == 1
    assert box.senders(now=NOON + HOUR) == 0


# -- the arithmetic


asks = st.builds(
    Ask,
    key=st.just("relay /60"),
    length=st.integers(1, 10**8),
    credit=st.integers(0, 10**6),
    ahead=st.integers(0, 10**7),
    period=st.just(60 * SECOND),
)
#: What was asked, and how long after the one before.
histories = st.lists(st.tuples(asks, st.integers(0, 10**8)), min_size=1, max_size=30)


def run(history: list[tuple[Ask, int]]) -> list[SimpleNamespace]:
    """Give what was granted: from when to when, and who asked when."""
    next_at: int | None = None
    now, granted = 0, []
    for asked, later in history:
        now += later
        grant = gcra.reserve(next_at, asked, now=now)
        if grant.end is not None:
            next_at = grant.end
            start = now + grant.wait
            granted.append(SimpleNamespace(start=start, end=grant.end, now=now, asked=asked))
    return granted


@given(histories)
def test_no_turn_is_given_twice_and_none_before_its_time(history):
    granted = run(history)

    assert all(it.end - it.start == it.asked.length for it in granted)
    assert all(before.end <= after.start for before, after in pairwise(granted))
    assert all(it.start >= it.now - it.asked.credit for it in granted)


@given(histories)
def test_a_turn_is_at_hand_or_soon(history):
    """Apart from the wait after a clock that was set back."""
    longest = max(it.length for it, _ in history)
    for it in run(history):
        assert it.start <= it.now + max(it.asked.ahead, it.asked.period, longest)


@given(histories, st.integers(1, 10**8))
def test_all_that_is_given_in_a_time_takes_no_longer_than_it_and_what_is_at_hand(history, span):
    """So a limit is kept, by so much as one batch and the credit, however many ask."""
    granted = run(history)
    for first in granted:
        inside = [it for it in granted if first.start <= it.start < first.start + span]
        used = sum(it.asked.length for it in inside)
        assert used <= span + inside[-1].asked.length


@given(st.integers(0, 10**9), asks)
def test_nothing_is_given_exactly_when_the_next_turn_is_too_far_off(next_at, asked):
    grant = gcra.reserve(next_at, asked, now=0)

    assert (grant.end is None) == (asked.ahead < next_at <= asked.too_far)


def test_no_turns_at_all_cannot_be_asked_for():
    with pytest.raises(ValueError, match="some time"):
        Ask(key="relay /60", length=0, ahead=0, period=0)
