"""Stand-ins that work: a clock that goes where it is told, and what fails when it is told."""

import threading
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pipeline.clock import Clock
from tests.factories import NOON


class FakeClock:
    """Goes on only when told to, or when somebody sleeps."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._boot = 1000.0
        self._turn = threading.Lock()
        #: Every sleep so far, in seconds.
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def boot_time(self) -> float:
        return self._boot

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        with self._turn:
            self._now += timedelta(seconds=seconds)
            self._boot += seconds

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep: what has stopped sees only the boot-time clock jump."""
        with self._turn:
            self._boot += seconds


class Failing:
    """Stands before something whose n-th call fails, and so many after it.

    A call fails before it acts; one of the ledger's that fails after it acted is a commit whose
    answer was lost.
    """

    def __init__(
        self,
        inner: object,
        error: Exception,
        *,
        at: int,
        times: int = 1,
        acts: bool = False,
        only: Collection[str] = (),
    ) -> None:
        """``only`` these methods count and fail; without them every one does."""
        self._inner, self._error, self._acts, self._only = inner, error, acts, frozenset(only)
        self._failing = range(at, at + times)
        #: Calls so far, by method.
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not callable(method) or (self._only and name not in self._only):
            return method

        def call(*arguments: Any, **names: Any) -> Any:
            self.calls[name] += 1
            fails = self.calls.total() in self._failing
            if fails and not self._acts:
                raise self._error
            result = method(*arguments, **names)
            if fails:
                raise self._error
            return result

        return call


def fits_clock(clock: FakeClock) -> Clock:
    """Let the type checker hold the fake to the real one's shape."""
    return clock
