"""A relay without sockets, on a clock that jumps: what takes hours takes a moment."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from pipeline.delivery.parcel import Answered, Parcel
from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from tests.fakes import FakeClock

TAKEN = Reply(250, ("2.0.0 taken",), "2.0.0")
#: The clock moves by this much at least, as a wait does in the real world.
_TICK = 0.000_5


def say(code: int, enhanced: str, words: str) -> Reply:
    return Reply(code, (f"{enhanced} {words}",), enhanced)


@dataclass
class SimulatedRelay:
    """Fits the transport's protocol; every connection handles one message at a time."""

    clock: FakeClock
    connections: int = 4
    #: How long a message takes before its terminator, and after it.
    before: Callable[[Parcel], float] = lambda _: 0.001
    seconds: Callable[[Parcel], float] = lambda _: 0.01
    reply: Callable[[Parcel], Reply] = lambda _: TAKEN
    stage: Stage = Stage.END_OF_DATA
    #: What was handed over: (when, to whom).
    taken: list[tuple[float, str]] = field(default_factory=list)
    #: When each got its reply.
    answered: dict[str, float] = field(default_factory=dict)

    @property
    def doubt(self) -> int:
        return self.connections

    def run(self, feed: Feed) -> None:
        ticket = count()
        stock: deque[Parcel] = deque()
        busy: list[tuple[float, int, Parcel, bool]] = []
        looked_at = float("-inf")
        while True:
            now = self.clock.boot_time()
            if now >= looked_at + 0.5:
                feed.look_after()
                looked_at = now
            while busy and busy[0][0] <= now:
                _, _, parcel, is_handed = heapq.heappop(busy)
                if not is_handed and self.stage is Stage.END_OF_DATA:
                    if feed.commit((), [parcel]):
                        self.taken.append((now, parcel.recipient.address))
                        end = now + self.seconds(parcel)
                        heapq.heappush(busy, (end, next(ticket), parcel, True))
                    continue
                self.answered[parcel.recipient.address] = now
                feed.commit([Answered(parcel, self.stage, self.reply(parcel))], ())
            again_in = None
            if len(stock) < self.connections and not feed.is_ending:
                supply = feed.take(2 * self.connections)
                stock.extend(supply.parcels)
                again_in = supply.again_in
            if feed.is_ending:
                stock.clear()
            while stock and len(busy) < self.connections:
                parcel = stock.popleft()
                heapq.heappush(busy, (now + self.before(parcel), next(ticket), parcel, False))
            if not busy and not stock and again_in is None:
                return
            ends = [busy[0][0]] if busy else []
            waits = [now + min(again_in, 0.5)] if again_in is not None else []
            self.clock.advance(max(min(ends + waits) - now, _TICK))
