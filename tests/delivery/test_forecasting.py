from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.forecasting import Forecast
from pipeline.delivery.limits import Limits
from pipeline.delivery.shaping import ProviderShape, Shaping
from pipeline.model.warm_up import WarmUpDay
from tests.factories import NOON


def forecast(relay: str = "", all_mail: str = "", gmail: str = "", warm_up: int = 0) -> Forecast:
    shaping = Shaping(
        limits=Limits.parse(all_mail),
        providers={"gmail": ProviderShape(limits=Limits.parse(gmail))},
        warm_up=warm_up,
    )
    return Forecast(shaping=shaping, limits=Limits.parse(relay), now=NOON)


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        pytest.param({}, 0, id="none"),
        pytest.param({"relay": "10/s"}, 99.9, id="the-relay"),
        pytest.param({"relay": "10/s", "all_mail": "5/s"}, 199.8, id="all-mail"),
        pytest.param({"relay": "10/s", "gmail": "1/s"}, 399, id="a-provider"),
        pytest.param({"relay": "10/s", "warm_up": 500}, 43_200, id="the-plan"),
    ],
)
def test_the_slowest_limit_counts(limits, seconds):
    it = forecast(**limits)

    assert it.seconds_for({"gmail": 400, "other": 600}) == pytest.approx(seconds)


def test_tells_how_many_fit():
    it = forecast("1/s")

    assert it.fitting({"other": 1_000}, NOON + timedelta(seconds=99)) == 100
    assert it.fitting({"other": 1_000}, NOON + timedelta(hours=1)) == 1_000
    assert it.fitting({}, NOON) == 0


def test_what_the_windows_hold_already_takes_its_time():
    (day,) = Limits.parse("1000/d").limits
    it = forecast("1000/d", gmail="1000/d")
    with_gmail = replace(it, spent={"provider gmail": {day: [(3600.0, 900)]}})
    by_relay = replace(it, spent={"relay": {day: [(7200.0, 900)]}})

    assert it.seconds_for({"gmail": 400}) == 0
    assert with_gmail.seconds_for({"gmail": 400}) == 23 * 3600
    assert with_gmail.seconds_for({"other": 400}) == 0
    assert by_relay.seconds_for({"other": 400}) == 22 * 3600
    assert by_relay.fitting({"other": 400}, NOON + timedelta(hours=1)) == 100


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 20_000))
def test_what_fits_is_never_more_than_there_is(gmail, other, seconds):
    readers = {"gmail": gmail, "other": other}
    fits = forecast("3/s", gmail="1/s").fitting(readers, NOON + timedelta(seconds=seconds))

    assert 0 <= fits <= gmail + other


@pytest.mark.parametrize(
    ("first", "backup", "messages", "seconds"),
    [
        pytest.param("5/h", "", 20, 0, id="the other takes the rest at once"),
        pytest.param("5/d", "60/m", 20, 14, id="at the other's pace"),
        pytest.param("1/s, 5/d", "1/s", 20, 18, id="after the first's"),
        pytest.param("5/h", "5/d", 20, 7_200, id="the first opens again"),
        pytest.param("10/m", "", 20, 114, id="a pace is waited for"),
    ],
)
def test_counts_what_goes_through_a_relay_that_steps_in(first, backup, messages, seconds):
    it = replace(forecast(first), backups=(("second", Limits.parse(backup)),))

    assert it.seconds_for({"gmail": messages}) == pytest.approx(seconds, abs=1)
    assert it.fitting({"gmail": messages}, NOON + timedelta(hours=3)) == messages


#: A plan that is over.
WARM = WarmUpDay(day=NOON.date(), step=42)
MIDNIGHT = 12 * 3_600


@pytest.mark.parametrize(
    ("first", "last_days", "messages", "seconds"),
    [
        pytest.param("100/d", {"first": WARM}, 300, 0, id="the other's first day has enough"),
        pytest.param("100/d", {"first": WARM}, 301, MIDNIGHT, id="the other begins its plan"),
        pytest.param("100/d", {"first": WARM, "second": WARM}, 5_000, 0, id="both plans are over"),
        pytest.param("100/d", {}, 500, MIDNIGHT, id="each has a plan of its own"),
        pytest.param(
            "1000/d", {"second": WARM}, 1_200, 3 * 86_400 + MIDNIGHT, id="the first's is waited for"
        ),
        pytest.param(
            "1/m, 60/h",
            {"first": WARM, "second": replace(WARM, step=0, given=200)},
            61,
            3_600,
            id="the other's day is used up, and the first opens again sooner",
        ),
    ],
)
def test_counts_the_plan_of_a_relay_that_steps_in(first, last_days, messages, seconds):
    it = replace(
        forecast(first, warm_up=200),
        relay="first",
        backups=(("second", Limits()),),
        last_days=last_days,
    )

    assert it.seconds_for({"gmail": messages}) == pytest.approx(seconds, abs=1)


def test_the_plan_of_a_relay_that_steps_in_begins_when_it_does():
    """Half an hour before midnight the first is done; the other has half an hour and then a day."""
    it = replace(
        forecast("1/m, 690/d", warm_up=200),
        relay="first",
        backups=(("second", Limits()),),
        last_days={"first": WARM},
    )

    assert it.seconds_for({"gmail": 690 + 200}) == pytest.approx(689 * 60)
    assert it.seconds_for({"gmail": 690 + 201}) == pytest.approx(MIDNIGHT)
