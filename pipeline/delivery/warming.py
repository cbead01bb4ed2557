"""The plan of a new relay: so many messages on its first day, a thousand times as many on the 42nd.

Days are those on which mail goes out. Outcomes decide, not the calendar: a day on which more than
5 % were told to come later is followed by a smaller one, and a day on which little was sent by one
like it. The curve is Ghost's (``DomainWarmingService``): start x 1000^(step/41).
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.model.warm_up import WarmUpDay

#: The step of the last day.
LAST = 41
_GROWTH = 1_000
#: More deferrals than this share of so many messages are a step back.
_TOO_MANY, _ENOUGH = 0.05, 20
#: A day teaches providers something when this part of it was used.
_USED = 0.5


def limit(start: int, step: int) -> int | None:
    """Give how many messages a day of the plan has; ``None`` after its end."""
    return None if step > LAST else int(start * _GROWTH ** (step / LAST))


def begin_day(last: WarmUpDay | None, day: date, *, start: int) -> WarmUpDay:
    """Give the day as it is to be gone on with, after the last one on which mail went out."""
    if last is None:
        return WarmUpDay(day=day, step=0)
    if last.day >= day:
        return last  # a clock that was set back begins no new day
    return WarmUpDay(day=day, step=_next_step(last, start))


def _next_step(last: WarmUpDay, start: int) -> int:
    if last.given >= _ENOUGH and last.deferred > _TOO_MANY * last.given:
        return max(0, last.step - 1)
    most = limit(start, last.step)
    return last.step + (most is None or last.given >= _USED * most)


def left(today: WarmUpDay, *, start: int) -> int | None:
    """Give how many messages the day still has; ``None``: any number."""
    most = limit(start, today.step)
    return None if most is None else max(0, most - today.given)


def seconds_for(messages: int, today: WarmUpDay, now: datetime, *, start: int) -> float:
    """Give the seconds until so many messages could have gone out, if all goes well."""
    midnight = next_day(now)
    seconds = 0.0
    while (room := left(today, start=start)) is not None and messages > room:
        messages -= room
        seconds = (midnight - now).total_seconds()
        midnight += timedelta(days=1)
        full = replace(today, given=max(today.given, limit(start, today.step) or 0))
        today = begin_day(full, today.day + timedelta(days=1), start=start)
    return seconds


def next_day(now: datetime) -> datetime:
    """Give the next midnight of UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
