"""No sliding window ever holds more than its limit, and a busy sender gets nearly all of it."""

from bisect import bisect_left
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.limits import Limit, Limits
from pipeline.delivery.throttle import Throttle

BEGIN = 1000.0


def limit(text: str) -> Limit:
    return Limits.parse(text).limits[0]


def fill(throttle: Throttle, seconds: float, *, late: float = 0.0) -> list[float]:
    """Send whenever it may, for so long, each time so much later than it might."""
    now, sent = BEGIN, []
    while now < BEGIN + seconds:
        wait = throttle.wait(now)
        if wait:
            now += wait + late
            continue
        throttle.give(now)
        sent.append(now)
    return sent


def fullest(sent: list[float], period: float) -> int:
    """Give how many are in the fullest window of that length, wherever it begins."""
    return max(bisect_left(sent, at + period) - place for place, at in enumerate(sent))


periods = st.sampled_from([1.0, 60.0, 3600.0, 86400.0])


@given(
    st.integers(1, 20),
    periods,
    st.lists(st.tuples(st.floats(0, 1.2), st.integers(0, 30)), max_size=40),
)
def test_no_sliding_window_ever_holds_more_than_the_count(count, period, arrivals):
    throttle = Throttle(Limit(count, timedelta(seconds=period)))
    sent, now = [], BEGIN
    for gap, burst in arrivals:
        now += gap * period
        for _ in range(burst):
            while wait := throttle.wait(now):
                now += wait
            throttle.give(now)
            sent.append(now)

    assert not sent or fullest(sent, period) <= count


@pytest.mark.parametrize("late", [0.0, 0.002])
@pytest.mark.parametrize(
    ("text", "seconds"), [("600/m", 300), ("14/s", 60), ("1/s", 100), ("100/s", 60), ("7/m", 600)]
)
def test_a_busy_sender_gets_99_percent_of_a_paced_limit(text, seconds, late):
    it = limit(text)
    sent = fill(Throttle(it), seconds, late=late)

    assert fullest(sent, it.seconds) <= it.count
    assert len(sent) >= 0.99 * it.count * seconds / it.seconds


@given(st.integers(1, 1_000), st.sampled_from([1.0, 3600.0]), st.floats(0, 0.004))
def test_a_busy_sender_gets_99_percent_of_any_limit(count, period, late):
    it = Limit(count, timedelta(seconds=period))
    sent = fill(Throttle(it), 5 * period, late=late)

    assert fullest(sent, period) <= count
    assert len(sent) >= 0.99 * 5 * count


@pytest.mark.parametrize("begin", [0.0, 10.0, 31.7])
def test_any_minute_of_600_a_minute_has_594_to_600(begin):
    sent = fill(Throttle(limit("600/m")), 180, late=0.001)

    assert 594 <= sum(begin <= at - BEGIN < begin + 60 for at in sent) <= 600


def test_14_a_second_leave_evenly():
    sent = fill(Throttle(limit("14/s")), 30)
    gaps = [later - sooner for sooner, later in pairwise(sent)]

    assert min(gaps) > 0.07
    assert max(gaps) < 0.073


def test_a_limit_of_a_day_is_used_up_at_once():
    sent = fill(Throttle(limit("500/d")), 86400 + 10)

    assert [at - BEGIN for at in sent[:500]] == [0.0] * 500
    assert sent[500] - BEGIN > 86400


def test_a_little_lost_time_is_made_up_for_and_no_more():
    throttle = Throttle(limit("600/m"))
    throttle.give(BEGIN)
    back = BEGIN + 30
    at_once = 0
    while not throttle.wait(back):
        throttle.give(back)
        at_once += 1

    assert 2 <= at_once <= 11


def test_remembers_what_left_before_a_restart():
    throttle = Throttle(limit("10/h"), [(BEGIN - 1800, 10)])

    assert throttle.wait(BEGIN) == pytest.approx(1800, abs=1)


def test_a_message_counts_from_when_it_left():
    throttle = Throttle(limit("1/h"))
    throttle.give(BEGIN)
    throttle.move(BEGIN, BEGIN + 100)

    assert throttle.wait(BEGIN + 3650) == pytest.approx(50, abs=1)


def test_a_message_that_left_long_after_it_was_given_out_counts_though_its_window_was_past():
    throttle = Throttle(limit("1/m"))
    throttle.give(BEGIN)
    assert not throttle.wait(BEGIN + 100)
    throttle.move(BEGIN, BEGIN + 100)

    assert throttle.wait(BEGIN + 100) > 59


def test_a_message_that_did_not_leave_gives_its_place_back():
    throttle = Throttle(limit("2/d"))
    throttle.give(BEGIN)
    throttle.give(BEGIN + 60)
    throttle.take_back(BEGIN)

    assert not throttle.wait(BEGIN + 61)
    throttle.give(BEGIN + 61)
    assert throttle.wait(BEGIN + 62) > 86000


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.5)), min_size=1, max_size=60),
)
def test_no_window_of_what_left_is_too_full_however_long_each_takes_to_leave(count, tries):
    """Messages wait for their relay; each counts from when it left."""
    throttle = Throttle(Limit(count, timedelta(hours=1)))
    now = BEGIN
    out: list[tuple[float, float]] = []
    left: list[float] = []

    def settle(until: float) -> None:
        for leaves, given_at in sorted(out):
            if leaves <= until:
                throttle.move(given_at, leaves)
                left.append(leaves)
                out.remove((leaves, given_at))

    for gap, delay in tries:
        now += gap * 3600
        settle(now)
        while wait := throttle.wait(now):
            now += wait
            settle(now)
        throttle.give(now)
        out.append((now + delay * 3600, now))
    settle(float("inf"))
    left.sort()

    # Those that are still on their way count as of the moment they were given out.
    most = max(3600 * delay for _, delay in tries)
    assert fullest(left, 3600 - most) <= count


@given(st.integers(1, 10**6))
def test_keeps_few_grains(rate):
    throttle = Throttle(Limit(rate, timedelta(seconds=1)))
    for message in range(5_000):
        throttle.give(BEGIN + message * 0.000_3)
        throttle.wait(BEGIN + message * 0.000_3)

    assert len(throttle._grains) <= 2_060
