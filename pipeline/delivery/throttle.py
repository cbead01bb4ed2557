"""How fast messages may be handed over: every window of a limit's period, wherever it begins.

What was handed over is kept in buckets. A bucket tells only its start, so each message in it is
taken to be as young as the bucket allows: a limit is never exceeded, and a bucket of a sixtieth
of the period costs at most 1/61 of the permitted rate.
"""

import math
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_LIMIT = re.compile(r"([0-9]{1,9})\s*/\s*([smhd])")
#: How finely a period is divided.
_BUCKETS = 60

#: (start of a bucket, how many were handed over in it)
Spent = Sequence[tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any window of so long a period."""

    count: int
    period: timedelta

    def __post_init__(self) -> None:
        if self.count < 1 or self.period <= timedelta(0):
            raise ValueError("a limit allows at least one message in some time")

    @property
    def bucket_seconds(self) -> int:
        """The width of a bucket in the ledger, which knows whole seconds only."""
        return max(1, int(self.period.total_seconds()) // _BUCKETS)

    @property
    def key(self) -> str:
        """The name of the limit's buckets in the ledger, such as ``50000/86400``."""
        return f"{self.count}/{int(self.period.total_seconds())}"

    def since(self, now: datetime) -> datetime:
        """Give the start of the oldest bucket that may still count."""
        return now - self.period - timedelta(seconds=self.bucket_seconds)

    def wait(self, spent: Spent, now: datetime, *, width: timedelta) -> float:
        """Give the seconds until one more message is allowed; 0 when it is now.

        ``spent`` is in order of time. A bucket from the future (the clock was set back) counts
        as one of now, so no answer is longer than the period and one bucket.
        """
        counted = [
            (min(start, now), count) for start, count in spent if start + width > now - self.period
        ]
        free = self.count - sum(count for _, count in counted)
        for start, count in counted:
            if free > 0:
                break
            free += count
            if free > 0:
                return (start + width + self.period - now).total_seconds()
        return 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit that must be kept at once; none at all is no limit."""

    limits: tuple[Limit, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """Read limits such as ``14/s, 50000/d``; units s, m, h and d. Empty text is no limit.

        Raises ValueError with a sentence.
        """
        limits = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = _LIMIT.fullmatch(part)
            if match is None or int(match[1]) == 0:
                raise ValueError(f"{part!r} is no rate; write such as '14/s' or '14/s, 50000/d'")
            limits.append(Limit(int(match[1]), _UNITS[match[2]]))
        return cls(tuple(limits))

    def __bool__(self) -> bool:
        return bool(self.limits)

    def wait(
        self, spent: Spent, now: datetime, *, width: timedelta = timedelta(seconds=1)
    ) -> float:
        """Give the seconds until every limit allows one more message."""
        return max((limit.wait(spent, now, width=width) for limit in self.limits), default=0.0)

    def seconds_for(self, messages: int) -> float:
        """Give the seconds that so many messages take at least, the first one leaving at once."""
        return max(
            (
                max(0, math.ceil(messages / limit.count - 1)) * limit.period.total_seconds()
                for limit in self.limits
            ),
            default=0.0,
        )


class Throttle:
    """What one sender has handed over lately, finer than the ledger keeps it.

    Begun with the ledger's buckets (by :attr:`Limit.key`), so that a restart forgets nothing.
    At most 62 buckets per limit are kept, however many messages there are.
    """

    def __init__(self, limits: Limits, spent: Mapping[str, Spent] | None = None) -> None:
        self._windows = [
            _Window(limit, (spent or {}).get(limit.key, ())) for limit in limits.limits
        ]

    def wait(self, now: datetime) -> float:
        """Give the seconds until one more message is allowed."""
        return max((window.wait(now) for window in self._windows), default=0.0)

    def spend(self, now: datetime, count: int = 1) -> None:
        """Note that so many messages are being handed over now."""
        for window in self._windows:
            window.spend(now, count)


class _Window:
    """The buckets of one limit, oldest first."""

    def __init__(self, limit: Limit, spent: Spent) -> None:
        self._limit = limit
        self._width = limit.period / _BUCKETS
        # A bucket of the ledger may be wider than ours: moved to its end, it counts as long.
        shift = timedelta(seconds=limit.bucket_seconds) - self._width
        self._spent = deque((start + shift, count) for start, count in sorted(spent))

    def wait(self, now: datetime) -> float:
        self._settle(now)
        return self._limit.wait(self._spent, now, width=self._width)

    def spend(self, now: datetime, count: int) -> None:
        self._settle(now)
        if self._spent:
            start, before = self._spent[-1]
            if now < start + self._width:
                self._spent[-1] = (start, before + count)
                return
        self._spent.append((now, count))

    def _settle(self, now: datetime) -> None:
        """Drop what counts no more; after a clock was set back, nothing stays in the future."""
        edge = now - self._limit.period - self._width
        while self._spent and self._spent[0][0] <= edge:
            self._spent.popleft()
        if self._spent and self._spent[-1][0] > now:
            self._spent = deque((min(start, now), count) for start, count in self._spent)
