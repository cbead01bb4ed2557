"""Which slots are due: a pure function of the rule, the ledger and now.

A slot is a *local date*, so neither a change of the clocks nor a clock that was set can make it
twice. Whoever asks late still finds it, for eight days; how late it is, is part of the answer.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.model.issue import Slot

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: How far back a slot that nobody saw is looked for.
LOOKS_BACK = timedelta(days=8)

_AT = re.compile(r"(?P<day>[a-z]+)\s+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})", re.IGNORECASE)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The rule of a weekly newsletter. Raises ValueError for a time or zone there is not."""

    #: Monday is 0.
    weekday: int
    hour: int
    minute: int
    #: The IANA name of the time zone that weekday and hour are meant in.
    zone: str
    #: A slot that is later than this is missed, not sent late.
    grace: timedelta

    def __post_init__(self) -> None:
        if not (self.weekday in range(7) and self.hour in range(24) and self.minute in range(60)):
            raise ValueError("there is no such time of the week")
        if self.grace < timedelta(0):
            raise ValueError("grace cannot be negative")
        _zone(self.zone)

    @property
    def rule(self) -> str:
        """The rule in words; what the ledger knows it by."""
        at = f"{self.hour:02}:{self.minute:02}"
        return f"{WEEKDAYS[self.weekday]} {at} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSlot:
    """A slot whose time has come."""

    slot: Slot
    late: timedelta
    #: It is later than ``grace``.
    missed: bool


def parse_at(text: str) -> tuple[int, int, int]:
    """Read ``tuesday 09:00`` as weekday (Monday is 0), hour and minute; ``tue`` will do.

    Raises ValueError with a sentence.
    """
    match = _AT.fullmatch(text.strip())
    if match is not None:
        day, hour, minute = match["day"].lower(), int(match["hour"]), int(match["minute"])
        days = [n for n, name in enumerate(WEEKDAYS) if day in {name, name[:3]}]
        if days and hour < 24 and minute < 60:
            return days[0], hour, minute
    raise ValueError(f"{text!r} is no time of the week; write such as 'tuesday 09:00'")


def instant(schedule: Schedule, day: date) -> datetime:
    """Give the instant of a local date's slot, in UTC.

    A time that the clocks leap over is as much later as they leap; one that comes twice is the
    first of the two.
    """
    local = datetime(
        day.year, day.month, day.day, schedule.hour, schedule.minute, tzinfo=_zone(schedule.zone)
    )
    return local.astimezone(UTC)


def slot_on(schedule: Schedule, day: date) -> Slot:
    """Give the slot of a local date."""
    return Slot(schedule.rule, day, instant(schedule, day))


def next_slot(schedule: Schedule, after: datetime) -> Slot:
    """Give the first slot later than an instant."""
    today = after.astimezone(_zone(schedule.zone)).date()
    # Nine days hold two slots, and a leap of the clocks moves none by as much as a day.
    days = _days(schedule, today - _DAY, today + 8 * _DAY)
    return next(slot for slot in (slot_on(schedule, day) for day in days) if slot.at > after)


def due(
    schedule: Schedule,
    *,
    now: datetime,
    since: datetime,
    settled: Collection[tuple[str, date]],
) -> tuple[DueSlot, ...]:
    """Give the slots whose time has come and of which nothing was decided, oldest first.

    ``since`` is when the rule was first seen: what was due before was never promised.
    ``settled`` holds (rule, local date) of the slots that were taken, skipped or missed.
    """
    today = now.astimezone(_zone(schedule.zone)).date()
    slots = (slot_on(schedule, day) for day in _days(schedule, today - LOOKS_BACK, today + _DAY))
    return tuple(
        judge(schedule, slot, now=now)
        for slot in slots
        if max(since, now - LOOKS_BACK) <= slot.at <= now
        and (slot.rule, slot.local_date) not in settled
    )


def judge(schedule: Schedule, slot: Slot, *, now: datetime) -> DueSlot:
    """Say how late a slot is, and whether that is too late."""
    late = now - slot.at
    return DueSlot(slot=slot, late=late, missed=late > schedule.grace)


def _days(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    day = first + (schedule.weekday - first.weekday()) % 7 * _DAY
    while day <= last:
        yield day
        day += 7 * _DAY


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
