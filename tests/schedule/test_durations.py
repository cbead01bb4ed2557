from datetime import timedelta

import pytest

from pipeline.schedule.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6h", timedelta(hours=6)),
        ("72h", timedelta(days=3)),
        ("90 m", timedelta(minutes=90)),
        ("1d 12h", timedelta(hours=36)),
        ("1d12h30m15s", timedelta(days=1, hours=12, minutes=30, seconds=15)),
        ("2w", timedelta(weeks=2)),
        (" 0s ", timedelta(0)),
    ],
)
def test_reads_a_length_of_time(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "6", "h", "-6h", "6.5h", "6 hours", "6h,", "6H", "9999999w"])
def test_refuses_what_is_no_length_of_time(text):
    with pytest.raises(ValueError, match="is no length of time; write such as '6h'"):
        parse_duration(text)
