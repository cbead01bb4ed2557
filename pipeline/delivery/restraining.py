"""Holding back from a provider, and coming back: halved at once, regained slowly.

Each word to slow down halves speed and connections. Ten clean minutes later they grow by 5 % a
minute, until they are what they were. A provider that named a time or a figure gets it.
"""

import math
from datetime import datetime, timedelta

from pipeline.delivery.slowing import Slowing
from pipeline.model.restraint import Restraint

#: Messages a second that are left however often the speed was halved.
SLOWEST = 1 / 60
_CLEAN = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)
_GROWTH = 1.05


def slowed(before: Restraint | None, slowing: Slowing, *, now: datetime, speed: float) -> Restraint:
    """Give what follows from a word to slow down; ``speed`` is the usual one, or today's."""
    share = share_at(before, now) if before else 1.0
    speed = max(before.speed if before and share < 1 else speed, SLOWEST)
    crawls_until = before.crawls_until if before else now
    per_minute = before.per_minute if before and crawls_until > now else 0
    if slowing.per_minute is not None:
        crawls_until = max(crawls_until, now + slowing.lasts)
        per_minute = min(per_minute or slowing.per_minute, slowing.per_minute)
    until = now + slowing.pause
    keeps = before is not None and before.until > until
    return Restraint(
        share=max(share / 2, SLOWEST / speed),
        speed=speed,
        since=now,
        until=max(before.until if before else now, until),
        per_minute=per_minute,
        crawls_until=crawls_until,
        reason=before.reason if before and keeps else slowing.reason,
        said=before.said if before and keeps else slowing.said,
    )


def share_at(restraint: Restraint, now: datetime) -> float:
    """Give the part of the usual speed and connections that is allowed again."""
    minutes = math.floor((now - restraint.since - _CLEAN) / _MINUTE)
    if minutes <= 0:
        return restraint.share
    # So many minutes regain everything, and a greater power might not fit a float.
    enough = math.log(1 / restraint.share, _GROWTH)
    return 1.0 if minutes >= enough else restraint.share * _GROWTH**minutes


def is_over(restraint: Restraint, now: datetime) -> bool:
    """Tell whether everything is as it was."""
    return max(restraint.until, restraint.crawls_until) <= now and share_at(restraint, now) >= 1


def interval(restraint: Restraint, now: datetime) -> float:
    """Give the seconds between two messages."""
    speed = max(restraint.speed * share_at(restraint, now), SLOWEST)
    if restraint.crawls_until > now and restraint.per_minute:
        speed = min(speed, restraint.per_minute / 60)
    return 1 / speed


def most_out(restraint: Restraint, now: datetime, *, usual: int) -> int:
    """Give how many messages may be on their way at once."""
    if restraint.crawls_until > now:
        return 1
    return max(1, int(usual * share_at(restraint, now)))
