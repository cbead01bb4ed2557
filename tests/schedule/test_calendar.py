import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schedule import calendar
from pipeline.schedule.calendar import Schedule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Scoresbysund",
]


def make_schedule(**changes: Any) -> Schedule:
    usual: dict[str, Any] = {
        "weekday": 1,
        "hour": 9,
        "minute": 0,
        "zone": "America/New_York",
        "grace": 6 * HOUR,
    }
    return Schedule(**(usual | changes))


SCHEDULES = st.builds(
    make_schedule,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(ZONES),
)
INSTANTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is the strategy's
    datetime(2037, 1, 1),  # noqa: DTZ001 - the zone is the strategy's
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tuesday 09:00", (1, 9, 0)),
        ("Sunday 23:59", (6, 23, 59)),
        (" mon  7:05 ", (0, 7, 5)),
    ],
)
def test_reads_a_time_of_the_week(text, expected):
    assert calendar.parse_at(text) == expected


@pytest.mark.parametrize(
    "text", ["", "tuesday", "09:00", "tuesday 24:00", "tuesday 9:60", "someday 09:00", "tu 09:00"]
)
def test_refuses_what_is_no_time_of_the_week(text):
    with pytest.raises(ValueError, match="is no time of the week; write such as 'tuesday 09:00'"):
        calendar.parse_at(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"weekday": 7},
        {"hour": 24},
        {"minute": -1},
        {"zone": "Mars/Olympus"},
        {"zone": ""},
        {"zone": "../etc/passwd"},
        {"grace": -HOUR},
    ],
    ids=str,
)
def test_refuses_a_rule_that_cannot_be(changes):
    with pytest.raises(ValueError, match=r"there is no|cannot be"):
        make_schedule(**changes)


def test_the_rule_in_words_names_its_zone():
    assert make_schedule().rule == "tuesday 09:00 America/New_York"


