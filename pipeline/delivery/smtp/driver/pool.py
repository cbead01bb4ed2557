"""Edge: several connections at once, until the feed gives no more or is ending."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from pipeline.delivery.parcel import Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.hub import Carrier
from pipeline.delivery.smtp.driver.lane import Lane
from pipeline.delivery.smtp.driver.ledger import Ledger
from pipeline.delivery.smtp.driver.opening import make_context, open_connection
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.options import SmtpOptions
from pipeline.delivery.smtp.refusal import NoGreetingError, SessionRefusedError
from pipeline.errors import RelayError

#: Seconds between two looks at leases, pause and stop.
_LOOK = 0.5
#: So often in a row may a worker fail before it gives up.
_PATIENCE = 3
#: Messages that wait for a connection: so many at most, and so many bytes of them.
_STOCK, _STOCK_BYTES = 64, 8_000_000


@dataclass(eq=False)
class _Worker:
    """One place of the pool: one connection after the other."""

    lane: Lane | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    #: Failures in a row; a complete reply to a message sets it back.
    failures: int = 0


@dataclass
class _Manner:
    """What was learnt about the relay: what it offered and cannot do is not tried again."""

    pipelining: bool = True
    chunking: bool = True
    #: It answered a whole group once, so a connection that is lost has other reasons.
    is_proven: bool = False


class Pool:
    """Everything here lives in one event loop; the ledger has a thread of its own.

    Fits :class:`pipeline.delivery.smtp.driver.hub.Hub`.
    """

    def __init__(
        self, options: SmtpOptions, feed: Feed, now: Callable[[], float] | None = None
    ) -> None:
        self._options = options
        self._feed = feed
        self._context = make_context(options)
        self._loop = asyncio.get_running_loop()
        self._watch = Watch(now)
        self._ledger = Ledger(feed, on_commit=self._committed, on_supply=self._supplied)
        self._workers = [_Worker() for _ in range(options.connections)]
        self._manner = _Manner()
        #: Who asked for which hand-over.
        self._wishers: dict[Parcel, Carrier] = {}
        #: Parcels taken that no connection works on.
        self._waiting: deque[Parcel] = deque()
        #: Connections that have room, in the order in which they said so.
        self._idle: dict[Carrier, None] = {}
        #: Workers without a connection, which is worth making when a parcel waits for it.
        self._sleeping: deque[asyncio.Future[None]] = deque()
        #: Connections that are being made.
        self._opening = 0
        #: Parcels taken and not settled.
        self._out = 0
        self._is_fetching = False
        #: How many parcels to ask for next: few at first, when nobody knows what they weigh.
        self._room = 2 * options.connections
        self._fetch_timer: asyncio.TimerHandle | None = None
        self.is_ending = False
        #: The feed gave nothing when it was asked last.
        self.is_drained = False
        #: There is nothing more to send, or the run ends.
        self._finished = asyncio.Event()
        self._woken = asyncio.Event()
        #: Whether any connection was ever made.
        self._was_open = False
        #: What went wrong last with a connection.
        self._error: RelayError | None = None
        self._crash: BaseException | None = None

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Send what the feed gives. Raises RelayError, and whatever the feed raises."""
        keeper = asyncio.create_task(self._look_after())
        keeper.add_done_callback(lambda _: self._end())
        tasks = [asyncio.create_task(self._work(worker)) for worker in self._workers]
        self._fetch()
        try:
            with self._watch:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                if not all(task.done() for task in tasks):
                    self._end()  # one failed: the others have their messages answered
                    await asyncio.wait(tasks)
            await self._ledger.rest()
            for task in (*tasks, keeper):
                if task.done():
                    task.result()
            if self._crash is not None:
                raise self._crash
            await self._give_up()
        finally:
            for task in (keeper, *tasks):
                task.cancel()
            await asyncio.gather(keeper, *tasks, return_exceptions=True)
            for worker in self._workers:
                if worker.lane is not None:
                    worker.lane.abandon()
            self._ledger.close()

    async def _give_up(self) -> None:
        """Raise what is wrong with the relay, if anything is left; who asked may use another."""
        if self._error is None or self.is_ending:
            return
        self._finish()
        supply = await self._ledger.call(lambda: self._feed.take(1))
        self._waiting.extend(supply.parcels)
        is_left = bool(self._waiting) or supply.again_in is not None
        while self._waiting:
            self.record(Lost(self._waiting.popleft(), Loss.UNTRIED, str(self._error)))
        await self._ledger.rest()
        if is_left and not self.is_ending:
            raise self._error

    # -- looking after the run

    async def _look_after(self) -> None:
        while True:
            await self._ledger.call(partial(self._feed.look_after, self._waits_for))
            self._hear()
            await self._wait_for(self._woken, _LOOK)
            self._woken.clear()

    @property
    def _waits_for(self) -> str:
        """What nothing goes on without."""
        is_open = any(worker.lane is not None for worker in self._workers)
        return f"the greeting of {self._options.place}" if self._opening and not is_open else ""

    def _hear(self) -> None:
        if self._feed.is_ending or self._ledger.error is not None:
            self._end()

    def _end(self) -> None:
        """Begin nothing more, and drop what was not handed over: the relay forgets it."""
        if self.is_ending:
            return
        self.is_ending = True
        self._finish()

    def _finish(self) -> None:
        self.is_drained = True
        self._finished.set()
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
        for future in self._sleeping:
            if not future.done():
                future.set_result(None)
        self._idle.clear()
        for worker in self._workers:
            if worker.lane is not None:
                self._loop.call_soon(worker.lane.turn)

    async def _wait_for(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    # -- for the lanes

    def next_parcel(self, lane: Carrier) -> Parcel | None:
        if len(self._waiting) <= self._low:
            self._fetch()
        if self._waiting:
            return self._waiting.popleft()
        self._idle[lane] = None
        return None

    def wish(self, parcel: Parcel, lane: Carrier) -> None:
        self._wishers[parcel] = lane
        self._ledger.wish(parcel)

    def may_hand_over(self, parcel: Parcel) -> bool:
        return self._feed.may_hand_over(parcel)

    def record(self, outcome: Outcome) -> None:
        self._ledger.record(outcome)

    def forgo(self, parcel: Parcel) -> None:
        del parcel
        self._out -= 1

    def ended(self, lane: Carrier) -> None:
        self._idle.pop(lane, None)
        for worker in self._workers:
            if worker.lane is lane:
                worker.over.set()

    def crashed(self, error: BaseException) -> None:
        self._crash = self._crash or error
        self._end()

    # -- from the ledger

    def _committed(
        self, outcomes: list[Outcome], wishes: list[Parcel], granted: Collection[Parcel]
    ) -> None:
        self._out -= len(outcomes)
        self._hear()
        for parcel in wishes:
            lane = self._wishers.pop(parcel)
            if parcel in granted:
                lane.granted(parcel)
            else:
                self._out -= 1
                lane.refused(parcel)
        # What was written may have put something back, or made room for somebody's next.
        if not self._waiting and (outcomes or len(granted) < len(wishes)):
            self._fetch_again()

    def _fetch(self) -> None:
        """Ask for more, with the next commit, or at once when nothing is left.

        Who was told to ask later sleeps until then, whatever calls the connections meanwhile.
        """
        if self._is_fetching or self._finished.is_set() or self._fetch_timer is not None:
            return
        self._is_fetching = True
        self._ledger.fetch(self._room, now=not self._waiting)

    @property
    def _low(self) -> int:
        return self._options.connections

    def _make_room(self, parcels: Sequence[Parcel]) -> None:
        """Ask for twice as many next time, as far as they fit."""
        most = max(_STOCK, 2 * self._options.connections * self._options.window)
        fits = _STOCK_BYTES // max(len(it.message.data) for it in parcels)
        self._room = max(self._options.connections, min(2 * self._room, most, fits))

    def _supplied(self, supply: Supply) -> None:
        self._is_fetching = False
        self._hear()
        if self.is_ending:
            return
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
            self._fetch_timer = None
        self._waiting.extend(supply.parcels)
        self._out += len(supply.parcels)
        if supply.parcels:
            self.is_drained = False
            self._make_room(supply.parcels)
        wait = supply.again_in
        if wait is None and not supply.parcels and not self._waiting:
            self.is_drained = True
            if not self._out and self._ledger.is_idle:
                self._finish()
                return
            wait = _LOOK
        if wait is not None:
            self._fetch_timer = self._loop.call_later(min(wait, _LOOK), self._fetch_again)
        self._hand_out()

    def _fetch_again(self) -> None:
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
            self._fetch_timer = None
        if len(self._waiting) <= self._low:
            self._fetch()

    def _hand_out(self) -> None:
        """Call those who have room: the connections first, then who has none yet."""
        idle, self._idle = self._idle, {}
        for lane in idle:
            lane.turn()
        self._call_workers()

    def _call_workers(self) -> None:
        while self._sleeping and self._may_open():
            self._opening += 1
            future = self._sleeping.popleft()
            if not future.done():
                future.set_result(None)

    # -- one worker

    async def _work(self, worker: _Worker) -> None:
        while await self._is_needed():
            connection = None
            try:
                connection = await self._open()
            except RelayError as error:
                self._note(worker, error)
                if isinstance(error, NoGreetingError):
                    worker.failures = _PATIENCE  # to wait as long once more would help nobody
                    if not self._was_open:
                        self._finish()
                if isinstance(error, SessionRefusedError) and error.is_of_the_login:
                    self._finish()  # accounts are locked for a few wrong passwords
            finally:
                self._opening -= 1
            self._was_open = self._was_open or connection is not None
            if self._options.username:
                self._call_workers()  # who waited for the first login
            if connection is not None:
                await self._carry(worker, connection)
                await self._ledger.rest()
            if worker.failures and not await self._goes_on(worker):
                self._call_workers()  # what waits is theirs now
                return

    async def _is_needed(self) -> bool:
        """Wait until a connection more is of use; ``False`` when none is any more."""
        while not self._finished.is_set():
            if self._may_open():
                self._opening += 1
                return True
            future: asyncio.Future[None] = self._loop.create_future()
            self._sleeping.append(future)
            await future
            if not self._finished.is_set():
                return True
        return False

    def _may_open(self) -> bool:
        """Whether a connection more is of use; a password is tried on one, before all use it."""
        if self._options.username and not self._was_open and self._opening:
            return False
        return len(self._waiting) > self._opening

    async def _open(self) -> Connection | None:
        """Make a connection; ``None`` when the run ends meanwhile."""
        pipelining = self._manner.pipelining
        opening = asyncio.create_task(
            open_connection(self._options, self._context, self._watch, pipelining=pipelining)
        )
        ending = asyncio.create_task(self._finished.wait())
        await asyncio.wait({opening, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not opening.done():
            opening.cancel()
            await asyncio.wait({opening})
            return None
        return opening.result()

    async def _carry(self, worker: _Worker, connection: Connection) -> None:
        """Send through the connection until it is over, and learn from it."""
        worker.over.clear()
        chunking = self._manner.chunking
        lane = worker.lane = Lane(connection, self._options, self, chunking=chunking)
        self._ledger.connections += 1
        lane.start()
        await worker.over.wait()
        self._ledger.connections -= 1
        worker.lane = None
        manner = self._manner
        manner.is_proven = manner.is_proven or lane.has_pipelined
        if lane.is_chunking_broken:
            manner.chunking = False
        if lane.failure and not manner.is_proven:
            manner.pipelining = False
        if lane.has_served:
            worker.failures = 0
        if lane.failure:
            self._note(worker, RelayError(lane.failure, place=self._options.place))

    async def _goes_on(self, worker: _Worker) -> bool:
        """Wait a little after a failure, longer each time; tell whether to try again."""
        if worker.failures >= _PATIENCE:
            return False
        pause = self._options.timeouts.reconnect * 2 ** (worker.failures - 1)
        await self._wait_for(self._finished, pause)
        return self._was_open

    def _note(self, worker: _Worker, error: RelayError) -> None:
        worker.failures += 1
        self._error = error
