"""Edge: work done in a process of its own, so that the memory it needs goes when it ends."""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

_T = TypeVar("_T")

_TASKS = Path("/proc/self/task")


def apart(work: Callable[[], _T], *, before: Callable[[], None] = lambda: None) -> _T:
    """Give what ``work`` returns, which must be a value that can be pickled.

    ``before`` lets go of what must not be shared with another process, such as a database.
    Work that raises is done again here, where what it raises is heard; so it must change nothing.
    Where a process with one thread cannot be forked, it is done here alone.
    """
    if not _can_fork():
        return work()
    before()
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        _do(work, there)
    os.close(there)
    try:
        with os.fdopen(here, "rb") as pipe:
            found = pipe.read()
    finally:
        _, status = os.waitpid(child, 0)
    if status:
        return work()
    value: _T = pickle.loads(found)  # noqa: S301 - of our own child
    return value


def _can_fork() -> bool:
    """Tell whether this process has one thread: another one's locks would stay held in a child."""
    return sys.platform == "linux" and _TASKS.exists() and len([*_TASKS.iterdir()]) == 1


def _do(work: Callable[[], Any], there: int) -> NoReturn:
    """Work in the child; nothing of the parent is flushed, closed or handled in it."""
    failed = 1
    try:
        # The parent takes them, and says so once.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        found = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(there, "wb") as pipe:
            pipe.write(found)
        failed = 0
    finally:
        os._exit(failed)
