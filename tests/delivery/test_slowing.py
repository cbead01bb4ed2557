from datetime import UTC, datetime, timedelta

import pytest

from pipeline.delivery.slowing import Limit, Slowing

EVENING = datetime(2026, 11, 29, 22, 30, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ends_at"),
    [
        pytest.param("24h", EVENING + timedelta(hours=24), id="a day later"),
        pytest.param("1h", EVENING + timedelta(hours=1), id="an hour later"),
        pytest.param("utc-midnight", datetime(2026, 11, 30, tzinfo=UTC), id="at midnight"),
    ],
)
def test_a_limit_ends(text, ends_at):
    assert Limit.parse(text).ends_at(EVENING) == ends_at


def test_a_limit_that_is_met_at_midnight_ends_at_the_next():
    midnight = datetime(2026, 11, 30, tzinfo=UTC)

    assert Limit.parse("utc-midnight").ends_at(midnight) == midnight + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "0h", "24", "h", "-1h", "1.5h", "midnight"])
def test_a_limit_without_an_end_is_refused(text):
    with pytest.raises(ValueError, match="length of time"):
        Limit.parse(text)


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param({"pause": timedelta(seconds=-1)}, id="before now"),
        pytest.param({"per_minute": 0, "lasts": timedelta(1)}, id="none a minute"),
        pytest.param({"per_minute": 1}, id="for no time"),
        pytest.param({"lasts": timedelta(1)}, id="how many"),
    ],
)
def test_a_slowing_that_says_nothing_is_refused(figures):
    with pytest.raises(ValueError, match=r"slowing|a minute"):
        Slowing(**figures)
