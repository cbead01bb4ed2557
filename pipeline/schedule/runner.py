"""Edge: wakes a function now and then, for as long as the process lives.

The ``schedule`` package is the alarm clock and nothing else: what is due is the business of
:mod:`pipeline.schedule.calendar`, so a ring too many, too late or lost does no harm.
What it gets wrong as a calendar (measured with 1.2.2) is kept out of its hands:

- It reckons in naive local time: no ring for an hour when the clocks go back. The process is put
  on UTC while it runs.
- A wall clock that is set back an hour silences it as long. A watchdog on the boot clock, which
  nobody sets, rings when it was quiet for four times the interval.
- A job that raises keeps its time and is run again at once, for ever. The bell catches.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from schedule import Scheduler

from pipeline.clock import Clock
from pipeline.errors import MailbagError

_log = logging.getLogger("mailbag.run")

#: Quiet for so many intervals, the alarm clock is taken to be stuck.
_PATIENCE = 4
#: The shortest and the longest sleep between two looks at the alarm clock, in seconds.
_NAP, _SLEEP = 0.2, 5.0


class Stop(Protocol):
    """Whether to end; :class:`threading.Event` is one."""

    def is_set(self) -> bool:
        """Tell whether to end."""
        ...

    def wait(self, timeout: float, /) -> bool:
        """Let so many seconds pass, or fewer when it is set meanwhile."""
        ...


class _Bell:
    """A tick that never raises, and the boot time of the last one."""

    def __init__(self, tick: Callable[[], object], clock: Clock) -> None:
        self._tick = tick
        self._clock = clock
        self.rang_at = clock.boot_time()

    def ring(self) -> None:
        try:
            self._tick()
        except MailbagError as error:
            _log.error("%s", error)
        except Exception:  # noqa: BLE001 - a defect in one tick must not end every tick to come
            _log.exception("the tick failed; the next one will try again")
        finally:
            self.rang_at = self._clock.boot_time()


def run_forever(tick: Callable[[], object], *, stop: Stop, clock: Clock, every: int = 30) -> None:
    """Call ``tick`` at once and then every so many seconds until ``stop`` is set.

    A tick that raises is logged (``mailbag.run``) and does not end the loop; it comes again with
    the next interval. A tick that takes longer than the interval delays the next one: two never
    run at once.
    """
    bell = _Bell(tick, clock)
    with _process_in_utc():
        alarm = Scheduler()
        alarm.every(every).seconds.do(bell.ring)
        alarm.run_all()
        while not stop.is_set():
            stop.wait(min(max(alarm.idle_seconds or 0.0, _NAP), _SLEEP))
            if stop.is_set():
                return
            if clock.boot_time() - bell.rang_at > _PATIENCE * every:
                alarm.run_all()
            else:
                alarm.run_pending()


@contextmanager
def _process_in_utc() -> Iterator[None]:
    """Have local time be UTC; times shown to people name their zone anyway."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
