"""Several processes on one file: nothing is lost, and nobody starves."""

import subprocess

import pytest

from pipeline.model.delivery import DeliveryState, HandOver, Refusal
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.store.opening import Store
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, add_readers, begin, freeze
from tests.store.programs import start

_COUNTER = """
import sys
from pathlib import Path
from pipeline.store.opening import open_store
from tests.factories import NOON
with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
    for _ in range(150):
        store.outbox().spend("relay", 1, now=NOON, bucket_seconds=60)
        with store.database.writing_raw() as raw:
            (count,) = raw.execute("SELECT count FROM rate WHERE key = 'raw'").fetchone()
            raw.execute("UPDATE rate SET count = ? WHERE key = 'raw'", (count + 1,))
"""

_BUSY = """
import sys
from pathlib import Path
from pipeline.store.opening import open_store
from tests.factories import NOON
with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
    print("busy", flush=True)
    while True:
        store.outbox().spend("busy", 1, now=NOON, bucket_seconds=60)
"""

_FIRST = """
import sys
from pathlib import Path
from pipeline.store.opening import open_store
sys.stdin.readline()
with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
    store.meta.remember_fingerprint("token", "aaaa")
"""


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """These are about the file."""
    return sqlite_store


def test_two_processes_that_write_at_once_lose_nothing(store, tmp_path):
    store.outbox().spend("raw", 0, now=NOON, bucket_seconds=60)
    children = [start(_COUNTER, tmp_path) for _ in range(2)]

    assert [child.wait() for child in children] == [0, 0]
    assert store.outbox().spent("relay", since=NOON) == ((NOON, 300),)
    assert store.outbox().spent("raw", since=NOON) == ((NOON, 300),)


def test_several_first_commands_make_one_database(tmp_path):
    children = [start(_FIRST, tmp_path, stdin=subprocess.PIPE) for _ in range(3)]
    for child in children:
        child.communicate("go\n")

    assert [child.returncode for child in children] == [0, 0, 0]


def test_a_pause_does_not_starve_beside_a_busy_writer(store, tmp_path):
    add_readers(store, ["ann@mail.example"])
    begin(store)
    freeze(store)
    store.issues.step(1, IssueEvent.START, now=NOON)
    child = start(_BUSY, tmp_path, stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child, child.stdout:
        child.stdout.readline()
        before = sum(count for _, count in store.outbox().spent("busy", since=NOON))
        for _ in range(50):
            store.issues.step(1, IssueEvent.PAUSE, now=NOON)
            store.issues.step(1, IssueEvent.RESUME, now=NOON)
        after = sum(count for _, count in store.outbox().spent("busy", since=NOON))
        child.kill()

    # A hundred turns beside somebody who always wants one: each waits for a few others at most.
    assert after - before < 100 * 50


def test_a_pause_from_another_process_ends_the_hand_overs(store, tmp_path):
    add_readers(store, [f"r{number}@mail.example" for number in range(5)])
    begin(store)
    freeze(store)
    box = store.outbox()
    held = box.lease(1, owner="first", now=NOON, until=EXPIRES)
    assert held is not None
    pause = (
        "import sys; from pathlib import Path; from pipeline.store.opening import open_store;"
        "from pipeline.model.issue import IssueEvent; from tests.factories import NOON\n"
        "with open_store('sqlite:///mailbag.db', folder=Path(sys.argv[1])) as store:"
        " store.issues.step(1, IssueEvent.PAUSE, now=NOON)"
    )

    assert not box.commit([], [HandOver(lease=held, subscriber_id=1)], now=NOON)
    assert start(pause, tmp_path).wait() == 0
    refused = box.commit([], [HandOver(lease=held, subscriber_id=2)], now=NOON)

    assert list(refused.values()) == [Refusal.PAUSED]
    assert store.issues.get(1).state is IssueState.PAUSED
    assert len(list(box.deliveries(1, DeliveryState.HANDING))) == 1
