"""Who is next: the rows read from the ledger, a queue for each mailbox provider, taken in turn.

A queue that must wait steps out of the turn: for a time, or until a message on the way is settled.
While several compete, none has so many on the way that, with those that others leave unanswered,
no connection is left; one that nobody knows yet has a single message on the way, and so has one
that is slow to answer, beside one that is not. The last place that is not held for long is left
to who answered quickly so far. Where one place is all there is, who held it for long rests for a
while, unless nobody else is there.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count

from pipeline.delivery.holding import Shard
from pipeline.delivery.pacing import Pace
from pipeline.delivery.parcel import Parcel
from pipeline.delivery.places import Places
from pipeline.model.delivery import OTHER_PROVIDERS, Recipient

#: After so many seconds on the wire without an outcome a message makes its provider a slow one.
_SLOW = 10.0
#: Messages that who is quick may have on the way while others hold every place but one.
_LAST = 2
#: On the only place, a message that took so many seconds is followed by a rest, so much longer.
_LONG, _REST = 0.25, 3.0
#: Seconds for which it is believed that the ledger has nobody else to serve.
_ALONE = 0.5


@dataclass(slots=True, eq=False)
class Queue:
    """The rows of one provider."""

    name: str
    #: What its shards say: for a domain among many, :data:`OTHER_PROVIDERS`.
    provider: str
    pace: Pace
    rows: deque[tuple[Shard, Recipient]] = field(default_factory=deque)
    #: Messages on their way, oldest first, and when each was given out.
    out: dict[Parcel, float] = field(default_factory=dict)
    #: Those of them that are on the wire, and since when.
    begun: dict[Parcel, float] = field(default_factory=dict)
    #: Neither in the turn nor waiting for anything.
    is_idle: bool = True
    #: Waits for one of its messages to be settled.
    is_full: bool = False
    #: Whether the last outcome came in time; ``None`` before the first one.
    was_quick: bool | None = None
    #: It held the only place for long, and leaves it to others until then.
    rests_until: float = float("-inf")

    def is_slow(self, now: float) -> bool:
        """Whether an outcome is long in coming, or the last one was."""
        is_late = bool(self.begun) and now - next(iter(self.begun.values())) > _SLOW
        return self.was_quick is False or is_late

    def is_quick(self, now: float) -> bool:
        """Whether it is known to answer in time."""
        return self.was_quick is True and not self.is_slow(now)


class Queues:
    """Every queue, by the name of its provider or domain."""

    def __init__(self, pace_of: Callable[[str], Pace], *, most: int) -> None:
        """``most``: how many messages can be on the wire at once."""
        self._pace_of = pace_of
        #: While others compete: a quarter of the places, and one at least, is left to them.
        self._fair = max(1, most - max(1, most // 4))
        #: Places are shared by messages; a single one must be shared by time.
        self.has_one_place = most == 1
        self._last_reply = float("-inf")
        self._by_name: dict[str, Queue] = {}
        self._turn: deque[Queue] = deque()
        self._full: dict[Queue, None] = {}
        #: Those that may not have the last place.
        self._kept_out: dict[Queue, None] = {}
        self._places = Places(most)
        #: Those whose last outcome was long in coming.
        self._slow: set[Queue] = set()
        self._timed: list[tuple[float, int, Queue]] = []
        self._ticket = count()
        #: Until when the only queue there is counts as alone without a look at the ledger.
        self._alone_until = float("-inf")
        #: Rows that wait, by the provider of their shards.
        self.waiting: dict[str, int] = {}

    def add(self, shard: Shard, rows: Iterable[Recipient]) -> None:
        """Put rows of a shard at the end of their queues."""
        for recipient in rows:
            self.put_back(shard, recipient)

    def put_back(self, shard: Shard, recipient: Recipient) -> None:
        provider = name = shard.lease.provider
        if provider == OTHER_PROVIDERS:
            name = recipient.address.rpartition("@")[2].lower()
        queue = self._by_name.get(name)
        if queue is None:
            queue = self._by_name[name] = Queue(name, provider, self._pace_of(name))
        queue.rows.append((shard, recipient))
        self.waiting[provider] = self.waiting.get(provider, 0) + 1
        if queue.is_idle:
            queue.is_idle = False
            self._turn.append(queue)

    def next(self, now: float, *, alone: bool = False) -> Queue | None:
        """Give a queue whose first row may leave now; ``None`` when there is none.

        ``alone``: nothing else is left to read, so a queue that nobody competes with may have
        as many on the way as it likes.
        """
        while self._timed and self._timed[0][0] <= now:
            self._turn.append(heapq.heappop(self._timed)[2])
        is_last = alone
        if alone:
            alone = self._compete() == 1
            self._alone_until = now + _ALONE if alone else now
        else:
            there = len(self._turn) + len(self._full) + len(self._kept_out)
            alone = now < self._alone_until and there == 1
        if alone:
            for queue in [*self._full]:
                self._unfill(queue)
        if is_last:
            self._let_in_who_may(now)
        found = self._in_turn(now, alone=alone, is_last=is_last)
        if found is None and is_last and self._end_rests(now):
            found = self._in_turn(now, alone=alone, is_last=True)
        return found

    def _in_turn(self, now: float, *, alone: bool, is_last: bool) -> Queue | None:
        for _ in range(len(self._turn)):
            queue = self._turn[0]
            if not queue.rows:
                self._turn.popleft()
                self._retire(queue)
                continue
            most = queue.pace.most_out()
            if not alone:
                held = self._held_by_others(queue, now)
                if held >= self._fair and self._is_to_leave(queue, now, is_last=is_last):
                    self._turn.popleft()
                    self._kept_out[queue] = None
                    continue
                most = min(most, self._share(queue, held, now, is_last=is_last))
            if len(queue.out) >= most:
                self._turn.popleft()
                queue.is_full = True
                self._full[queue] = None
                continue
            wait = max(queue.pace.wait(now), queue.rests_until - now)
            if wait > 0:
                self._turn.popleft()
                heapq.heappush(self._timed, (now + wait, next(self._ticket), queue))
                continue
            self._turn.rotate(-1)
            return queue
        return None

    def _share(self, queue: Queue, held: int, now: float, *, is_last: bool) -> int:
        """Give how many a queue that is not alone may have on the way."""
        if queue.was_quick is None:
            return 1
        if queue.is_slow(now):
            return 1 if self._is_to_leave(queue, now, is_last=is_last) else self._fair
        if held and any(not it.is_slow(now) for it in self._others(queue)):
            # On the last place the next one waits for the one before.
            return self._fair - held if held < self._fair else _LAST
        return self._fair

    def _held_by_others(self, queue: Queue, now: float) -> int:
        """Count the places that others hold for long, or will."""
        known = sum(len(it.out) for it in self._slow if it is not queue) if self._slow else 0
        return known + self._places.kept_by_others(queue, now)

    def _is_to_leave(self, queue: Queue, now: float, *, is_last: bool) -> bool:
        """Whether somebody competes who is known to be quick, or at least not to be slow.

        While there is more to read, there may be.
        """
        if self.has_one_place or queue.is_quick(now):
            return False
        if not is_last:
            return True
        if queue.was_quick is None:
            return any(it.is_quick(now) for it in self._others(queue))
        return any(not it.is_slow(now) for it in self._others(queue))

    def _let_in_who_may(self, now: float) -> None:
        """Have those looked at again who left something to others that are not there any more."""
        if not any(it.is_quick(now) for it in self._others()):
            self._let_in()
        if not any(not it.is_slow(now) for it in self._others()):
            for queue in [*self._full]:
                self._unfill(queue)

    def _others(self, queue: Queue | None = None) -> Iterator[Queue]:
        """Give whoever competes, beside the queue."""
        return (it for it in chain(self._turn, self._full) if it is not queue and it.rows)

    def give(self, queue: Queue, parcel: Parcel, now: float) -> None:
        """Note that a message is on its way."""
        queue.out[parcel] = now
        self._places.give(parcel, queue, now)

    def pop(self, queue: Queue) -> tuple[Shard, Recipient]:
        """Take the first row of a queue."""
        shard, recipient = queue.rows.popleft()
        self.waiting[queue.provider] -= 1
        return shard, recipient

    def note_reply(self, queue: Queue, parcel: Parcel, now: float) -> None:
        """Note how long a message took; on the only place, not counting those before it."""
        is_quick = now - queue.begun.get(parcel, now) <= _SLOW
        if is_quick is not queue.was_quick:
            queue.was_quick = is_quick
            (self._slow.discard if is_quick else self._slow.add)(queue)
        seconds = now - max(queue.out[parcel], self._last_reply)
        self._last_reply = now
        if self.has_one_place and seconds > _LONG:
            queue.rests_until = now + seconds * _REST

    def settled(self, queue: Queue, parcel: Parcel, now: float) -> float:
        """Note that a message is not on its way any more; give when it was given out."""
        given = queue.out.pop(parcel)
        self._places.settle(parcel, queue, now)
        if self._kept_out:
            self._let_in()
        if queue.is_full:
            self._unfill(queue)
        elif queue.is_idle and not queue.out:
            self._forget(queue)
        return given

    def wake(self, now: float) -> float | None:
        """Give the seconds until a queue may be served again; ``None``: when one is settled."""
        return self._timed[0][0] - now if self._timed else None

    @property
    def is_full(self) -> bool:
        """Whether a queue waits for a message on the way."""
        return bool(self._full or self._kept_out)

    def loaded(self) -> frozenset[str]:
        """Name the providers that have rows waiting here."""
        return frozenset(name for name, rows in self.waiting.items() if rows)

    def held(self, now: float) -> dict[str, float]:
        """Give the providers whose rows all wait for a time, and the seconds until it comes."""
        return {
            queue.provider: at - now
            for at, _, queue in self._timed
            if queue.provider != OTHER_PROVIDERS and queue.rests_until <= now
        }

    def _end_rests(self, now: float) -> bool:
        """Let those who rest go on, since nobody else is there; tell whether there are any."""
        resting = {queue for _, _, queue in self._timed if queue.rests_until > now}
        self._timed = [it for it in self._timed if it[2] not in resting]
        heapq.heapify(self._timed)
        for queue in resting:
            queue.rests_until = float("-inf")
            self._turn.append(queue)
        return bool(resting)

    def _compete(self) -> int:
        return sum(1 for queue in (*self._turn, *self._full, *self._kept_out) if queue.rows)

    def _let_in(self) -> None:
        """Have those who were kept out looked at again."""
        self._turn.extend(self._kept_out)
        self._kept_out.clear()

    def _unfill(self, queue: Queue) -> None:
        queue.is_full = False
        self._full.pop(queue, None)
        self._turn.append(queue)

    def _retire(self, queue: Queue) -> None:
        queue.is_idle = True
        if not queue.out:
            self._forget(queue)

    def _forget(self, queue: Queue) -> None:
        """Keep no queue of a domain that has nothing to tell."""
        is_small = queue.provider == OTHER_PROVIDERS
        is_plain = queue.pace.rating is None and queue.pace.restraint is None
        if is_small and is_plain and queue.was_quick is not False:
            self._by_name.pop(queue.name, None)
