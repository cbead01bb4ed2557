import signal
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import StateError
from pipeline.model.issue import IssueState
from pipeline.model.subscriber import SuppressionReason
from pipeline.store.opening import Store, open_store
from tests.factories import NOON
from tests.store.ledgers import add_readers, begin, fingerprint, freeze, where
from tests.store.programs import start


def addresses(count: int, name: str = "r") -> list[str]:
    return [f"{name}{number}@mail.example" for number in range(count)]


def test_every_active_reader_has_one_row(store):
    add_readers(store, addresses(25))
    begin(store)
    freeze(store, limit=7)

    record = store.issues.get(1)

    assert (record.state, record.is_frozen) == (IssueState.FROZEN, True)
    assert (record.candidates, record.planned, record.excluded) == (25, 25, {})
    assert [it.address for it in store.outbox().deliveries(1)] == addresses(25)


@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11, 1000])
def test_the_last_range_is_the_one_that_freezes(store, limit):
    add_readers(store, addresses(10))
    begin(store)
    ranges = 1
    while not store.issues.freeze_range(1, limit=limit):
        assert store.issues.get(1).state is IssueState.DRAFT
        ranges += 1

    assert ranges == 10 // limit + 1 if limit > 10 else -(-10 // limit) + (10 % limit == 0)
    assert store.issues.freeze_range(1, limit=limit)


def test_who_gets_none_is_counted_by_reason(store):
    add_readers(store, addresses(6))
    store.subscribers.unsubscribe(1, now=NOON)
    store.subscribers.unsubscribe(2, now=NOON)
    store.suppressions.lift(fingerprint("r1@mail.example"))
    store.suppressions.add(fingerprint("r3@mail.example"), SuppressionReason.HARD_BOUNCE, now=NOON)
    begin(store)
    freeze(store, limit=2)

    record = store.issues.get(1)

    assert (record.candidates, record.planned) == (6, 3)
    assert record.excluded == {"unsubscribe": 2, "hard_bounce": 1}


def test_who_joins_after_the_beginning_is_not_in_it(store):
    add_readers(store, addresses(3))
    begin(store)
    add_readers(store, addresses(3, "late"))
    freeze(store)

    assert store.issues.get(1).planned == 3


@pytest.mark.parametrize("limit", [300, 999, 1_000, 1_500, 5_000])
def test_a_shard_holds_one_provider_and_a_thousand_readers_however_long_a_range_is(store, limit):
    add_readers(store, addresses(30, "s"), provider="other")
    add_readers(store, addresses(2_100), provider="gmail")
    begin(store)
    freeze(store, limit=limit)

    with store.database.reading() as connection:
        shards = connection.exec_driver_sql(
            "SELECT s.provider, s.recipients, count(*), count(DISTINCT r.provider) "
            "FROM shard s JOIN delivery d ON d.shard = s.number "
            "JOIN subscriber r ON r.id = d.subscriber_id "
            "GROUP BY s.issue, s.number ORDER BY s.provider, s.number"
        ).all()

    assert [tuple(row) for row in shards] == [
        ("gmail", 1_000, 1_000, 1),
        ("gmail", 1_000, 1_000, 1),
        ("gmail", 100, 100, 1),
        ("other", 30, 30, 1),
    ]


def test_a_row_that_is_missing_stops_the_freezing(store):
    add_readers(store, addresses(4))
    begin(store)
    store.issues.freeze_range(1, limit=2)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM delivery WHERE subscriber_id = 1")

    with pytest.raises(StateError, match="does not add up: 4 candidates, 4 planned"):
        freeze(store)

    assert store.issues.get(1).state is IssueState.DRAFT


_FREEZER = """
import sys
from pathlib import Path
from pipeline.store.opening import open_store
with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
    print("begun", flush=True)
    while not store.issues.freeze_range(1, limit=50):
        pass
"""


def freeze_and_kill(folder: Path, after_bytes_of_log: int) -> None:
    """Start freezing in a process of its own, and kill it while it writes."""
    child = start(_FREEZER, folder, stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
        log = folder / "mailbag.db-wal"
        while child.poll() is None:
            if log.exists() and log.stat().st_size > after_bytes_of_log:
                break
        child.send_signal(signal.SIGKILL)
        child.wait()


def test_freezing_goes_on_where_a_killed_process_left_it(tmp_path):
    with open_store("sqlite:///mailbag.db", folder=tmp_path) as store:
        add_readers(store, addresses(8_000))
        begin(store)
    kills = 0
    for log_size in (100_000, 900_000, 400_000, 1_500_000):
        freeze_and_kill(tmp_path, log_size)
        with open_store("sqlite:///mailbag.db", folder=tmp_path) as store:
            record = store.issues.get(1)
            rows = store.outbox().sums(1).planned
            assert rows == record.planned == record.candidates
            kills += record.state is IssueState.DRAFT

    with open_store("sqlite:///mailbag.db", folder=tmp_path) as store:
        freeze(store)

        assert kills > 0
        assert store.issues.get(1).candidates == 8_000
        assert len({it.subscriber_id for it in store.outbox().deliveries(1)}) == 8_000


_BEGINNER = """
import os, signal, sys
from pipeline.store import publications
from tests.store.ledgers import begin, open_there
publications.reserve = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
with open_there(sys.argv[1]) as store:
    begin(store, scheduled=True)
"""


def test_an_issue_whose_beginning_was_killed_was_never_begun(store: Store):
    add_readers(store, addresses(3))

    child = start(_BEGINNER, where(store))

    assert child.wait() == -signal.SIGKILL
    assert store.issues.all() == ()
    assert store.slots.all() == ()
    assert begin(store, scheduled=True).number == 1
