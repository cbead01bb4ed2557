"""Limits that several senders keep to together: what each may use is taken from the ledger before.

A limit of seconds or minutes gives turns, one after the other, whoever takes them; one of hours or
days is a stock. Both are taken in small batches, so that one statement serves several messages:
that much a sender that is killed takes with it. A sender that ends gives back what it did not use.
"""

from datetime import datetime

from pipeline.clock import Clock
from pipeline.delivery.limits import Limit, Limits
from pipeline.delivery.ports import Outbox
from pipeline.delivery.rating import key_of, spent_before
from pipeline.delivery.throttle import Throttle
from pipeline.delivery.turns import SPAN, Turns

#: A stock is taken in blocks of which one lasts for about so many seconds,
_LASTS = 5.0
#: but of this part of it at most.
_BLOCKS = 50


class _Even:
    """A limit of seconds or minutes. No window of this sender alone holds more, either."""

    is_stock = False

    def __init__(self, outbox: Outbox, scope: str, limit: Limit, clock: Clock) -> None:
        self._window = Throttle(limit, is_paced=False)
        self._turns = Turns(
            outbox,
            key_of(scope, limit),
            clock,
            interval=self._window.period / limit.count,
            credit=self._window.credit,
            period=limit.seconds,
        )

    def wait(self, now: float) -> float:
        return self._window.wait(now) or self._turns.wait(now)

    def give(self, now: float) -> None:
        self._turns.give()
        self._window.give(now)

    def leave(self, given: float, at: float) -> None:
        self._window.move(given, at)

    def take_back(self, given: float) -> None:
        self._window.take_back(given)
        self._turns.take_back(given)

    def save(self) -> None:
        """Have nothing to keep up to date."""

    def close(self) -> None:
        self._turns.close()


class _Stock:
    """A limit of hours or days, of which no window holds more, whoever sends."""

    is_stock = True

    def __init__(self, outbox: Outbox, scope: str, limit: Limit, clock: Clock) -> None:
        self._outbox, self._scope, self._limit, self._clock = outbox, scope, limit, clock
        self._key, self._bucket = key_of(scope, limit), limit.bucket_seconds
        self._block = 1
        #: Written down and not given out yet, when by the ledger's clock, and since when.
        self._unused, self._written, self._taken_at = 0, clock.now(), 0.0
        self._ask_at = float("-inf")

    def wait(self, now: float) -> float:
        if not self._unused and now >= self._ask_at:
            self._take(now)
        return 0.0 if self._unused else self._ask_at - now

    def give(self, now: float) -> None:
        del now
        self._unused -= 1

    def leave(self, given: float, at: float) -> None:
        """Leave it in its bucket, which is wide."""

    def take_back(self, given: float) -> None:
        del given
        self._unused += 1

    def save(self) -> None:
        """Have what is not given out yet stand in the bucket of now."""
        now = self._clock.now()
        if self._unused and self._start(now) != self._start(self._written):
            before, self._written = self._written, now
            # In this order, so that nobody takes the room that is free in between.
            self._spend(self._unused, now)
            self._spend(-self._unused, before)

    def close(self) -> None:
        """Strike out what is written down and was not given out."""
        if self._unused:
            unused, self._unused = self._unused, 0
            self._spend(-unused, self._written)

    def _take(self, now: float) -> None:
        lasted = now - self._taken_at
        self._block = self._block // 2 if lasted > 2 * _LASTS else self._block * 2
        self._block = max(1, min(self._block, self._limit.count // _BLOCKS))
        self._taken_at, self._written = now, self._clock.now()
        self._unused = self._outbox.spend_within(
            self._key,
            self._block,
            most=self._limit.count,
            period=self._limit.period,
            now=self._written,
            bucket_seconds=self._bucket,
        )
        if not self._unused:
            spent = spent_before(self._outbox, self._scope, self._limit, self._written)
            self._ask_at = now + max(SPAN, self._limit.seconds_for(1, spent))

    def _spend(self, count: int, at: datetime) -> None:
        self._outbox.spend(self._key, count, now=at, bucket_seconds=self._bucket)

    def _start(self, at: datetime) -> int:
        return int(at.timestamp()) // self._bucket


class SharedRating:
    """As :class:`pipeline.delivery.rating.Rating`, together with other senders."""

    def __init__(self, outbox: Outbox, scope: str, limits: Limits, clock: Clock) -> None:
        self._meters = tuple(
            (_Even if limit.is_paced else _Stock)(outbox, scope, limit, clock)
            for limit in limits.limits
        )

    def wait(self, now: float) -> float:
        wait = 0.0
        for meter in self._meters:
            wait = max(wait, meter.wait(now))
        return wait

    def used_up(self, now: float) -> float:
        return max((it.wait(now) for it in self._meters if it.is_stock), default=0.0)

    def give(self, now: float) -> None:
        for meter in self._meters:
            meter.give(now)

    def leave(self, given: float, at: float) -> None:
        for meter in self._meters:
            meter.leave(given, at)

    def take_back(self, given: float) -> None:
        for meter in self._meters:
            meter.take_back(given)

    def save(self) -> None:
        for meter in self._meters:
            meter.save()

    def close(self) -> None:
        for meter in self._meters:
            meter.close()
