"""Turns at a limit that several senders keep to: taken from the ledger in small batches.

Seconds are those of the boot-time clock of the sender; the ledger has a time of its own.
"""

from pipeline.clock import Clock
from pipeline.delivery.ports import Outbox
from pipeline.model.allowance import Ask

#: Turns of so many seconds are one batch: a sender that is killed takes it with it.
SPAN = 0.2
#: Turns are taken when the first comes within so many seconds.
_AHEAD = 2.0
#: A turn that was not used so many seconds later is lost, or the interval if that is longer.
_KEPT = 1.0
#: Nobody looks back further after a word to slow down.
_PERIOD = 60.0
#: A wait so short is none.
_INSTANT = 1e-6


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)


class Turns:
    """What one sender has of them."""

    def __init__(  # noqa: PLR0913 - a limit, and where it is kept
        self,
        outbox: Outbox,
        key: str,
        clock: Clock,
        *,
        interval: float = 1.0,
        credit: float = 0.0,
        period: float = _PERIOD,
    ) -> None:
        self._outbox, self._key, self._clock = outbox, key, clock
        #: Seconds between two turns of those to come.
        self.interval = interval
        self._credit, self._period = credit, period
        #: The batch in hand: when its next turn is, how many are left, and how long each is.
        self._next, self._left, self._each = 0.0, 0, interval
        self._taken_at, self._end = 0.0, 0
        #: When turns that were given back had been used.
        self._returned: list[float] = []
        self._size, self._is_lost = 1, False
        self._ask_at = float("-inf")

    def wait(self, now: float) -> float:
        """Give the seconds until a turn; more are taken when none is left."""
        self._forget(now)
        if self._returned:
            return 0.0
        if not self._left:
            if now < self._ask_at:
                return self._ask_at - now
            self._take(now)
        wait = (self._next if self._left else self._ask_at) - now
        return wait if wait > _INSTANT else 0.0

    def give(self) -> None:
        """Note that a turn is used."""
        if self._returned:
            self._returned.pop()
        elif self._left:
            self._left -= 1
            self._next += self._each

    def take_back(self, given: float) -> None:
        """Note that a turn used then was not needed."""
        self._returned.append(given)

    def close(self) -> None:
        """Give back what is left of the batch, if nobody else took turns after it."""
        if self._left:
            length, self._left = int(self._left * self._each * 1_000_000), 0
            self._outbox.give_back(self._key, self._end, length)

    def _take(self, now: float) -> None:
        self._resize(now)
        length = max(1, _micro(self._size * self.interval))
        asked = Ask(
            key=self._key,
            length=length,
            credit=_micro(self._credit),
            ahead=_micro(_AHEAD),
            period=_micro(self._period),
        )
        grant = self._outbox.reserve(asked, now=self._clock.now())
        # Not before the answer: a turn comes rather a round trip too late than too soon.
        answered = self._clock.boot_time()
        wait = grant.wait / 1_000_000
        if grant.end is None:
            self._ask_at = answered + max(wait - _AHEAD, SPAN)
            return
        self._next, self._left = answered + wait, self._size
        self._each, self._end = length / self._size / 1_000_000, grant.end
        self._taken_at = answered

    def _resize(self, now: float) -> None:
        """Take as many turns as this sender uses up in the time that they last."""
        lasted = now - max(self._taken_at, self._next - self._size * self._each)
        if self._is_lost or lasted > 3 * SPAN:
            self._size //= 2
        elif lasted < 2 * SPAN:
            self._size *= 2
        self._size = max(1, min(self._size, int(SPAN / self.interval)))
        self._is_lost = False

    def _forget(self, now: float) -> None:
        """Lose the turns that were not used in time: made up for, they would be a burst."""
        oldest = now - max(_KEPT, self._each)
        if self._returned:
            self._returned = [it for it in self._returned if it >= oldest]
        if self._left and self._next < oldest:
            lost = min(self._left, int((oldest - self._next) / self._each) + 1)
            self._left -= lost
            self._next += lost * self._each
            self._is_lost = True
