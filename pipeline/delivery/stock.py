"""The rows at hand: read from the shards we hold or could hold, until somebody may be served."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.clock import Clock
from pipeline.delivery.holding import Holding, Shard
from pipeline.delivery.pacing import Pace
from pipeline.delivery.ports import Outbox
from pipeline.delivery.queues import Queue, Queues
from pipeline.model.delivery import OTHER_PROVIDERS, DeliveryEvent, Recipient, Result

#: So many rows of a shard are read at once.
_PAGE = 200
#: Rows of small domains that are read ahead while all that were read have to wait.
_AHEAD = 10_000
#: Seconds until the ledger is asked again for shards of providers that have none at hand.
_ASK_AGAIN = 0.5


@dataclass(kw_only=True)
class Stock:
    """Gives the next row; on the way, rows whose time is up expire."""

    outbox: Outbox
    holding: Holding
    clock: Clock
    pace_of: Callable[[str], Pace]
    #: How many messages can be on the wire at once.
    most: int
    #: Where results of rows that expired are put, and how they are written down.
    results: list[Result]
    write: Callable[[], bool]
    queues: Queues = field(init=False)
    #: When the ledger had no more shards, and which providers it was not asked for.
    _asked: tuple[float, frozenset[str]] = field(default=(float("-inf"), frozenset()), init=False)

    def __post_init__(self) -> None:
        self.queues = Queues(self.pace_of, most=self.most)

    def next(self, now: float) -> Queue | None:
        """Give a queue whose first row may be given out now; ``None`` when there is none."""
        while (queue := self._find(now)) is not None:
            shard, recipient = queue.rows[0]
            if self.holding.is_held(shard.lease) and self.clock.now() < recipient.expires_at:
                return queue
            self.queues.pop(queue)
            if self.holding.is_held(shard.lease):
                self._expire(shard, recipient)
        return None

    def put_back(self, shard: Shard, recipient: Recipient) -> None:
        self.queues.put_back(shard, recipient)

    def _find(self, now: float) -> Queue | None:
        queue = self.queues.next(now)
        while queue is None and self._fetch(now):
            queue = self.queues.next(now)
        return queue or self.queues.next(now, alone=True)

    def _fetch(self, now: float) -> bool:
        """Read rows until a queue has some that it had not; ``False`` when there are no more."""
        while len(self.results) < _PAGE or self.write():
            loaded = self._loaded()
            shard = self.holding.readable(loaded)
            if shard is None:
                asked_at, without = self._asked
                if now < asked_at + _ASK_AGAIN and loaded and loaded >= without:
                    return False
                if not self.results:
                    self.holding.release_done()
                shard = self.holding.lease(loaded)
            if shard is None:
                self._asked = now, loaded
                return False
            if self._read(shard):
                return True
        return False

    def _loaded(self) -> frozenset[str]:
        """Name the providers of which no more rows are wanted."""
        waiting = self.queues.waiting
        return frozenset(
            name
            for name, rows in waiting.items()
            if rows >= (_AHEAD if name == OTHER_PROVIDERS else 1)
        )

    def _read(self, shard: Shard) -> bool:
        now = self.clock.now()
        rows = self.outbox.waiting(shard.lease, after=shard.after, limit=_PAGE, now=now)
        self.holding.read(shard, rows, is_last=len(rows) < _PAGE)
        for recipient in rows:
            if now < recipient.expires_at:
                self.queues.put_back(shard, recipient)
            else:
                self._expire(shard, recipient)
        return bool(rows)

    def _expire(self, shard: Shard, recipient: Recipient) -> None:
        self.results.append(
            Result(
                lease=shard.lease,
                subscriber_id=recipient.subscriber_id,
                event=DeliveryEvent.EXPIRE,
                reason="expired",
            )
        )
        self.holding.settle(shard.lease)
