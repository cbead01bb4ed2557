"""Whether one more message may leave now: exact windows of a limit's period, evenly filled.

Two rules hold at once for a limit of C messages in a period P:

- The window. A message may leave when fewer than C have left in the last P. It is kept to a
  two-thousandth of P, however many messages there are, and a message stays in it a hair longer
  than P, so that the relay's clock and ours may differ by that much.
- The pace, for a period of up to a minute: P/C between two messages. Whoever counts sliding
  windows then never sees a burst and a pause. Who comes late may make up for a little of it.

Times are seconds of the boot-time clock: a wall clock that jumps changes no rate.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable
from operator import attrgetter

from pipeline.delivery.limits import Limit

#: Into so many grains a window is divided.
_GRAINS = 2_048
#: The share of a period that a message stays in its window beyond it, and the most it may be.
_GUARD, _MOST_GUARD = 1 / 400, 0.25
#: The share of a period that may be made up for after a delay, and the most it may be.
_CREDIT, _MOST_CREDIT = 1 / 20, 1.0
#: A wait so short is none; it may be too short to be added to a time.
_INSTANT = 1e-6


class _Grain:
    """Messages that left so close together that they leave the window together."""

    __slots__ = ("count", "first", "last")

    def __init__(self, at: float, count: int) -> None:
        self.first, self.last, self.count = at, at, count


_FIRST, _LAST = attrgetter("first"), attrgetter("last")


class Throttle:
    """The messages of one limit's last period."""

    def __init__(
        self,
        limit: Limit,
        spent: Iterable[tuple[float, int]] = (),
        *,
        is_paced: bool | None = None,
    ) -> None:
        """Begin with what is known to have left: (when, how many).

        ``is_paced`` is the limit's own; not when somebody else sees to the pace.
        """
        self._count = limit.count
        self.period = limit.seconds + min(limit.seconds * _GUARD, _MOST_GUARD)
        self._width = limit.seconds / _GRAINS
        self._interval = (
            self.period / limit.count if (limit.is_paced if is_paced is None else is_paced) else 0.0
        )
        self.credit = min(limit.seconds * _CREDIT, _MOST_CREDIT)
        self._grains = deque(_Grain(at, count) for at, count in sorted(spent))
        self._total = sum(grain.count for grain in self._grains)
        #: When the next message leaves if nobody is late.
        self._next_at: float | None = None

    def wait(self, now: float) -> float:
        """Give the seconds until one more message may leave; 0 when it may now."""
        grains, edge = self._grains, now - self.period
        while grains and grains[0].last <= edge + _INSTANT:
            self._total -= grains.popleft().count
        wait = 0.0 if self._next_at is None else self._next_at - now
        too_many = self._total - self._count + 1
        if too_many > 0:
            for grain in grains:
                too_many -= grain.count
                if too_many <= 0:
                    wait = max(wait, grain.last - edge)
                    break
        return wait if wait > _INSTANT else 0.0

    def give(self, now: float) -> None:
        """Note that a message leaves now."""
        self._add(now)
        if self._interval:
            due = now if self._next_at is None else max(self._next_at, now - self.credit)
            self._next_at = due + self._interval

    def move(self, given: float, left: float) -> None:
        """Note that a message given out then did not leave before."""
        if left - given > self._width:
            self.take_back(given)
            self._add(left)

    def take_back(self, given: float) -> None:
        """Note that a message given out then will not leave."""
        place = bisect_right(self._grains, given, key=_FIRST) - 1
        if place >= 0 and given <= self._grains[place].last and self._grains[place].count:
            self._grains[place].count -= 1
            self._total -= 1

    def _add(self, at: float) -> None:
        """Count a message in the first grain that leaves no sooner than it."""
        self._total += 1
        grains = self._grains
        if not grains or at > grains[-1].last:
            if grains and at < grains[-1].first + self._width:
                grains[-1].last = at
                grains[-1].count += 1
            else:
                grains.append(_Grain(at, 1))
            return
        grains[bisect_left(grains, at, key=_LAST)].count += 1
