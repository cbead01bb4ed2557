"""The limits of one scope: all mail, a relay, or a mailbox provider; kept across restarts.

What may be given out is written down before it is, a block at a time, so that a sender that is
killed forgets nothing: the ledger may know of up to a fiftieth more than left, never of less.
"""

from datetime import datetime, timedelta

from pipeline.clock import Clock
from pipeline.delivery.limits import Limit, Limits, Spent
from pipeline.delivery.ports import Outbox
from pipeline.delivery.throttle import Throttle

#: A block is this part of a limit.
_BLOCKS = 50
#: The quickest of so many messages counts, and of so many before them.
_LATELY = 64


#: The scope of all mail.
ALL = "all"


def relay_scope(name: str) -> str:
    """Name the scope of what goes through a relay."""
    return f"relay {name}".rstrip()


def provider_scope(name: str) -> str:
    """Name the scope of what goes to a mailbox provider."""
    return f"provider {name}"


def spent_before(outbox: Outbox, scope: str, limit: Limit, now: datetime) -> Spent:
    """Read what left under a limit; in a bucket of the ledger it left as late as it can have."""
    width = limit.bucket_seconds
    since = now - limit.period - timedelta(seconds=width)
    return [
        # A bucket from the future was written by a clock that has been set back.
        (max(0.0, (now - start).total_seconds() - width), count)
        for start, count in outbox.spent(key_of(scope, limit), since=since)
    ]


def key_of(scope: str, limit: Limit) -> str:
    """Name a limit of a scope in the ledger."""
    return f"{scope} /{int(limit.seconds)}"


class _Meter:
    """One limit: what left lately, and how much of it the ledger knows already."""

    def __init__(self, outbox: Outbox, scope: str, limit: Limit, clock: Clock) -> None:
        self._outbox, self._clock = outbox, clock
        self.is_stock = not limit.is_paced
        self._bucket = limit.bucket_seconds
        self._block = max(1, limit.count // _BLOCKS)
        self._key = key_of(scope, limit)
        #: Written down and not given out yet, and when it was written.
        self._unused, self._written = 0, clock.now()
        boot = clock.boot_time()
        spent = spent_before(outbox, scope, limit, clock.now())
        self.throttle = Throttle(limit, [(boot - ago, count) for ago, count in spent])

    def give(self, at: float) -> None:
        if not self._unused:
            self._write(self._block)
        self._unused -= 1
        self.throttle.give(at)

    def take_back(self, given: float) -> None:
        self.throttle.take_back(given)
        ago = timedelta(seconds=self._clock.boot_time() - given)
        # In an older bucket it stays: what the ledger knows may be too much, never too little.
        if self._start(self._clock.now() - ago) == self._start(self._written):
            self._unused += 1

    def save(self) -> None:
        """Have what is not given out yet stand in the bucket of now."""
        unused = self._unused
        if unused and self._start(self._clock.now()) != self._start(self._written):
            self.give_up()
            self._write(unused)

    def give_up(self) -> None:
        """Strike out what is written down and was not given out."""
        if self._unused:
            unused, self._unused = self._unused, 0
            self._spend(-unused, self._written)

    def _write(self, count: int) -> None:
        self._written = self._clock.now()
        self._spend(count, self._written)
        self._unused += count

    def _spend(self, count: int, at: datetime) -> None:
        self._outbox.spend(self._key, count, now=at, bucket_seconds=self._bucket)

    def _start(self, at: datetime) -> int:
        return int(at.timestamp()) // self._bucket


class Lateness:
    """How much later than the quickest a message is handed over, after it was given out.

    The time that all of them need moves their windows, and makes none of them fuller.
    """

    def __init__(self) -> None:
        self._quickest, self._lately, self._seen = float("inf"), float("inf"), 0

    def excess(self, seconds: float) -> float:
        """Note how long a message took; give how much longer than the quickest one lately."""
        if self._seen == _LATELY:
            self._quickest, self._lately, self._seen = self._lately, float("inf"), 0
        self._seen += 1
        self._lately = min(self._lately, seconds)
        self._quickest = min(self._quickest, seconds)
        return seconds - self._quickest


class Rating:
    """Asked before a message is given out, told what becomes of it."""

    def __init__(self, outbox: Outbox, scope: str, limits: Limits, clock: Clock) -> None:
        self._meters = tuple(_Meter(outbox, scope, limit, clock) for limit in limits.limits)

    def wait(self, now: float) -> float:
        """Give the seconds until one more message may leave; ``now`` is the boot-time clock's."""
        wait = 0.0
        for meter in self._meters:
            wait = max(wait, meter.throttle.wait(now))
        return wait

    def used_up(self, now: float) -> float:
        """Give the seconds until a limit of hours or days has room; 0 when it has."""
        stocks = (meter for meter in self._meters if meter.is_stock)
        return max((meter.throttle.wait(now) for meter in stocks), default=0.0)

    def give(self, now: float) -> None:
        """Note that a message is given out; raises DatabaseError when it cannot be written down."""
        for meter in self._meters:
            meter.give(now)

    def leave(self, given: float, at: float) -> None:
        """Note when a message that was given out then is handed over."""
        for meter in self._meters:
            meter.throttle.move(given, at)

    def take_back(self, given: float) -> None:
        """Note that a message that was given out then is not tried after all."""
        for meter in self._meters:
            meter.take_back(given)

    def save(self) -> None:
        """Keep what is written down up to date; to be called about once a second."""
        for meter in self._meters:
            meter.save()

    def close(self) -> None:
        """Leave in the ledger what was given out, and no more."""
        for meter in self._meters:
            meter.give_up()
