"""Edge: the one thread that talks to the ledger, and the commits that it makes for all."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.delivery.parcel import Lost, Outcome, Parcel
from pipeline.delivery.ports import Feed

#: Seconds that an outcome waits for a hand-over to share its commit.
_LINGER = 0.02

_T = TypeVar("_T")


class Ledger:
    """Group commit: what is asked while a commit runs goes together into the next one."""

    def __init__(self, feed: Feed, on_change: Callable[[], None]) -> None:
        self._feed = feed
        self._on_change = on_change
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._outcomes: list[Outcome] = []
        self._wishes: list[tuple[Parcel, asyncio.Future[bool]]] = []
        self._running: asyncio.Future[Collection[Parcel]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._error: BaseException | None = None

    async def call(self, function: Callable[[], _T]) -> _T:
        """Have something done in the ledger's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def hand_over(self, parcel: Parcel) -> bool:
        """Ask for the right to write the terminator; ``True`` once it is committed."""
        granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._wishes.append((parcel, granted))
        self._ring()
        return await granted

    def record(self, outcome: Outcome) -> None:
        """Have an outcome written, with the next hand-over or a moment later."""
        self._outcomes.append(outcome)
        if isinstance(outcome, Lost) or outcome.reply.digit != 2:
            # A refusal may stop the issue, so nobody goes on without having heard of it.
            self._ring()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LINGER, self._ring)

    async def drain(self) -> bool:
        """Have everything written that waits; tell whether there was anything.

        Raises what a commit raised that is no fault of the database.
        """
        had_work = False
        while self._running or self._outcomes or self._wishes:
            had_work = True
            self._ring()
            if self._running:
                await asyncio.wait([self._running])
        if self._error is not None:
            raise self._error
        return had_work

    def close(self) -> None:
        self._thread.shutdown()

    def _ring(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._running is not None or not (self._outcomes or self._wishes):
            return
        outcomes, self._outcomes = self._outcomes, []
        wishes, self._wishes = self._wishes, []
        parcels = [parcel for parcel, _ in wishes]
        self._running = asyncio.get_running_loop().run_in_executor(
            self._thread, self._feed.commit, outcomes, parcels
        )
        self._running.add_done_callback(lambda done: self._committed(done, wishes))

    def _committed(
        self,
        done: asyncio.Future[Collection[Parcel]],
        wishes: list[tuple[Parcel, asyncio.Future[bool]]],
    ) -> None:
        error = done.exception()
        self._error = self._error or error
        for parcel, granted in wishes:
            if granted.done():
                continue
            if error is not None:
                granted.set_exception(error)
            else:
                granted.set_result(parcel in done.result())
        self._running = None
        self._on_change()
        self._ring()
