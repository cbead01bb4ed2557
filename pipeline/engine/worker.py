"""Edge: a worker: takes rings, has threads answer them, and knows when it had better die.

::

    event loop: rings taken, a tick rung for now and then, a round trip to the database ("pulse")
    threads:    one for each slot that sends, one for the care of the rest
    watchdog:   a thread; no pulse for long -> the process ends, and its supervisor starts another

A lost connection ends a registration, not the worker: it registers anew, and only when the database
stays away it ends with the sentence that says so.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from pipeline.clock import Clock
from pipeline.delivery.report import StopReason
from pipeline.engine import jobs
from pipeline.errors import DatabaseError, StateError
from pipeline.store import postgres
from pipeline.store.postgres_database import PostgresDatabase

#: Seconds between two sweeps that a worker rings for; workers beside each other share them.
_SWEEP: Final = 10.0
#: Seconds between two pulses, and without any until the worker counts as hung.
_PULSE, _HUNG = 5.0, 90.0
#: What a supervisor is told then: try again (EX_TEMPFAIL).
HUNG_EXIT: Final = 75
#: Registrations that end at once before it is a defect, and seconds that are "at once".
_VAIN, _AT_ONCE = 5, 5.0
#: Tries to reach a database that is restarting, a second apart.
_TRIES: Final = 15


class Answers(Protocol):
    """What a worker does when a bell rings. Called from threads; none of them raises."""

    def plan(self, issue: int) -> None:
        """Go on with freezing an issue."""
        ...

    def send_shard(self, issue: int, shard: int) -> None:
        """Send what can be sent, if the shard waits for somebody."""
        ...

    def tick(self) -> None:
        """Ring again for whatever is due and nobody is at."""
        ...


class Stop(Protocol):
    """Whether to end."""

    #: Called when it is set.
    wake: Callable[[], None]

    def is_set(self) -> bool:
        """Tell whether to end."""
        ...

    def reason(self) -> StopReason | None:
        """Tell a sender why to end."""
        ...


class Watchdog:
    """Ends a process whose event loop, or whose connection, hangs."""

    def __init__(
        self,
        clock: Clock,
        say: Callable[[str], None],
        *,
        end: Callable[[int], Any] = os._exit,
        every: float = _PULSE,
    ) -> None:
        self._clock = clock
        self._say = say
        self._end = end
        self._every = every
        self._pulse_at = self._looked_at = clock.boot_time()

    def pulse(self) -> None:
        """Note that everything goes round."""
        self._pulse_at = self._clock.boot_time()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="mailbag-watchdog", daemon=True).start()

    def look(self) -> None:
        """End the process if there was no pulse for long, though there could have been."""
        now = self._clock.boot_time()
        if now - self._looked_at > 3 * self._every:
            # The whole process stood still, so the pulse could not come either.
            self._pulse_at = now
        self._looked_at = now
        if now - self._pulse_at > _HUNG:
            self._say(
                f"mailbag: no answer from the database for {_HUNG:.0f} s; the worker ends, so that"
                " its supervisor starts another"
            )
            self._end(HUNG_EXIT)

    def _watch(self) -> None:
        while True:
            self._clock.sleep(self._every)
            self.look()


@dataclass(kw_only=True)
class Worker:
    """One process of a newsletter's workers."""

    database: PostgresDatabase
    bells: jobs.Bells
    answers: Answers
    #: Senders beside each other.
    slots: int
    clock: Clock
    say: Callable[[str], None]
    _round: jobs.Round = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)
    _watchdog: Watchdog = field(init=False)

    def work(self, stop: Stop) -> None:
        """Take rings until ``stop`` is set; then what is in hand is answered.

        Raises DatabaseError when the database stays away.
        """
        jobs.hush()
        self._watchdog = Watchdog(self.clock, self.say)
        self._watchdog.start()
        with ThreadPoolExecutor(self.slots + 1, "mailbag-slot") as threads:
            self._threads = threads
            asyncio.run(self._run(stop))

    async def _run(self, stop: Stop) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        # What Procrastinate cannot write down about a ring is no loss.
        loop.set_exception_handler(lambda _loop, _context: None)

        def wake() -> None:
            loop.call_soon_threadsafe(ended.set)

        stop.wake = wake
        if stop.is_set():
            return
        vain = 0
        while not ended.is_set():
            begun_at = self.clock.boot_time()
            error = await self._once(ended)
            if ended.is_set():
                return
            vain = vain + 1 if self.clock.boot_time() - begun_at < _AT_ONCE else 0
            if vain == _VAIN:
                raise StateError(
                    f"Procrastinate takes no rings here: {error}",
                    place=self.database.place,
                    remedy=f"drop its schema, DROP SCHEMA {jobs.SCHEMA} CASCADE: nothing is lost",
                )
            await self._find_database(ended)

    async def _once(self, ended: asyncio.Event) -> BaseException | None:
        """Register, and take rings until the end, or until something breaks; give what broke."""
        answers = self.answers
        self._round = jobs.Round(
            self.database,
            {
                "plan": partial(self._in_thread, answers.plan),
                "send_shard": partial(self._in_thread, answers.send_shard),
                "tick": self._tick,
            },
        )
        try:
            async with self._round.opened():
                end = asyncio.create_task(ended.wait())
                takers = [
                    asyncio.create_task(self._round.take(jobs.SEND, self.slots)),
                    asyncio.create_task(self._round.take(jobs.CARE, 1)),
                ]
                sides = [
                    asyncio.create_task(self._every(_SWEEP, self._round.ring_tick)),
                    asyncio.create_task(self._every(_PULSE, self._pulse)),
                ]
                await asyncio.wait([end, *takers, *sides], return_when=asyncio.FIRST_COMPLETED)
                # The pulse goes on while the messages in hand are answered.
                broke = await _cancelled(end, *takers)
                return await _cancelled(*sides) or broke
        except Exception as error:  # noqa: BLE001 - whatever broke, the next look tells why
            return error

    async def _find_database(self, ended: asyncio.Event) -> None:
        """Wait for a database that is restarting; raises DatabaseError when it stays away."""
        for left in range(_TRIES, 0, -1):
            self._watchdog.pulse()  # it is the database that is away, and nothing hangs
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 1.0)
            if ended.is_set():
                return
            try:
                with postgres.errors_in_words(self.database.place):
                    await asyncio.to_thread(self.bells.make)
            except DatabaseError:
                if left == 1:
                    raise
            else:
                return

    async def _in_thread(self, answer: Callable[..., None], **ids: int) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, partial(answer, **ids))

    async def _tick(self) -> None:
        await self._round.bury()
        await self._in_thread(self.answers.tick)

    async def _pulse(self) -> None:
        await self._round.ask()
        self._watchdog.pulse()

    async def _every(self, seconds: float, call: Callable[[], Any]) -> None:
        while True:
            await call()
            await asyncio.sleep(seconds)


async def _cancelled(*tasks: asyncio.Task[Any]) -> BaseException | None:
    """End tasks and wait for their ends; give the first error that one of them had."""
    for task in tasks:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    errors = [it for it in found if isinstance(it, Exception)]
    return errors[0] if errors else None
