"""Edge: several connections at once, until the feed gives no more or is ending."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import partial

from pipeline.delivery.parcel import Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.driver.crew import Crew, wait_for
from pipeline.delivery.smtp.driver.hub import Carrier
from pipeline.delivery.smtp.driver.ledger import Ledger
from pipeline.delivery.smtp.driver.opening import make_context
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.options import SmtpOptions

#: Seconds between two looks at leases, pause and stop.
_LOOK = 0.5
#: So often in a row may a worker fail before it gives up.
_PATIENCE = 3
#: Messages that wait for a connection: so many at most, and so many bytes of them.
_STOCK, _STOCK_BYTES = 64, 8_000_000


class Pool:
    """Everything here lives in one event loop; the ledger has a thread of its own.

    Fits :class:`pipeline.delivery.smtp.driver.hub.Hub`.
    """

    def __init__(
        self, options: SmtpOptions, feed: Feed, now: Callable[[], float] | None = None
    ) -> None:
        context = make_context(options)  # before there is a thread: it may raise
        self._options = options
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._watch = Watch(now)
        self._ledger = Ledger(feed, on_commit=self._committed, on_supply=self._supplied)
        #: Who asked for which hand-over.
        self._wishers: dict[Parcel, Carrier] = {}
        #: Parcels taken that no connection works on.
        self._waiting: deque[Parcel] = deque()
        #: Connections that have room, in the order in which they said so.
        self._idle: dict[Carrier, None] = {}
        #: Parcels taken and not settled.
        self._out = 0
        self._is_fetching = False
        #: How many parcels to ask for next: few at first, when nobody knows what they weigh.
        self._room = 2 * options.connections
        self._fetch_timer: asyncio.TimerHandle | None = None
        self.is_ending = False
        #: The feed gave nothing when it was asked last.
        self.is_drained = False
        self._woken = asyncio.Event()
        self._crash: BaseException | None = None
        self._crew = Crew(
            options,
            context,
            hub=self,
            ledger=self._ledger,
            watch=self._watch,
            waiting=self._waiting.__len__,
            finish=self._finish,
        )

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Send what the feed gives. Raises RelayError, and whatever the feed raises."""
        keeper = asyncio.create_task(self._look_after())
        keeper.add_done_callback(lambda _: self._end())
        tasks = self._crew.start()
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
            self._crew.abandon()
            self._ledger.close()

    async def _give_up(self) -> None:
        """Raise what is wrong with the relay, if anything is left; who asked may use another."""
        error = self._crew.error
        if error is None or self.is_ending:
            return
        self._finish()
        supply = await self._ledger.call(lambda: self._feed.take(1))
        self._waiting.extend(supply.parcels)
        is_left = bool(self._waiting) or supply.again_in is not None
        while self._waiting:
            self.record(Lost(self._waiting.popleft(), Loss.UNTRIED, str(error)))
        await self._ledger.rest()
        if is_left and not self.is_ending:
            raise error

    # -- looking after the run

    async def _look_after(self) -> None:
        while True:
            await self._ledger.call(partial(self._feed.look_after, self._crew.waits_for))
            self._hear()
            await wait_for(self._woken, _LOOK)
            self._woken.clear()

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
        if self._fetch_timer is not None:
            self._fetch_timer.cancel()
        self._idle.clear()
        self._crew.finish()

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
        self._crew.ended(lane)

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
        if self._is_fetching or self._crew.is_finished or self._fetch_timer is not None:
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
        self._crew.call()
