"""The messages on their way: given out, and what becomes of each is not known yet."""

from dataclasses import dataclass, field

from pipeline.clock import Clock
from pipeline.delivery.holding import Holding
from pipeline.delivery.paces import Paces
from pipeline.delivery.parcel import Parcel
from pipeline.delivery.queues import Queue
from pipeline.delivery.rating import Lateness
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.stock import Stock


@dataclass(kw_only=True)
class Outgoing:
    """Keeps the paces and the queues told."""

    stock: Stock
    paces: Paces
    holding: Holding
    clock: Clock
    #: Those whose hand-over is committed.
    handed: set[Parcel] = field(default_factory=set, init=False)
    #: All of them, and the queue each came from.
    _from: dict[Parcel, Queue] = field(default_factory=dict, init=False)
    _lateness: Lateness = field(default_factory=Lateness, init=False)

    def __len__(self) -> int:
        return len(self._from)

    def give(self, queue: Queue, parcel: Parcel, now: float) -> None:
        """Note that a message is given out; may raise DatabaseError."""
        self.paces.give(queue.pace, now)
        self._from[parcel] = queue
        self.stock.queues.give(queue, parcel, now)

    def leave(self, parcel: Parcel, now: float) -> None:
        """Note that the terminator of a message may be written."""
        self.handed.add(parcel)
        queue = self._from[parcel]
        if self.paces.is_rated(queue.pace):
            given = queue.out[parcel]
            self.paces.leave(queue.pace, given, given + self._lateness.excess(now - given))

    def slow(self, parcel: Parcel, slowing: Slowing, *, by_relay: bool) -> None:
        """Go slower to a message's provider, or to the relay if it is the one who says so."""
        queue = self._from[parcel]
        name = None if by_relay else queue.name
        self.paces.slow(name, queue.pace, slowing, given=queue.out[parcel])

    def settle(self, parcel: Parcel, now: float) -> None:
        """Be done with a message and its row."""
        self.handed.discard(parcel)
        queue, queues = self._from.pop(parcel), self.stock.queues
        queues.note_reply(queue, parcel, now)
        queues.settled(queue, parcel, now)
        self.holding.settle(parcel.lease)

    def drop(self, parcel: Parcel, *, puts_back: bool) -> None:
        """Note that a message is not tried after all; its row is, or is left to a later run."""
        self.handed.discard(parcel)
        queue = self._from.pop(parcel)
        given = self.stock.queues.settled(queue, parcel, self.clock.boot_time())
        self.paces.take_back(queue.pace, given)
        shard = self.holding.get(parcel.lease)
        if puts_back and shard is not None:
            self.stock.put_back(shard, parcel.recipient)
        else:
            self.holding.settle(parcel.lease)

    def recall(self) -> None:
        """Put back what nobody works on any more, except what may have been taken."""
        for parcel in [it for it in self._from if it not in self.handed]:
            self.drop(parcel, puts_back=True)
