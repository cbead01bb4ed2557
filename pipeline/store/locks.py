"""Edge: the two lock files beside a database: whose turn it is to write, and who sends.

Both are ``flock``: the kernel lets go of them when their process dies, however it dies.
"""

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from pipeline.clock import Clock
from pipeline.errors import DatabaseBusyError, DatabaseError, DatabaseFullError, StateError

#: How often a sender that waits for another one looks again.
_LOOK_AGAIN_SECONDS = 0.1

#: Descriptors that hold a lock: a child made by fork closes them, lest it hold the lock as well.
_held: set[int] = set()


def _forget_in_child() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def _open(path: Path) -> int:
    """Open the lock file, made if need be; no program that is started inherits it."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> DatabaseError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DatabaseFullError(
            "there is no room for the lock file", place=str(path), remedy="make room"
        )
    return DatabaseError(
        f"the lock file cannot be written: {error.strerror}",
        place=str(path),
        remedy="let the user that runs mailbag write to the database's folder",
    )


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(descriptor: int) -> None:
    """Unlock by word: closing would not do it while a child made by fork is just starting."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


class Turn:
    """The ticket of everybody who writes: one at a time, in the order of asking.

    SQLite's own busy handler polls and starves beside a busy writer; the kernel queues.
    """

    def __init__(self, path: Path, *, seconds: float) -> None:
        self._path = path
        self._seconds = seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the ticket; raises :class:`DatabaseBusyError` when it does not come in time."""
        # A fresh description each time, so that threads of one process take turns as well.
        descriptor = _open(self._path)
        _held.add(descriptor)
        try:
            if not _try(descriptor):
                self._wait(descriptor)
            try:
                yield
            finally:
                _let_go(descriptor)
        finally:
            _held.discard(descriptor)
            os.close(descriptor)

    def _wait(self, descriptor: int) -> None:
        """Queue for the lock in a thread, the only way to give up waiting for ``flock``."""
        queue = threading.Thread(
            target=fcntl.flock, args=(descriptor, fcntl.LOCK_EX), name="mailbag-turn", daemon=True
        )
        queue.start()
        queue.join(self._seconds)
        if queue.is_alive():
            # Closing the descriptor makes the kernel drop the lock as soon as the thread gets it.
            raise DatabaseBusyError(
                f"another mailbag has been writing for {self._seconds:g} s",
                place=str(self._path),
                remedy="wait for it to end and try again",
            )


class SenderLock:
    """Held by the one sender of a database for as long as it lives."""

    #: Whoever holds it is alone: the lease of any other sender has ended, whatever its expiry.
    ENDS_LEASES: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process holds it."""
        return self._descriptor in _held

    def acquire(self, timeout: float, clock: Clock) -> bool:
        """Take the lock, waiting up to so many seconds; ``False`` when another sender has it."""
        if self.is_held:
            raise StateError("this process already is the sender", place=str(self._path))
        descriptor = _open(self._path)
        end = clock.boot_time() + timeout
        while not _try(descriptor):
            left = end - clock.boot_time()
            if left <= 0:
                os.close(descriptor)
                return False
            clock.sleep(min(left, _LOOK_AGAIN_SECONDS))
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            os.close(descriptor)
            raise _refused(self._path, error) from error
        _held.add(descriptor)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let the next sender go ahead; nothing happens when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        # In a child made by fork the descriptor is closed already, and may be another file.
        if descriptor is not None and descriptor in _held:
            os.ftruncate(descriptor, 0)
            _let_go(descriptor)
            _held.discard(descriptor)
            os.close(descriptor)

    def holder(self) -> int | None:
        """Give the process id of the sender that holds the lock; ``None`` when nobody does."""
        if self.is_held:
            return os.getpid()
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if _try(descriptor):
                return None  # and the lock is let go of again at once
            text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            return int(text) if text.isdecimal() else None
        finally:
            os.close(descriptor)
