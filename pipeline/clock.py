"""Edge: the only reader of the time and the only sleeper."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

# CLOCK_MONOTONIC stands still while a machine sleeps; a lease does not.
_boot_time = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if hasattr(time, "CLOCK_BOOTTIME")
    else time.monotonic
)


class Clock(Protocol):
    """What the time is, and how to let it pass."""

    def now(self) -> datetime:
        """Tell the wall clock's time, aware, in UTC."""
        ...

    def boot_time(self) -> float:
        """Seconds since the machine booted, its sleep included; it never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class SystemClock:
    """The machine's own clocks, until somebody is heeded who knows the time better."""

    def __init__(self) -> None:
        #: What another clock said, and our boot-time clock then.
        self._told: tuple[datetime, float] | None = None

    def heed(self, told: datetime) -> None:
        """Go by another clock, which says so now, from here on."""
        self._told = told, _boot_time()

    def now(self) -> datetime:
        if self._told is None:
            return datetime.now(UTC)
        told, at = self._told
        return told + timedelta(seconds=_boot_time() - at)

    def boot_time(self) -> float:
        return _boot_time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
