"""Halved at once, regained slowly; a time or a figure that was named is kept."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import restraining
from pipeline.delivery.slowing import HALVED, Slowing
from pipeline.model.restraint import Restraint
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
SUSPEND = Slowing(pause=timedelta(hours=2))
CRAWL = Slowing(per_minute=1, lasts=timedelta(minutes=90))


def slowed(
    slowing: Slowing = HALVED,
    *,
    before: Restraint | None = None,
    now: datetime = NOON,
    speed: float = 10.0,
) -> Restraint:
    return restraining.slowed(before, slowing, now=now, speed=speed)


def test_halves_speed_and_messages_on_the_way():
    it = slowed()

    assert restraining.interval(it, NOON) == pytest.approx(0.2)
    assert restraining.most_out(it, NOON, usual=8) == 4


def test_halves_again_what_is_left():
    it = slowed(before=slowed())

    assert restraining.interval(it, NOON) == pytest.approx(0.4)
    assert restraining.most_out(it, NOON, usual=8) == 2


def test_one_message_a_minute_is_left_however_often_it_is_halved():
    it = slowed()
    for _ in range(60):
        it = slowed(before=it)

    assert restraining.interval(it, NOON) == pytest.approx(60)
    assert restraining.most_out(it, NOON, usual=8) == 1


def test_stays_for_ten_clean_minutes_then_grows_by_5_percent_a_minute():
    it = slowed()
    share = [restraining.share_at(it, NOON + minutes * MINUTE) for minutes in (0, 10, 11, 12)]

    assert share == pytest.approx([0.5, 0.5, 0.525, 0.55125])


def test_everything_is_as_it_was_after_half_an_hour():
    it = slowed()

    assert not restraining.is_over(it, NOON + 24 * MINUTE)
    assert restraining.is_over(it, NOON + 25 * MINUTE)
    assert restraining.is_over(it, NOON + timedelta(days=3_000))


def test_a_suspension_holds_for_its_time_and_comes_back_slower():
    it = slowed(SUSPEND)

    assert it.until == NOON + timedelta(hours=2)
    assert it.share == 0.5


def test_a_figure_holds_for_its_time():
    it = slowed(CRAWL)

    assert restraining.interval(it, NOON + 89 * MINUTE) == 60
    assert restraining.most_out(it, NOON + 89 * MINUTE, usual=8) == 1
    assert not restraining.is_over(it, NOON + 89 * MINUTE)
    assert restraining.interval(it, NOON + 91 * MINUTE) < 1


def test_a_shorter_word_takes_nothing_from_a_longer_one():
    it = slowed(before=slowed(CRAWL, before=slowed(SUSPEND)), now=NOON + MINUTE)

    assert it.until == NOON + timedelta(hours=2)
    assert it.crawls_until == NOON + timedelta(minutes=90)
    assert it.per_minute == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([HALVED, SUSPEND, CRAWL])), max_size=30
    ),
    st.floats(0, 1e5),
)
def test_never_stands_still_for_ever_nor_goes_faster_than_before(words, speed):
    now, it = NOON, None
    for minutes, slowing in words:
        now += minutes * MINUTE
        it = slowed(slowing, before=it, now=now, speed=speed)
        assert 0 < restraining.share_at(it, now) <= 1
        assert restraining.interval(it, now) <= 60.001
        assert restraining.interval(it, now) >= 1 / max(it.speed, 1 / 60) - 1e-9
    if it is not None:
        assert restraining.is_over(it, now + timedelta(days=2))
