"""Edge: the one thread that talks to the ledger, and the commits that it makes for all."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection
from queue import SimpleQueue
from typing import TypeVar

from pipeline.delivery.parcel import Answered, Outcome, Parcel, Supply
from pipeline.delivery.ports import Feed

#: Seconds that a hand-over waits for those of other connections to share its commit.
_GATHER = 0.001
#: Seconds that an outcome waits for a hand-over.
_LINGER = 0.02

_T = TypeVar("_T")


class Ledger:
    """Group commit: one begins when every connection asks for it, or a moment after the first.

    A commit takes the processor nearly the same for ten messages as for one, and the two threads
    hold each other up whenever they change places.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        on_commit: Callable[[list[Outcome], list[Parcel], Collection[Parcel]], None],
        on_supply: Callable[[Supply], None],
        gather: float = _GATHER,
    ) -> None:
        """Begin the thread.

        ``on_commit`` is told what was written, what was asked and which of that is granted;
        ``on_supply`` what was asked for by :meth:`fetch`. Both are called in the event loop.
        ``gather``: seconds that a hand-over waits for those of other connections.
        """
        self._feed = feed
        self._on_commit = on_commit
        self._on_supply = on_supply
        self._patience = gather
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="ledger", daemon=True)
        self._outcomes: list[Outcome] = []
        #: When the first of the outcomes came.
        self._since = 0.0
        self._wishes: list[Parcel] = []
        self._wanted = 0
        self._is_running = False
        self._is_called = False
        #: Something cannot wait for others.
        self._is_urgent = False
        #: Rings when a hand-over has waited for others; and when an outcome has.
        self._gathering: asyncio.TimerHandle | None = None
        self._lingering: asyncio.TimerHandle | None = None
        #: How many connections may ask for a hand-over.
        self.connections = 0
        self._rests: list[asyncio.Future[None]] = []
        self._error: BaseException | None = None
        self._thread.start()

    async def call(self, function: Callable[[], _T]) -> _T:
        """Have something done in the ledger's thread."""
        done: asyncio.Future[_T] = self._loop.create_future()

        def settle(result: _T | None, error: BaseException | None) -> None:
            if done.cancelled():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001 - it is raised where it was asked
                self._tell(settle, None, error)
            else:
                self._tell(settle, result, None)

        self._jobs.put(work)
        return await done

    def wish(self, parcel: Parcel) -> None:
        """Ask for the right to write the terminator."""
        self._wishes.append(parcel)
        self._gather()

    def record(self, outcome: Outcome) -> None:
        """Have an outcome written, with the next hand-over or a moment later."""
        if not self._outcomes:
            self._since = self._loop.time()
        self._outcomes.append(outcome)
        if not isinstance(outcome, Answered) or outcome.reply.digit != 2:
            # A refusal may stop the issue, so nobody goes on without having heard of it.
            self._is_urgent = True
            self._gather()
        elif self._lingering is None:
            self._linger()

    def fetch(self, count: int, *, now: bool) -> None:
        """Ask for so many parcels, with the next commit or ``now``."""
        self._wanted = count
        self._is_urgent = self._is_urgent or now
        self._gather()

    async def rest(self) -> None:
        """Have everything written that waits, and brought what was asked for.

        Raises what a commit raised that is no fault of the database.
        """
        while self._is_running or self._outcomes or self._wishes or self._wanted:
            self._ring()
            resting: asyncio.Future[None] = self._loop.create_future()
            self._rests.append(resting)
            await resting
        if self._error is not None:
            raise self._error

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be written."""
        return not (self._is_running or self._outcomes or self._wishes)

    def close(self) -> None:
        """End the thread; what a run that was broken off has heard is written first."""
        outcomes, self._outcomes = self._outcomes, []
        if outcomes:
            self._jobs.put(lambda: self._work(outcomes, [], 0))
        self._jobs.put(None)
        self._thread.join()

    def _gather(self) -> None:
        """Begin, unless there is somebody to wait for and no reason not to; then a moment later."""
        if self._is_running or self._is_called:
            return
        if self._is_urgent or len(self._wishes) >= self.connections > 0:
            self._ring()
        elif self._wishes:
            if self._gathering is None:
                self._gathering = self._loop.call_later(self._patience, self._ring)
        elif self._outcomes and self._lingering is None:
            self._linger()

    def _linger(self) -> None:
        """Write outcomes that no hand-over has followed for a while; look again when they have."""
        self._lingering = None
        if self._outcomes:
            left = self._since + _LINGER - self._loop.time()
            if left > 0:
                self._lingering = self._loop.call_later(left, self._linger)
            else:
                self._ring()

    def _ring(self) -> None:
        """Begin a commit when the loop has called everybody: what they ask goes with it."""
        if not (self._is_running or self._is_called):
            self._is_called = True
            self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._is_called = self._is_urgent = False
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if not (self._outcomes or self._wishes or self._wanted):
            return
        outcomes, self._outcomes = self._outcomes, []
        wishes, self._wishes = self._wishes, []
        wanted, self._wanted = self._wanted, 0
        self._is_running = True
        self._jobs.put(lambda: self._work(outcomes, wishes, wanted))

    def _work(self, outcomes: list[Outcome], wishes: list[Parcel], wanted: int) -> None:
        """Do one round in the ledger's thread: commit, then fetch."""
        error: BaseException | None = None
        granted: Collection[Parcel] = ()
        if outcomes or wishes:
            try:
                granted = self._feed.commit(outcomes, wishes)
            except BaseException as raised:  # noqa: BLE001 - it is raised where the run ends
                error = raised
        is_last = not wanted or error is not None
        self._tell(self._committed, outcomes, wishes, granted, error, is_last)
        if is_last:
            return
        supply = Supply()
        try:
            supply = self._feed.take(wanted)
        except BaseException as raised:  # noqa: BLE001 - as above
            error = raised
        self._tell(self._supplied, supply, error)

    def _committed(
        self,
        outcomes: list[Outcome],
        wishes: list[Parcel],
        granted: Collection[Parcel],
        error: BaseException | None,
        is_last: bool,  # noqa: FBT001 - it comes from the other thread by position
    ) -> None:
        self._error = self._error or error
        if is_last:
            self._is_running = False
        self._on_commit(outcomes, wishes, granted)
        if is_last:
            self._rested()

    def _supplied(self, supply: Supply, error: BaseException | None) -> None:
        self._error = self._error or error
        self._is_running = False
        self._on_supply(supply)
        self._rested()

    def _rested(self) -> None:
        self._gather()
        rests, self._rests = self._rests, []
        for resting in rests:
            if not resting.done():
                resting.set_result(None)

    @property
    def error(self) -> BaseException | None:
        """What a commit or a fetch raised that is no fault of the database."""
        return self._error

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _tell(self, function: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(function, *arguments)
