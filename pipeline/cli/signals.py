"""Edge: Ctrl-C and SIGTERM end a send with the messages in hand answered."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

import click

from pipeline.clock import Clock
from pipeline.delivery.report import StopReason

#: A signal is noticed so soon by who waits, in seconds.
_SLICE = 0.2


class StopSignal:
    """Whether a signal asked to end.

    No ``threading.Event``: its lock is not reentrant, and a handler may interrupt who holds it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = False
        #: Called in the handler, to end a wait at once.
        self.wake: Callable[[], None] = lambda: None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; a second Ctrl-C is for people who cannot wait, and may leave doubt."""
        if self._asked and number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        self._asked = True
        self.wake()
        click.echo("ending: the messages in hand are answered first", err=True)

    def is_set(self) -> bool:
        return self._asked

    def wait(self, timeout: float) -> bool:
        """Let so many seconds pass, or fewer when a signal comes."""
        end = self._clock.boot_time() + timeout
        while not self._asked and (left := end - self._clock.boot_time()) > 0:
            self._clock.sleep(min(_SLICE, left))
        return self._asked

    def reason(self) -> StopReason | None:
        """Tell a sender why to end."""
        return StopReason.INTERRUPTED if self._asked else None


@contextmanager
def stop_on_signals(clock: Clock) -> Iterator[StopSignal]:
    """Take SIGINT and SIGTERM for the length of the block."""
    stop = StopSignal(clock)
    with _handled_by(stop.note):
        yield stop


def end_at_once() -> AbstractContextManager[None]:
    """Let SIGINT and SIGTERM end the block with KeyboardInterrupt: a question has no messages."""
    return _handled_by(signal.default_int_handler)


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
