"""Edge: Ctrl-C, SIGTERM and SIGHUP end a send with the messages in hand answered."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from pipeline.cli import output, streams
from pipeline.clock import Clock
from pipeline.delivery.report import StopReason

#: A signal is noticed so soon by who waits, in seconds.
_SLICE = 0.2


def _say_ending() -> None:
    output.warn("ending: the messages in hand are answered first")


class StopSignal:
    """Whether a signal asked to end.

    No ``threading.Event``: its lock is not reentrant, and a handler may interrupt who holds it.
    """

    def __init__(self, clock: Clock, tell: Callable[[], None] = _say_ending) -> None:
        self._clock = clock
        self._tell = tell
        self._asked = False
        #: Called in the handler, to end a wait at once.
        self.wake: Callable[[], None] = lambda: None
        #: Called in the handler when a signal comes once more, SIGHUP apart.
        self.again: Callable[[], None] = lambda: None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; a second Ctrl-C is for people who cannot wait, and may leave doubt.

        Not so a second SIGHUP: a shell whose terminal is closed sends it to whom the system has
        sent it already.
        """
        if self._asked and number != signal.SIGHUP:
            self.again()
        if self._asked and number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        self._asked = True
        self.wake()
        # RuntimeError: we interrupt somebody in the middle of a line.
        with contextlib.suppress(OSError, RuntimeError):
            self._tell()

    def end(self) -> None:
        """End as if a signal had asked for it."""
        self._asked = True

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
def stop_on_signals(clock: Clock, tell: Callable[[], None] = _say_ending) -> Iterator[StopSignal]:
    """Take SIGINT, SIGTERM and SIGHUP for the length of the block; ``tell`` says that one came."""
    stop = StopSignal(clock, tell)
    with _handled_by(stop.note):
        yield stop


def end_at_once() -> AbstractContextManager[None]:
    """Let a signal end the block with KeyboardInterrupt: a question has no messages."""
    return _handled_by(signal.default_int_handler)


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    taken = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        taken.append(signal.SIGHUP)
    shown = streams.terminals()

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            streams.lead_nowhere(shown)
        handler(number, frame)

    before = {number: signal.signal(number, handle) for number in taken}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
