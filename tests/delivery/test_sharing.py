"""Senders that keep to a limit together, each as it would by itself if it were alone."""

from datetime import timedelta

import pytest

from pipeline.delivery.limits import Limits
from pipeline.delivery.sharing import SharedRating
from pipeline.delivery.turns import Turns
from pipeline.store.memory import MemoryOutbox
from tests.factories import NOON
from tests.fakes import FakeClock

#: A sender that is killed takes a fifth of a second of each limit with it.
BATCH = 0.2


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def outbox():
    return MemoryOutbox(is_shared=True)


def rating(outbox: MemoryOutbox, clock: FakeClock, text: str) -> SharedRating:
    return SharedRating(outbox, "relay", Limits.parse(text), clock)


def give(it: SharedRating, clock: FakeClock) -> bool:
    """Give a message out if there is room for it now."""
    now = clock.boot_time()
    if it.wait(now):
        return False
    it.give(now)
    return True


def used(it: SharedRating, clock: FakeClock, most: int = 10**6) -> int:
    """Give out all that may go now."""
    count = 0
    while count < most and give(it, clock):
        count += 1
    return count


def run(clock: FakeClock, seconds: float, *senders: SharedRating) -> list[float]:
    """Have senders that always have something to send go on for so long; give when it left."""
    left, end = [], clock.boot_time() + seconds
    while clock.boot_time() < end:
        for it in senders:
            left += [clock.boot_time()] * used(it, clock)
            it.save()
        clock.advance(0.002)
    return left


def most_in(left: list[float], window: float) -> int:
    """Give how many left in the fullest window."""
    return max(sum(at <= other < at + window for other in left) for at in left)


@pytest.mark.parametrize("senders", [1, 3, 12])
@pytest.mark.parametrize("text", ["50/s", "900/m"])
def test_all_together_are_as_fast_as_the_limit_and_no_faster(outbox, clock, text, senders):
    limit = Limits.parse(text).limits[0]
    left = run(clock, 20, *(rating(outbox, clock, text) for _ in range(senders)))

    should = 20 * limit.count / limit.seconds
    assert 0.99 * should - 1 <= len(left) <= 1.01 * should + 1
    assert most_in(left, 1.0) <= limit.count / limit.seconds * (1 + BATCH) + 1


def test_a_quick_sender_has_what_a_slow_one_leaves(outbox, clock):
    quick, slow = rating(outbox, clock, "100/s"), rating(outbox, clock, "100/s")
    of_slow = of_all = 0
    for step in range(5_000):
        of_slow += used(slow, clock, most=1) if step % 50 == 0 else 0
        of_all += used(quick, clock)
        clock.advance(0.002)
    of_all += of_slow

    assert 60 <= of_slow <= 100
    assert 980 <= of_all <= 1010


def test_each_has_its_turn_at_a_slow_limit(outbox, clock):
    senders = [rating(outbox, clock, "6/m") for _ in range(3)]
    counts = [0, 0, 0]
    for step in range(30_000):
        which = step % 3
        counts[which] += used(senders[which], clock)
        clock.advance(0.02)

    assert 58 <= sum(counts) <= 61
    assert min(counts) > 5


def test_a_sender_that_ends_gives_its_turns_back(outbox, clock):
    first, second = rating(outbox, clock, "1000/s"), rating(outbox, clock, "1000/s")
    run(clock, 1, first)
    clock.advance(0.1)
    assert give(first, clock)
    first.close()
    clock.advance(0.002)

    assert give(second, clock)


def test_a_message_that_is_not_tried_gives_its_turn_back(outbox, clock):
    it = rating(outbox, clock, "1/m")
    assert give(it, clock)
    it.take_back(clock.boot_time())

    assert give(it, clock)
    assert not give(it, clock)


def test_turns_that_nobody_used_in_time_are_no_burst(outbox, clock):
    it = rating(outbox, clock, "100/s")
    run(clock, 1, it)
    clock.advance(60)

    assert used(it, clock) <= 100 * 0.05 + 1


def test_a_restart_forgets_nothing(outbox, clock):
    assert give(rating(outbox, clock, "1/m"), clock)

    assert not give(rating(outbox, clock, "1/m"), clock)
    clock.advance(61)
    assert give(rating(outbox, clock, "1/m"), clock)


def test_a_stock_is_used_up_at_once_by_all_together(outbox, clock):
    senders = [rating(outbox, clock, "1000/h") for _ in range(3)]
    left = run(clock, 10, *senders)

    assert len(left) == 1000
    assert all(3_580 < it.used_up(clock.boot_time()) <= 3_603 for it in senders)
    clock.advance(3_605)
    assert give(senders[0], clock)


def test_a_killed_sender_takes_no_more_than_a_small_block_of_a_stock_with_it(outbox, clock):
    killed = rating(outbox, clock, "1000/d")
    given = sum(give(killed, clock) for _ in range(107))

    other = used(rating(outbox, clock, "1000/d"), clock)
    assert 1000 - 20 <= given + other <= 1000


def test_what_is_not_used_of_a_stock_is_for_others(outbox, clock):
    first = rating(outbox, clock, "1000/d")
    given = sum(give(first, clock) for _ in range(107))
    clock.advance(600)
    first.save()
    first.close()

    assert given + used(rating(outbox, clock, "1000/d"), clock) == 1000
    assert sum(n for _, n in outbox.spent("relay /86400", since=NOON - timedelta(days=1))) == 1000


def test_after_a_word_to_slow_down_turns_are_further_apart(outbox, clock):
    turns = [Turns(outbox, "slowed relay", clock, interval=0.1) for _ in range(2)]
    count = 0
    for step in range(10_000):
        it = turns[step % 2]
        it.interval = 0.1 if step < 5_000 else 1.0
        if not it.wait(clock.boot_time()):
            it.give()
            count += 1
        clock.advance(0.002)

    assert 105 <= count <= 115
