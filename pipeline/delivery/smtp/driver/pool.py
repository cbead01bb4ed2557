"""Edge: several connections at once, until the feed gives no more or is ending."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.ledger import Ledger
from pipeline.delivery.smtp.driver.opening import make_context, open_connection
from pipeline.delivery.smtp.driver.wire import GoneError
from pipeline.delivery.smtp.options import SmtpOptions
from pipeline.errors import RelayError

#: Seconds between two looks at leases, pause and stop.
_LOOK = 0.5
#: So often in a row may a worker fail before it gives up.
_PATIENCE = 3


@dataclass(eq=False)
class _Worker:
    """One place of the pool: one connection after the other."""

    connection: Connection | None = None
    #: Failures in a row; a complete reply to a message sets it back.
    failures: int = 0
    #: The terminator is wished for or written, so its reply must be waited for.
    is_handing: bool = False


class Pool:
    """Everything here lives in one event loop; the ledger has a thread of its own."""

    def __init__(self, options: SmtpOptions, feed: Feed) -> None:
        self._options = options
        self._feed = feed
        self._context = make_context(options)
        self._loop = asyncio.get_running_loop()
        self._ledger = Ledger(feed, self._hear)
        self._workers = [_Worker() for _ in range(options.connections)]
        #: Parcels taken that no connection works on.
        self._waiting: deque[Parcel] = deque()
        self._taking = asyncio.Lock()
        self._ending = asyncio.Event()
        self._woken = asyncio.Event()
        #: There is nothing more to send, or the run ends: no use in waiting for a connection.
        self._drained = asyncio.Event()
        #: Whether any connection was ever made.
        self._was_open = False
        #: What went wrong last with a connection.
        self._error: RelayError | None = None

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Send what the feed gives. Raises RelayError, and whatever the feed raises."""
        keeper = asyncio.create_task(self._look_after())
        keeper.add_done_callback(lambda _: self._end())
        tasks = [asyncio.create_task(self._work(worker)) for worker in self._workers]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            if not all(task.done() for task in tasks):
                self._end()  # one failed: the others have their messages answered
                await asyncio.wait(tasks)
            await self._ledger.drain()
            for task in (*tasks, keeper):
                if task.done():
                    task.result()
            if self._error is not None and not self._ending.is_set() and await self._has_more():
                raise self._error
        finally:
            for task in (keeper, *tasks):
                task.cancel()
            await asyncio.gather(keeper, *tasks, return_exceptions=True)
            for worker in self._workers:
                if worker.connection is not None:
                    worker.connection.wire.abort()
            self._ledger.close()

    async def _has_more(self) -> bool:
        supply = await self._ledger.call(lambda: self._feed.take(1))
        return bool(self._waiting or supply.parcels) or supply.again_in is not None

    # -- looking after the run

    async def _look_after(self) -> None:
        while True:
            await self._ledger.call(self._feed.look_after)
            self._hear()
            await self._wait_for(self._woken, _LOOK)
            self._woken.clear()

    def _hear(self) -> None:
        if self._feed.is_ending and not self._ending.is_set():
            self._end()

    def _end(self) -> None:
        """Begin nothing more, and drop what was not handed over: the relay forgets it."""
        self._ending.set()
        self._drained.set()
        for worker in self._workers:
            if worker.connection is not None and not worker.is_handing:
                worker.connection.wire.drop("the run ends")

    async def _wait_for(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    # -- one worker

    async def _work(self, worker: _Worker) -> None:
        while await self._is_supplied():
            # The parcel is taken after the connection is made: others may take it meanwhile.
            connection = await self._connection(worker)
            if connection is not None and self._waiting and not self._ending.is_set():
                await self._deliver(worker, connection, self._waiting.popleft())
            if worker.failures and not await self._goes_on(worker):
                return
        if worker.connection is not None:
            await worker.connection.quit()

    async def _is_supplied(self) -> bool:
        """See to it that a parcel waits; ``False`` when there is nothing more to do now."""
        async with self._taking:
            while not self._ending.is_set():
                if self._waiting:
                    self._drained.clear()
                    return True
                supply = await self._ledger.call(self._take)
                self._waiting.extend(supply.parcels)
                if supply.parcels:
                    continue
                if supply.again_in is not None:
                    await self._wait_for(self._ending, min(supply.again_in, _LOOK))
                # What is written now may put something back.
                elif not await self._ledger.drain():
                    break
        self._drained.set()
        return False

    def _take(self) -> Supply:
        return self._feed.take(2 * self._options.connections)

    async def _connection(self, worker: _Worker) -> Connection | None:
        """Give a connection that can carry a message; ``None`` when none can be made."""
        old = worker.connection
        if old is not None:
            if old.begun < old.allowance(self._options) and old.is_usable():
                return old
            worker.connection = None
            if not old.answered:
                self._note(worker, "the relay closed the connection before any message")
            await old.quit()
        try:
            worker.connection = await self._open()
        except RelayError as error:
            worker.failures += 1
            self._error = error
        self._was_open = self._was_open or worker.connection is not None
        return worker.connection

    async def _open(self) -> Connection | None:
        """Make a connection; ``None`` when the run ends meanwhile."""
        opening = asyncio.create_task(open_connection(self._options, self._context))
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({opening, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not opening.done():
            opening.cancel()
            await asyncio.wait({opening})
            return None
        return opening.result()

    async def _goes_on(self, worker: _Worker) -> bool:
        """Wait a little after a failure, longer each time; tell whether to try again."""
        pause = self._options.timeouts.reconnect * 2 ** (worker.failures - 1)
        await self._wait_for(self._drained, pause)
        return self._was_open and worker.failures < _PATIENCE

    async def _deliver(self, worker: _Worker, connection: Connection, parcel: Parcel) -> None:
        """See one message through, and have its outcome written."""
        try:
            outcome = await self._transact(worker, connection, parcel)
        finally:
            worker.is_handing = False
        match outcome:
            case Answered():
                self._ledger.record(outcome)
                if connection.is_open or connection.answered > 1:
                    worker.failures = 0
                else:
                    self._note(worker, f"the relay closes the connection: {outcome.reply}")
            case Lost():
                if outcome.loss is not Loss.UNTRIED:
                    self._note(worker, outcome.why)
                self._ledger.record(outcome)
                await self._ledger.drain()
            case None:
                connection.wire.abort()
        if not connection.is_open:
            connection.wire.abort()
            worker.connection = None

    async def _transact(
        self, worker: _Worker, connection: Connection, parcel: Parcel
    ) -> Outcome | None:
        """Offer, have the hand-over committed, finish; ``None``: dropped, the row stays queued."""
        try:
            replied = await connection.offer(parcel.envelope, parcel.message)
            if replied is None:
                if self._ending.is_set():
                    return None
                worker.is_handing = True
                if not await self._ledger.hand_over(parcel):
                    return None
                replied = connection.early_refusal()
            if replied is None and not self._feed.may_hand_over(parcel):
                connection.wire.abort()
                return Lost(parcel, Loss.UNTRIED, "the lease ended before the terminator")
            if replied is None:
                connection.finish()
                replied = await connection.verdict()
            return Answered(parcel, replied.stage, replied.reply)
        except GoneError as gone:
            connection.wire.abort()
            if self._ending.is_set() and not worker.is_handing:
                return None
            return Lost(parcel, connection.loss, str(gone))

    def _note(self, worker: _Worker, why: str) -> None:
        worker.failures += 1
        self._error = RelayError(why, place=self._options.place)