@pytest.mark.parametrize(
    ("zone", "day", "hour", "minute", "expected"),
    [
        pytest.param("Europe/Berlin", date(2027, 3, 28), 2, 30, "2027-03-28 01:30", id="gap"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), 2, 30, "2026-10-25 00:30", id="fold"),
        pytest.param(
            "America/New_York", date(2026, 3, 8), 2, 15, "2026-03-08 07:15", id="gap west"
        ),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 10, 4), 2, 15, "2026-10-03 15:45", id="half"
        ),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 4, 5), 1, 45, "2026-04-04 14:45", id="twice"
        ),
        pytest.param("America/New_York", date(2026, 3, 3), 9, 0, "2026-03-03 14:00", id="winter"),
        pytest.param("America/New_York", date(2026, 7, 7), 9, 0, "2026-07-07 13:00", id="summer"),
    ],
)
def test_a_local_time_is_one_instant(zone, day, hour, minute, expected):
    schedule = make_schedule(zone=zone, hour=hour, minute=minute)

    assert f"{calendar.instant(schedule, day):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-03-03T13:59+00:00", [], id="a minute before"),
        pytest.param("2026-03-03T14:00+00:00", [(date(2026, 3, 3), 0, False)], id="on time"),
        pytest.param("2026-03-03T20:00+00:00", [(date(2026, 3, 3), 6, False)], id="in grace"),
        pytest.param("2026-03-03T21:00+00:00", [(date(2026, 3, 3), 7, True)], id="too late"),
        pytest.param(
            # New York leaves winter time on 8 March 2026.
            "2026-03-10T14:00+00:00",
            [(date(2026, 3, 3), 168, True), (date(2026, 3, 10), 1, False)],
            id="two, the oldest first",
        ),
        pytest.param("2026-03-13T13:00+00:00", [(date(2026, 3, 10), 72, True)], id="long past"),
    ],
)
def test_says_what_is_due_and_how_late(now, expected):
    found = calendar.due(
        make_schedule(),
        now=datetime.fromisoformat(now),
        since=datetime(2026, 3, 1, tzinfo=UTC),
        settled=(),
    )

    assert [(d.slot.local_date, d.late // HOUR, d.missed) for d in found] == expected


def test_nothing_is_due_from_before_the_rule_was_first_seen():
    schedule = make_schedule()
    at = calendar.instant(schedule, date(2026, 3, 3))

    assert calendar.due(schedule, now=at + HOUR, since=at + timedelta(seconds=1), settled=()) == ()
    assert len(calendar.due(schedule, now=at + HOUR, since=at, settled=())) == 1


def test_a_settled_slot_is_not_due_again_but_one_of_another_rule_is():
    schedule = make_schedule()
    at = calendar.instant(schedule, date(2026, 3, 3))
    settled = {(schedule.rule, date(2026, 3, 3))}

    assert calendar.due(schedule, now=at, since=at - DAY, settled=settled) == ()
    assert calendar.due(make_schedule(hour=8), now=at, since=at - DAY, settled=settled) != ()


@given(SCHEDULES, INSTANTS)
def test_the_next_slot_is_the_first_one_later(schedule, after):
    following = calendar.next_slot(schedule, after)

    assert after < following.at <= after + 8 * DAY
    assert following.local_date.weekday() == schedule.weekday
    assert calendar.instant(schedule, following.local_date - 7 * DAY) <= after


@given(SCHEDULES, INSTANTS)
def test_the_next_slot_becomes_due_at_its_instant_and_not_before(schedule, after):
    slot = calendar.next_slot(schedule, after)
    before, at = (
        calendar.due(schedule, now=now, since=after, settled=())
        for now in (slot.at - timedelta(microseconds=1), slot.at)
    )

    assert slot not in [due.slot for due in before]
    assert at[-1] == calendar.DueSlot(slot=slot, late=timedelta(0), missed=False)


@given(SCHEDULES, INSTANTS)
def test_a_slot_shows_the_time_it_was_asked_for_unless_the_clocks_leap(schedule, after):
    slot = calendar.next_slot(schedule, after)
    local = slot.at.astimezone(ZoneInfo(schedule.zone))
    offsets = {
        at.astimezone(ZoneInfo(schedule.zone)).utcoffset()
        for at in (slot.at - 3 * HOUR, slot.at, slot.at + 3 * HOUR)
    }

    assert len(offsets) > 1 or (local.date(), local.hour, local.minute) == (
        slot.local_date,
        schedule.hour,
        schedule.minute,
    )


class _Ledger:
    """Slots under a unique key; opening one that is there is refused, as a database would."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, date], str] = {}

    def settle(self, key: tuple[str, date], state: str) -> None:
        assert key not in self.rows, f"{key} twice"
        self.rows[key] = state


@pytest.mark.parametrize("seed", range(3))
def test_each_slot_is_settled_once_whatever_happens_to_the_machine(seed):
    """Eighty weeks of restarts, outages, clocks set wrong and crashing ticks, in three zones."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    schedules = [
        make_schedule(weekday=6, hour=2, minute=30, zone="Europe/Berlin", grace=36 * HOUR),
        make_schedule(weekday=0, hour=9, minute=0, zone="America/New_York", grace=36 * HOUR),
        make_schedule(weekday=4, hour=23, minute=55, zone="Australia/Lord_Howe", grace=36 * HOUR),
    ]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    true, end = start, start + timedelta(weeks=80)
    ledger, error = _Ledger(), timedelta(0)
    outages = jumps = 0
    while true < end + 40 * HOUR:
        roll = rng.random()
        if roll < 0.01:
            true += rng.random() * 30 * HOUR
            outages += 1
        elif roll < 0.03:
            error = timedelta(minutes=rng.uniform(-90, 10))
            jumps += 1
        elif roll < 0.10:
            error = timedelta(0)
        true += timedelta(minutes=rng.uniform(5, 60))
        now = true + error
        for schedule in schedules:
            for due in calendar.due(schedule, now=now, since=start, settled=ledger.rows.keys()):
                if rng.random() < 0.2:
                    break  # the process dies before its transaction ends
                key = (due.slot.rule, due.slot.local_date)
                ledger.settle(key, "missed" if due.missed else "taken")

    expected = {
        (schedule.rule, (start + timedelta(days=day)).date())
        for schedule in schedules
        for day in range(80 * 7)
        if (start + timedelta(days=day)).weekday() == schedule.weekday
    }
    assert expected <= ledger.rows.keys()
    assert len(ledger.rows) - len(expected) <= 2 * len(schedules)
    assert set(ledger.rows.values()) == {"taken"}
    assert outages > 20
    assert jumps > 40
    assert Counter(rule for rule, _ in expected).most_common(1)[0][1] == 80


def test_an_outage_longer_than_grace_leaves_a_missed_slot_to_be_seen():
    schedule = make_schedule()
    at = calendar.instant(schedule, date(2026, 3, 3))

    [due] = calendar.due(schedule, now=at + 3 * DAY, since=at - DAY, settled=())

    assert due.missed
    assert due.late == 3 * DAY
