"""One pace: of everything, of a relay, or of a mailbox provider: its limits, and how it was slowed.

Seconds are those of the boot-time clock.
"""

import sys
from datetime import timedelta
from math import inf

from pipeline.clock import Clock
from pipeline.delivery import restraining
from pipeline.delivery.rating import Rating
from pipeline.delivery.shaping import ProviderShape
from pipeline.delivery.sharing import SharedRating
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.turns import Turns
from pipeline.model.restraint import Restraint

#: The usual speed is measured over so many seconds.
_MEASURED = 60.0
#: What a few messages took in less time than this says little about a speed.
_AT_LEAST = 0.1


class Pace:
    """Asked before a message is given out, told what becomes of it."""

    __slots__ = (
        "__weakref__",
        "_before",
        "_begun",
        "_clock",
        "_count",
        "_most",
        "_next_at",
        "_places",
        "_shape",
        "_slowed_at",
        "rating",
        "restraint",
        "turns",
    )

    def __init__(
        self,
        clock: Clock,
        *,
        places: int,
        shape: ProviderShape,
        rating: Rating | SharedRating | None = None,
        restraint: Restraint | None = None,
    ) -> None:
        """``places``: how many messages can be on the wire at once."""
        # Short, for it is called as often as there are readers of small domains.
        self._clock, self._shape, self._places = clock, shape, places
        #: How many may be on their way at once when nothing slows us.
        self._most = shape.connections or sys.maxsize
        self.rating = rating
        self.restraint = restraint
        #: What a restraint leaves to all senders together, when there are several.
        self.turns: Turns | None = None
        self._next_at = self._slowed_at = self._begun = -inf
        self._count, self._before = 0, 0.0

    def wait(self, now: float) -> float:
        """Give the seconds until one more message may leave."""
        wait = self.rating.wait(now) if self.rating is not None else 0.0
        if self.restraint is not None:
            wait = max(wait, self._next_at - now, self._held_for(self.restraint))
            if self.turns is not None and wait <= 0:
                self.turns.interval = restraining.interval(self.restraint, self._clock.now())
                wait = self.turns.wait(now)
        return wait

    def most_out(self) -> int:
        """Give how many messages may be on their way at once."""
        if self.restraint is None:
            return self._most
        usual = min(self._places, self._most)
        return restraining.most_out(self.restraint, self._clock.now(), usual=usual)

    def give(self, now: float) -> None:
        """Note that a message is given out; raises DatabaseError when it cannot be written down."""
        if self.rating is not None:
            self.rating.give(now)
        if now - self._begun >= _MEASURED:
            self._before = self._count / (now - self._begun)
            self._begun, self._count = now, 0
        self._count += 1
        if self.restraint is not None:
            wall = self._clock.now()
            if restraining.is_over(self.restraint, wall):
                self.restraint = None
            elif self.turns is not None:
                self.turns.give()
            else:
                self._next_at = now + restraining.interval(self.restraint, wall)

    def leave(self, given: float, at: float) -> None:
        """Note when a message that was given out then is handed over."""
        if self.rating is not None:
            self.rating.leave(given, at)

    def take_back(self, given: float) -> None:
        """Note that a message that was given out then is not tried after all."""
        if self.rating is not None:
            self.rating.take_back(given)
        if self.turns is not None:
            self.turns.take_back(given)

    def slow(self, slowing: Slowing, given: float, *, senders: int = 1) -> bool:
        """Go slower; ``False`` when the message was given out before we last slowed down.

        What was on its way then says nothing about the speed since, unless it names a time.
        ``senders``: so many, and we are one of them, go as fast as we do.
        """
        if given <= self._slowed_at and not (slowing.pause or slowing.lasts):
            return False
        now = self._clock.boot_time()
        self.restraint = restraining.slowed(
            self.restraint, slowing, now=self._clock.now(), speed=self._speed(now, senders)
        )
        self._slowed_at = now
        self._next_at = now + restraining.interval(self.restraint, self._clock.now())
        return True

    def heed(self, restraint: Restraint) -> None:
        """Hold back as another sender was told to, or as a person says."""
        if self.restraint is None or restraint.since > self.restraint.since:
            self._slowed_at = self._clock.boot_time()
        self.restraint = restraint

    def close(self) -> None:
        """Leave in the ledger what was given out, and no more."""
        if self.rating is not None:
            self.rating.close()
        if self.turns is not None:
            self.turns.close()

    def _held_for(self, restraint: Restraint) -> float:
        left = restraint.until - self._clock.now()
        return max(left, timedelta(0)).total_seconds()

    def _speed(self, now: float, senders: int) -> float:
        """Give the usual speed: what the limits allow, or what was reached lately."""
        limits = self._shape.limits.limits
        if limits:
            return min(it.count / it.seconds for it in limits)
        ours = max(self._before, self._count / max(now - self._begun, _AT_LEAST))
        return ours * senders
