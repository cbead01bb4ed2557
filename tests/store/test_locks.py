import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.errors import DatabaseBusyError, DatabaseError, DatabaseFullError, StateError
from pipeline.store.locks import SenderLock, Turn
from tests.store.programs import start

CLOCK = SystemClock()

_HOLDER = """
import sys
from pathlib import Path
from pipeline.clock import SystemClock
from pipeline.store.locks import SenderLock
lock = SenderLock(Path(sys.argv[1]))
print(lock.acquire(0, SystemClock()), flush=True)
sys.stdin.read()
"""


class PatientClock(SystemClock):
    """Lets no time pass, and does something while somebody waits."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.slept = 0.0
        self.meanwhile = meanwhile

    def boot_time(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.meanwhile()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mailbag.db.sender"


@pytest.fixture
def other_sender(path):
    """A sender in another process."""
    child = start(_HOLDER, path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdin is not None
    with child, child.stdout, child.stdin:
        assert child.stdout.readline() == "True\n"
        yield child
        child.kill()


def test_one_sender_holds_the_lock(path):
    first, second = SenderLock(path), SenderLock(path)

    assert first.acquire(0, CLOCK)
    assert not second.acquire(0, CLOCK)
    first.release()
    assert second.acquire(0, CLOCK)
    second.release()


def test_a_sender_waits_for_the_one_before(path):
    first, second = SenderLock(path), SenderLock(path)
    first.acquire(0, CLOCK)
    clock = PatientClock(first.release)

    assert second.acquire(5, clock)
    assert 0 < clock.slept < 5
    second.release()


def test_a_sender_gives_up_when_its_time_is_up(path):
    first, second = SenderLock(path), SenderLock(path)
    first.acquire(0, CLOCK)
    clock = PatientClock()

    assert not second.acquire(5, clock)
    assert clock.slept == pytest.approx(5)
    first.release()


def test_the_holder_is_known_by_its_process(path, other_sender):
    lock = SenderLock(path)

    assert lock.holder() == other_sender.pid
    assert not lock.acquire(0, CLOCK)


def test_the_death_of_a_sender_frees_the_lock(path, other_sender):
    lock = SenderLock(path)
    other_sender.kill()
    other_sender.wait()

    assert lock.holder() is None
    assert lock.acquire(0, CLOCK)
    assert lock.holder() == os.getpid()
    lock.release()


def test_nobody_holds_a_lock_that_was_never_taken(path):
    assert SenderLock(path).holder() is None
    assert not path.exists()


def test_a_sender_does_not_take_its_lock_twice(path):
    lock = SenderLock(path)
    lock.acquire(0, CLOCK)

    with pytest.raises(StateError, match="already is the sender"):
        lock.acquire(0, CLOCK)
    lock.release()
    lock.release()


def test_a_program_that_a_sender_starts_does_not_hold_the_lock(path):
    lock = SenderLock(path)
    lock.acquire(0, CLOCK)
    child = start("import sys; sys.stdin.read()", stdin=subprocess.PIPE, close_fds=False)
    assert child.stdin is not None
    with child, child.stdin:
        lock.release()

        assert SenderLock(path).holder() is None
        assert lock.acquire(0, CLOCK)
        lock.release()
        child.kill()


def test_a_child_made_by_fork_does_not_hold_the_lock(path):
    lock = SenderLock(path)
    lock.acquire(0, CLOCK)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        held = lock.is_held
        lock.release()
        os.read(reading, 1)  # until the parent has looked
        os._exit(held)
    os.close(reading)

    lock.release()
    free = SenderLock(path).acquire(0, CLOCK)
    os.close(writing)

    assert free
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_turn_that_does_not_come_in_time_is_an_error(tmp_path):
    path = tmp_path / "mailbag.db.turn"

    with (
        Turn(path, seconds=1).taken(),
        pytest.raises(DatabaseBusyError, match=r"writing for 0\.05 s"),
        Turn(path, seconds=0.05).taken(),
    ):
        raise AssertionError("two have the turn")
    with Turn(path, seconds=1).taken():
        pass  # who gave up waiting does not hold it


def test_threads_take_turns(tmp_path):
    turn = Turn(tmp_path / "mailbag.db.turn", seconds=10)
    count = 0

    def add_slowly() -> None:
        nonlocal count
        for _ in range(200):
            with turn.taken():
                seen = count
                os.sched_yield()
                count = seen + 1

    threads = [threading.Thread(target=add_slowly) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count == 800


def test_a_full_disk_is_named_by_the_lock_file(path, monkeypatch):
    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    lock = SenderLock(path)
    monkeypatch.setattr(os, "pwrite", no_room)

    with pytest.raises(DatabaseFullError, match=f"{path}: there is no room for the lock file"):
        lock.acquire(0, SystemClock())

    monkeypatch.undo()
    assert lock.acquire(0, SystemClock())
    lock.release()


def test_a_folder_that_is_missing_is_an_error(tmp_path):
    with (
        pytest.raises(DatabaseError, match="lock file cannot be written"),
        Turn(tmp_path / "missing" / "x.turn", seconds=1).taken(),
    ):
        pass
