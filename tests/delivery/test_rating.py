"""What a sender may give out stands in the ledger before it does."""

from datetime import timedelta

import pytest

from pipeline.delivery.limits import Limits
from pipeline.delivery.rating import Lateness, Rating
from pipeline.store.memory import MemoryOutbox
from tests.factories import NOON
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def outbox():
    return MemoryOutbox()


def known(outbox: MemoryOutbox, key: str) -> int:
    return sum(count for _, count in outbox.spent(key, since=NOON - timedelta(days=8)))


def rating(outbox: MemoryOutbox, clock: FakeClock, text: str) -> Rating:
    return Rating(outbox, "relay", Limits.parse(text), clock)


def give(it: Rating, clock: FakeClock) -> None:
    assert not it.wait(clock.boot_time())
    it.give(clock.boot_time())


def test_a_killed_sender_has_forgotten_nothing(outbox, clock):
    first = rating(outbox, clock, "3/d")
    for _ in range(3):
        give(first, clock)

    assert rating(outbox, clock, "3/d").wait(clock.boot_time()) > 86_000


def test_the_ledger_knows_of_no_less_than_left_and_of_at_most_a_fiftieth_more(outbox, clock):
    it = rating(outbox, clock, "1000/d")
    for given in range(1, 200):
        give(it, clock)
        clock.advance(1)
        it.save()
        assert given <= known(outbox, "relay /86400") <= given + 20


def test_what_was_not_given_out_is_struck_out_at_the_end(outbox, clock):
    it = rating(outbox, clock, "1000/d")
    for _ in range(7):
        give(it, clock)
    it.close()

    assert known(outbox, "relay /86400") == 7


def test_what_waits_to_be_given_out_stands_in_the_bucket_of_now(outbox, clock):
    it = rating(outbox, clock, "1000/h")
    give(it, clock)
    clock.advance(3000)
    it.save()
    give(it, clock)

    late = outbox.spent("relay /3600", since=clock.now() - timedelta(seconds=61))
    assert sum(count for _, count in late) == 19


def test_a_message_that_is_not_tried_gives_its_place_back(outbox, clock):
    it = rating(outbox, clock, "1/d")
    give(it, clock)
    it.take_back(clock.boot_time())
    it.close()

    assert known(outbox, "relay /86400") == 0
    assert not rating(outbox, clock, "1/d").wait(clock.boot_time())


def test_another_figure_for_the_same_time_remembers_what_left(outbox, clock):
    give(rating(outbox, clock, "1/d"), clock)

    assert rating(outbox, clock, "1/d").wait(clock.boot_time())
    assert not rating(outbox, clock, "2/d").wait(clock.boot_time())


def test_a_clock_set_back_before_a_restart_delays_by_no_more_than_the_period(outbox, clock):
    give(rating(outbox, clock, "1/m"), clock)
    earlier = FakeClock(NOON - timedelta(days=1))

    assert 0 < rating(outbox, earlier, "1/m").wait(earlier.boot_time()) <= 61


def test_a_clock_that_jumps_meanwhile_changes_no_rate(outbox, clock):
    it = rating(outbox, clock, "1/m")
    give(it, clock)
    clock._now += timedelta(hours=1)

    assert it.wait(clock.boot_time()) > 59


def test_only_what_is_slower_than_the_quickest_lately_is_late():
    lateness = Lateness()

    assert lateness.excess(0.5) == 0.0
    assert lateness.excess(0.2) == 0.0
    assert lateness.excess(0.5) == pytest.approx(0.3)
    for _ in range(130):
        lateness.excess(0.5)
    assert lateness.excess(0.5) == 0.0
