from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.throttle import Limit, Limits, Throttle
from tests.factories import NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="no limit"),
        pytest.param("14/s", (Limit(14, SECOND),), id="one"),
        pytest.param(
            " 14 / s , 50000/d ", (Limit(14, SECOND), Limit(50000, 86400 * SECOND)), id="two"
        ),
        pytest.param("3/m,", (Limit(3, 60 * SECOND),), id="a comma too many"),
        pytest.param("9/h", (Limit(9, 3600 * SECOND),), id="hours"),
    ],
)
def test_reads_limits(text, expected):
    assert Limits.parse(text).limits == expected


@pytest.mark.parametrize(
    "text",
    ["14", "14/x", "0/s", "-1/s", "1.5/s", "14/s 3/d", "\N{ARABIC-INDIC DIGIT ONE}/s", "1/s;2/d"],
)
def test_refuses_what_is_no_rate_in_a_sentence(text):
    with pytest.raises(ValueError, match="is no rate; write such as"):
        Limits.parse(text)


def test_no_limit_is_false_and_never_waits():
    assert not Limits()
    assert Limits().wait([(NOON, 10**9)], NOON) == 0.0
    assert Throttle(Limits()).wait(NOON) == 0.0


def test_waits_until_the_oldest_message_leaves_the_window():
    spent = [(NOON, 1), (NOON + 30 * SECOND, 1)]

    wait = Limits.parse("2/m").wait(spent, NOON + 40 * SECOND)

    assert wait == 21.0  # to the end of the first bucket, a second wide, and a minute


def test_the_longest_wait_counts():
    spent = [(NOON, 5)]

    assert Limits.parse("5/s, 5/m").wait(spent, NOON) == 61.0


def test_remembers_what_the_ledger_saw_before_a_restart():
    limit = Limits.parse("10/h")
    throttle = Throttle(limit, {limit.limits[0].key: [(NOON - timedelta(minutes=30), 10)]})

    assert throttle.wait(NOON) == pytest.approx(31 * 60)


def test_a_clock_set_back_delays_by_no_more_than_the_period_and_a_bucket():
    throttle = Throttle(Limits.parse("10/m"))
    throttle.spend(NOON, 10)
    back = NOON - timedelta(days=1)
    wait = throttle.wait(back)

    assert 0 < wait <= 61
    assert throttle.wait(back + timedelta(seconds=wait)) == 0


def test_tells_how_long_an_issue_takes():
    assert Limits.parse("10/s, 600/m").seconds_for(6000) == 599.0
    assert Limits.parse("1000/d").seconds_for(1000) == 0.0
    assert Limits().seconds_for(10**6) == 0.0


@given(
    st.integers(1, 20),
    st.sampled_from([SECOND, 60 * SECOND, 3600 * SECOND]),
    st.lists(st.tuples(st.floats(0, 1.2), st.integers(0, 3)), max_size=60),
    st.sampled_from(["throttle", "pure"]),
)
def test_no_sliding_window_ever_holds_more_than_the_count(count, period, arrivals, kind):
    limit = Limit(count, period)
    throttle = Throttle(Limits((limit,)))
    width = timedelta(seconds=limit.bucket_seconds)
    buckets: dict[datetime, int] = {}
    sent = []
    now = NOON
    for gap, burst in arrivals:
        now += gap * period
        for _ in range(burst):
            while wait := (
                throttle.wait(now)
                if kind == "throttle"
                else limit.wait(sorted(buckets.items()), now, width=width)
            ):
                now += timedelta(seconds=wait)
            throttle.spend(now)
            start = NOON + (now - NOON) // width * width
            buckets[start] = buckets.get(start, 0) + 1
            sent.append(now)

    for first in sent:
        assert sum(first <= at < first + period for at in sent) <= count


@given(st.integers(1, 30), st.sampled_from([SECOND, 3600 * SECOND]))
def test_a_busy_sender_gets_nearly_the_whole_rate(count, period):
    throttle = Throttle(Limits((Limit(count, period),)))
    now = NOON
    for _ in range(count * 10 + 1):
        while wait := throttle.wait(now):
            now += timedelta(seconds=wait)
        throttle.spend(now)

    assert now - NOON <= 10 * period * 61 / 60 + timedelta(milliseconds=1)


@given(st.integers(1, 10**6))
def test_keeps_few_buckets(rate):
    throttle = Throttle(Limits((Limit(rate, SECOND),)))
    for message in range(500):
        throttle.spend(NOON + message * timedelta(milliseconds=5))
        throttle.wait(NOON + message * timedelta(milliseconds=5))

    assert len(throttle._windows[0]._spent) <= 62
