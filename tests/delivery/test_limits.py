from datetime import timedelta

import pytest

from pipeline.delivery.limits import Limit, Limits

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


def test_no_limit_is_false():
    assert not Limits()
    assert Limits.parse("1/s")


def test_says_limits_as_they_are_written():
    assert str(Limits.parse("14/s,50000 / d")) == "14/s, 50000/d"


def test_tells_how_long_an_issue_takes():
    assert Limits.parse("10/s, 600/m").seconds_for(6000) == pytest.approx(599.9)
    assert Limits.parse("1000/d").seconds_for(1000) == 0.0
    assert Limits.parse("1000/d").seconds_for(1001) == 86400.0
    assert Limits.parse("1000/d").seconds_for(0) == 0.0
    assert Limits().seconds_for(10**6) == 0.0


HOUR = 3600.0


@pytest.mark.parametrize(
    ("messages", "spent", "hours"),
    [
        pytest.param(40, [(1 * HOUR, 60)], 0, id="it still fits"),
        pytest.param(41, [(1 * HOUR, 60)], 23, id="the last one waits"),
        pytest.param(1, [(1 * HOUR, 100)], 23, id="full"),
        pytest.param(61, [(20 * HOUR, 50), (1 * HOUR, 40)], 23, id="until the second has gone"),
        pytest.param(60, [(20 * HOUR, 50), (1 * HOUR, 40)], 4, id="until the first has gone"),
        pytest.param(141, [(1 * HOUR, 60)], 47, id="and a day for a hundred more"),
        pytest.param(100, [(24 * HOUR, 100)], 0, id="as old as the window"),
        pytest.param(1, [(20 * HOUR, 50), (1 * HOUR, 90)], 4, id="more than may be"),
        pytest.param(0, [(1 * HOUR, 100)], 0, id="nobody waits"),
    ],
)
def test_what_left_lately_leaves_less_room(messages, spent, hours):
    (day,) = Limits.parse("100/d").limits

    assert day.seconds_for(messages, spent) == hours * HOUR


def test_a_short_limit_is_paced_after_what_left_lately():
    (minute,) = Limits.parse("60/m").limits

    assert minute.seconds_for(61, [(10.0, 60)]) == 110.0
    assert minute.seconds_for(31, [(50.0, 60)]) == 30.0
