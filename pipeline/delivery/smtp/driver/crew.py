"""Edge: the places of a pool: one connection after the other in each, and what they teach us."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.hub import Carrier, Hub
from pipeline.delivery.smtp.driver.lane import Lane
from pipeline.delivery.smtp.driver.ledger import Ledger
from pipeline.delivery.smtp.driver.opening import open_connection
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.options import SmtpOptions
from pipeline.delivery.smtp.refusal import NoGreetingError, SessionRefusedError
from pipeline.errors import RelayError

#: So often in a row may a worker fail before it gives up.
_PATIENCE = 3


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until it happens, or for so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


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


class Crew:
    """Makes connections while parcels wait for one, and makes them anew when they are lost."""

    def __init__(  # noqa: PLR0913 - what it works with
        self,
        options: SmtpOptions,
        context: ssl.SSLContext | None,
        *,
        hub: Hub,
        ledger: Ledger,
        watch: Watch,
        waiting: Callable[[], int],
        finish: Callable[[], None],
    ) -> None:
        """Make no connection yet.

        ``waiting`` counts the parcels that no connection works on; ``finish`` begins the end of
        the run, when no connection is worth another try.
        """
        self._options = options
        self._context = context
        self._hub = hub
        self._ledger = ledger
        self._watch = watch
        self._waiting = waiting
        self._finish = finish
        self._workers = [_Worker() for _ in range(options.connections)]
        self._manner = _Manner()
        #: Workers without a connection, which is worth making when a parcel waits for it.
        self._sleeping: deque[asyncio.Future[None]] = deque()
        #: Connections that are being made.
        self._opening = 0
        #: Whether any connection was ever made.
        self._was_open = False
        #: What went wrong last with a connection.
        self.error: RelayError | None = None
        #: There is nothing more to send, or the run ends.
        self._finished = asyncio.Event()

    def start(self) -> list[asyncio.Task[None]]:
        """Begin; each task ends when its worker has nothing more to do."""
        return [asyncio.create_task(self._work(worker)) for worker in self._workers]

    def call(self) -> None:
        """Call those who have no connection, as far as one is of use."""
        while self._sleeping and self._may_open():
            self._opening += 1
            future = self._sleeping.popleft()
            if not future.done():
                future.set_result(None)

    def finish(self) -> None:
        """Make no connection any more, and have those there are come to their end."""
        self._finished.set()
        for future in self._sleeping:
            if not future.done():
                future.set_result(None)
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            if worker.lane is not None:
                loop.call_soon(worker.lane.turn)

    @property
    def is_finished(self) -> bool:
        return self._finished.is_set()

    def ended(self, lane: Carrier) -> None:
        """Hear that a connection is over."""
        for worker in self._workers:
            if worker.lane is lane:
                worker.over.set()

    def abandon(self) -> None:
        """Close every connection at once."""
        for worker in self._workers:
            if worker.lane is not None:
                worker.lane.abandon()

    @property
    def waits_for(self) -> str:
        """What nothing goes on without."""
        is_open = any(worker.lane is not None for worker in self._workers)
        return f"the greeting of {self._options.place}" if self._opening and not is_open else ""

    # -- one of them

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
                self.call()  # who waited for the first login
            if connection is not None:
                await self._carry(worker, connection)
                await self._ledger.rest()
            if worker.failures and not await self._goes_on(worker):
                self.call()  # what waits is theirs now
                return

    async def _is_needed(self) -> bool:
        """Wait until a connection more is of use; ``False`` when none is any more."""
        while not self._finished.is_set():
            if self._may_open():
                self._opening += 1
                return True
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._sleeping.append(future)
            await future
            if not self._finished.is_set():
                return True
        return False

    def _may_open(self) -> bool:
        """Whether a connection more is of use; a password is tried on one, before all use it."""
        if self._options.username and not self._was_open and self._opening:
            return False
        return self._waiting() > self._opening

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
        lane = worker.lane = Lane(connection, self._options, self._hub, chunking=chunking)
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
        await wait_for(self._finished, pause)
        return self._was_open

    def _note(self, worker: _Worker, error: RelayError) -> None:
        worker.failures += 1
        self.error = error
