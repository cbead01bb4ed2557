"""Edge: the deadlines of all connections, looked at by one timer."""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol, Self

#: Seconds between two looks. No time limit here is shorter than seconds.
_EVERY = 0.1


class Watched(Protocol):
    """Something that has a deadline."""

    deadline: float

    def expire(self) -> None:
        """Hear that the deadline is past."""
        ...


class Watch:
    """One deadline per connection instead of a timer per wait.

    ``now`` gives seconds that never go back. While the machine sleeps they should stand still: a
    reply that came meanwhile is read before its time is said to be up.
    """

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.now = now or self._loop.time
        self._watched: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._timer = self._loop.call_later(_EVERY, self._look)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def add(self, watched: Watched) -> None:
        self._watched.add(watched)

    def remove(self, watched: Watched) -> None:
        self._watched.discard(watched)

    def _look(self) -> None:
        self._timer = self._loop.call_later(_EVERY, self._look)
        now = self.now()
        for watched in [it for it in self._watched if it.deadline <= now]:
            watched.deadline = math.inf
            watched.expire()
