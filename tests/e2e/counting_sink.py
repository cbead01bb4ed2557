"""A mail server in a process of its own that counts what it took, and can kill who sends to it.

The counts outlive the sender, whatever happens to that; and a signal sent by the very thread that
took a message comes at a moment that no clock outside of it could hit.
"""

import contextlib
import hashlib
import multiprocessing
import os
import random
import signal
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Self

from tests.fault_sink import Action, FaultSink, Stall, Taken

#: Longer than anything takes; a sink that does not answer is broken.
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Shot:
    """A signal for a process, when so many more messages were taken."""

    process: int
    after: int
    number: int = signal.SIGKILL
    #: ``None``: before the sender hears of the message; else so many seconds later.
    delay: float | None = None


class CountingSink:
    """The sink as a test sees it."""

    def __init__(self, *, delay: float = 0.0) -> None:
        #: For each message, between its terminator and its reply.
        self._delay = delay
        self.port = 0

    def __enter__(self) -> Self:
        # Spawned, not forked: it shall hold no lock and no socket of the test's process.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._delay), daemon=True)
        self._process.start()
        theirs.close()
        self.port = self._hear()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(("end", None))
        self._process.join(_PATIENCE_SECONDS)
        self._process.close()
        self._pipe.close()

    def shoot(self, shot: Shot) -> None:
        """Let a signal be sent; only one at a time waits for its message."""
        self._pipe.send(("shoot", shot))
        self._hear()

    def digests(self) -> dict[str, list[str]]:
        """Give the sha256 of each message that was taken, by recipient."""
        self._pipe.send(("digests", None))
        found = self._hear()
        assert isinstance(found, dict)
        return found

    def counts(self) -> dict[str, int]:
        """Tell how many messages were taken for each recipient."""
        return {reader: len(found) for reader, found in self.digests().items()}

    def _hear(self) -> Any:
        assert self._pipe.poll(_PATIENCE_SECONDS), "the sink does not answer"
        return self._pipe.recv()


@dataclass
class _Tally(FaultSink):
    """Keeps digests in place of messages, and pulls the trigger."""

    #: Seconds between a terminator and its reply, on average.
    delay: float = 0.0
    #: By recipient; sha256 of the bytes.
    taken: defaultdict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list), init=False
    )
    shot: Shot | None = field(default=None, init=False)
    left: int = field(default=0, init=False)
    rng: random.Random = field(default_factory=lambda: random.Random(2), init=False)  # noqa: S311 - no secret

    def action(self, step: str, recipient: str) -> Action | None:
        """Take time for each message, unevenly, so that connections do not march in step."""
        if step == "." and self.delay:
            return Stall(self.rng.uniform(0, 2 * self.delay))
        return None

    def take(self, message: Taken) -> None:
        digest = hashlib.sha256(message.data).hexdigest()
        with self._lock:
            self.taken[message.recipient].append(digest)
            if self.shot is None:
                return
            self.left -= 1
            if self.left > 0:
                return
            shot, self.shot = self.shot, None
        if shot.delay is None:
            _fire(shot)
        else:
            threading.Timer(shot.delay, _fire, [shot]).start()

    def log(self, number: int, line: str) -> None:
        """Forget the dialogue: nobody asks for it, and it grows."""


def _fire(shot: Shot) -> None:
    # It may have come to its end before.
    with contextlib.suppress(ProcessLookupError):
        os.kill(shot.process, shot.number)


def _serve(pipe: Connection, delay: float) -> None:
    # Ctrl-C at a terminal is for the test; the sink ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _Tally(delay=delay) as sink:
        pipe.send(sink.port)
        while True:
            match pipe.recv():
                case ("shoot", Shot() as shot):
                    with sink._lock:
                        sink.shot, sink.left = shot, shot.after
                    pipe.send(None)
                case ("digests", _):
                    with sink._lock:
                        found = {reader: list(digests) for reader, digests in sink.taken.items()}
                    pipe.send(found)
                case _:
                    return
