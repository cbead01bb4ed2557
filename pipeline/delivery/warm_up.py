"""A relay's warm-up plan in one run: asked before a message is given out, and written down.

As with other limits, what may be given out is written down before it is, a block at a time.
"""

from dataclasses import replace

from pipeline.clock import Clock
from pipeline.delivery import warming
from pipeline.delivery.ports import Outbox

#: A block is this part of what the day has.
_BLOCKS = 50


class WarmUp:
    """The plan of one relay."""

    def __init__(self, outbox: Outbox, relay: str, start: int, clock: Clock) -> None:
        self._outbox, self._relay, self._start, self._clock = outbox, relay, start, clock
        self._today = warming.begin_day(outbox.warm_up(relay), clock.now().date(), start=start)
        #: How many of today's the ledger knows of; never fewer than were given out.
        self._written = self._today.given
        self._deferred = self._today.deferred

    def wait(self) -> float:
        """Give the seconds until the plan allows one more message."""
        now = self._clock.now()
        if now.date() > self._today.day:
            self.save()
            self._today = warming.begin_day(self._today, now.date(), start=self._start)
            self._written, self._deferred = 0, 0
        if warming.left(self._today, start=self._start) != 0:
            return 0.0
        return (warming.next_day(now) - now).total_seconds()

    def give(self) -> None:
        """Note that a message is given out; raises DatabaseError when it cannot be written down."""
        given = self._today.given + 1
        if given > self._written:
            most = warming.limit(self._start, self._today.step) or 0
            self._write(given + max(0, most // _BLOCKS - 1))
        self._today = replace(self._today, given=given)

    def take_back(self) -> None:
        """Note that a message is not tried after all."""
        self._today = replace(self._today, given=max(0, self._today.given - 1))

    def defer(self) -> None:
        """Note that a receiver said "later"."""
        self._today = replace(self._today, deferred=self._today.deferred + 1)

    def save(self) -> None:
        """Leave in the ledger what was given out, and what came of it."""
        if (self._written, self._deferred) != (self._today.given, self._today.deferred):
            self._write(self._today.given)

    def _write(self, given: int) -> None:
        self._outbox.warm(self._relay, replace(self._today, given=given))
        self._written, self._deferred = given, self._today.deferred
