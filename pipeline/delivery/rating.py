"""The rate of one sender: what the ledger remembers of it, and what was handed over since."""

from datetime import datetime

from pipeline.delivery.ports import Outbox
from pipeline.delivery.throttle import Limits, Throttle

#: Before the limit's own key in the ledger.
_PREFIX = "relay "


class Rating:
    """Asks before a message is given out, and writes down what was handed over."""

    def __init__(self, outbox: Outbox, limits: Limits, now: datetime) -> None:
        self._outbox = outbox
        self._limits = limits
        self._throttle = Throttle(
            limits,
            {
                limit.key: outbox.spent(_PREFIX + limit.key, since=limit.since(now))
                for limit in limits.limits
            },
        )
        self._unsaved = 0

    def wait(self, now: datetime) -> float:
        """Give the seconds until one more message may be given out."""
        return self._throttle.wait(now)

    def give(self, now: datetime) -> None:
        """Note that a message is given out; if it is not handed over, its place stays empty."""
        self._throttle.spend(now)

    def spend(self, count: int) -> None:
        """Note that so many messages were handed over."""
        self._unsaved += count

    def save(self, now: datetime) -> None:
        """Write down what was handed over, so that a restart does not forget it."""
        count, self._unsaved = self._unsaved, 0
        if count:
            for limit in self._limits.limits:
                seconds = limit.bucket_seconds
                self._outbox.spend(_PREFIX + limit.key, count, now=now, bucket_seconds=seconds)
