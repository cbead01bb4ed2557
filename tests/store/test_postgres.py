"""What only PostgreSQL has: a server that may be gone, and errors of its own in words."""

import os
import re
import signal
import subprocess
from typing import Any

import pytest
from sqlalchemy import make_url

from pipeline.clock import SystemClock
from pipeline.errors import ConfigError, DatabaseBusyError, DatabaseError, StateError
from pipeline.model.delivery import DeliveryEvent, DeliveryState, HandOver, Result
from pipeline.model.issue import IssueState
from pipeline.store.opening import Store, is_there, open_existing, open_server, open_store
from tests.factories import NOON
from tests.store import servers
from tests.store.ledgers import EXPIRES, add_readers, begin, freeze, where
from tests.store.programs import start

CLOCK = SystemClock()


@pytest.fixture
def store(server_store: Store) -> Store:
    """These are about the server."""
    return server_store


def end_connections(store: Store) -> None:
    """Do what an administrator does, or a restart."""
    url = make_url(where(store))
    servers.run(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def facts(store: Store) -> int:
    with store.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM fact").scalar_one())


def write(connection: Any, name: str) -> None:
    """Write a fact, by SQLAlchemy or by hand."""
    execute = getattr(connection, "exec_driver_sql", None) or connection.execute
    execute(f"INSERT INTO fact VALUES ('{name}', '')")  # noqa: S608 - a letter


KINDS = pytest.mark.parametrize("kind", ["writing", "writing_rows", "writing_raw"])


# -- transactions


def test_who_reads_cannot_write(store):
    with (
        pytest.raises(DatabaseError, match="may only be read"),
        store.database.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM fact")


def test_who_reads_sees_one_state(store):
    with store.database.reading() as connection:
        count = "SELECT count(*) FROM fact"
        before = connection.exec_driver_sql(count).scalar_one()
        store.meta.see(NOON)

        assert connection.exec_driver_sql(count).scalar_one() == before


def fail_in(store: Store, kind: str) -> None:
    with getattr(store.database, kind)() as connection:
        write(connection, "a")
        raise KeyError


@KINDS
def test_nothing_of_a_transaction_that_fails_is_written(store, kind):
    with pytest.raises(KeyError):
        fail_in(store, kind)
    with getattr(store.database, kind)() as connection:
        write(connection, "b")

    assert facts(store) == 1


def write_twice(store: Store) -> None:
    with store.database.writing_raw() as raw:
        write(raw, "a")
        with pytest.raises(Exception, match="duplicate key"):
            write(raw, "a")


def test_a_transaction_that_the_server_gave_up_is_not_taken_for_committed(store):
    with pytest.raises(DatabaseError, match="gave a transaction up"):
        write_twice(store)

    assert facts(store) == 0


def test_a_character_that_the_server_cannot_keep_is_replaced_in_a_reply(store):
    add_readers(store, ["ann@mail.example"])
    begin(store)
    freeze(store)
    box = store.outbox()
    held = box.lease(1, owner="first", now=NOON, until=EXPIRES)
    assert held is not None
    refusal = Result(
        lease=held, subscriber_id=1, event=DeliveryEvent.REJECT, code=550, reply="no\0body"
    )
    box.commit([], [HandOver(lease=held, subscriber_id=1)], now=NOON)
    box.commit([refusal], [], now=NOON)

    assert [it.reply for it in box.deliveries(1, DeliveryState.REJECTED)] == ["no�body"]


def test_lists_that_are_imported_again_use_up_no_ids(store):
    for _ in range(3):
        add_readers(store, [f"r{number}@mail.example" for number in range(100)])
    add_readers(store, ["late@mail.example"])

    assert [it.id for it in store.subscribers.list()] == list(range(1, 102))


# -- the server


def test_a_connection_that_the_server_has_ended_is_opened_again(store):
    store.meta.see(NOON)
    store.outbox().commit([], [], now=NOON)
    end_connections(store)

    store.outbox().commit([], [], now=NOON)
    store.meta.see(EXPIRES)

    assert store.meta.seen_at() == EXPIRES


def lose_connection_in(store: Store, kind: str) -> None:
    with getattr(store.database, kind)() as connection:
        write(connection, "a")
        end_connections(store)
        write(connection, "b")


@KINDS
def test_a_connection_that_ends_within_a_transaction_is_told_and_nothing_is_written(store, kind):
    with pytest.raises(DatabaseError, match=r"shutting down|cannot be reached") as told:
        lose_connection_in(store, kind)

    assert told.value.place == store.database.place
    assert facts(store) == 0
    with getattr(store.database, kind)() as connection:
        write(connection, "a")


def test_who_waits_too_long_for_others_says_so(database_url):
    with (
        open_server(database_url) as first,
        open_server(database_url, wait_seconds=0.1) as second,
        first.database.writing(),
        pytest.raises(DatabaseBusyError, match="others have been writing") as told,
    ):
        second.outbox().commit([], [], now=NOON)

    assert told.value.remedy == "wait for them to end and try again"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"database": "nowhere"}, "holds no such database", id="database"),
        pytest.param({"username": "nobody"}, "refuses the login", id="user"),
        pytest.param({"host": "127.0.0.1", "port": 1, "query": {}}, "cannot be reached", id="host"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_named_without_a_password(
    database_url, changes, sentence
):
    url = make_url(database_url).set(password="hunter2", **changes)  # noqa: S106

    with pytest.raises(DatabaseError, match=sentence) as told:
        open_server(url.render_as_string(hide_password=False))

    assert told.value.place.startswith("postgresql://")
    assert "hunter2" not in str(told.value)


def test_an_option_that_the_server_does_not_know_is_refused(database_url):
    with pytest.raises(ConfigError, match="an option that PostgreSQL does not know"):
        open_server(database_url + "&sslmood=require")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_ledger_on_a_server_is_made_and_found_by_its_url(server, tmp_path, scheme):
    with server.database("template0") as named:
        url = scheme + named.removeprefix("postgresql")
        assert not is_there(url, folder=tmp_path)
        assert open_existing(url, folder=tmp_path) is None

        open_store(url, folder=tmp_path).close()

        assert is_there(url, folder=tmp_path)
        found = open_existing(url, folder=tmp_path)
        assert found is not None
        found.close()
    assert is_there(url, folder=tmp_path), "where it cannot be told, opening it says why"
    assert not list(tmp_path.iterdir())


def test_a_backup_is_left_to_the_servers_own_tool(store, tmp_path):
    with pytest.raises(ConfigError, match="not copied by mailbag") as told:
        store.backup(tmp_path / "copy")

    assert "pg_dump" in told.value.remedy


def test_a_database_that_answers_is_not_called_whole(store):
    assert re.fullmatch(r"PostgreSQL \d\d answers", store.check_whole())


# -- the sender's lock

_HOLDER = """
import sys
from pipeline.clock import SystemClock
from tests.store.ledgers import open_there
with open_there(sys.argv[1]) as store:
    print(store.sender_lock.acquire(0, SystemClock()), flush=True)
    sys.stdin.read()
"""


def test_one_sender_holds_the_lock_and_a_killed_one_lets_go_of_it(store):
    child = start(_HOLDER, where(store), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdin is not None
    with child, child.stdout, child.stdin:
        assert child.stdout.readline() == "True\n"
        assert not store.sender_lock.acquire(0.2, CLOCK)
        assert store.sender_lock.holder() == child.pid
        assert not store.sender_lock.is_held
        child.kill()

    assert store.sender_lock.acquire(10, CLOCK)
    assert store.sender_lock.is_held
    assert store.sender_lock.holder() == os.getpid()
    with pytest.raises(StateError, match="already is the sender"):
        store.sender_lock.acquire(0, CLOCK)
    store.sender_lock.release()
    assert not store.sender_lock.is_held
    assert store.sender_lock.holder() is None


def test_the_lock_does_not_end_another_senders_lease(store):
    add_readers(store, ["ann@mail.example"])
    begin(store)
    freeze(store)
    held = store.outbox().lease(1, owner="first", now=NOON, until=EXPIRES)
    assert store.sender_lock.acquire(0, CLOCK)

    assert held is not None
    assert store.outbox().lease(1, owner="second", now=NOON, until=EXPIRES) is None
    store.sender_lock.release()


def test_who_plans_knows_how_many_rows_a_frozen_issue_has(store):
    add_readers(store, [f"r{number}@mail.example" for number in range(3_000)])
    begin(store)
    freeze(store)

    with store.database.reading() as connection:
        tables = connection.exec_driver_sql(
            "SELECT relname, reltuples::int FROM pg_class WHERE relname IN ('delivery', 'shard')"
        ).all()
    assert dict(map(tuple, tables)) == {"delivery": 3_000, "shard": 3}


# -- a process that is killed

_FREEZER = """
import sys
from tests.store.ledgers import open_there
with open_there(sys.argv[1]) as store:
    while not store.issues.freeze_range(1, limit=50):
        pass
"""


def test_freezing_goes_on_where_a_killed_process_left_it(store):
    add_readers(store, [f"r{number}@mail.example" for number in range(8_000)])
    begin(store)
    kills = 0
    for upto in (500, 2_000, 4_000):
        child = start(_FREEZER, where(store))
        while child.poll() is None and store.issues.get(1).planned < upto:
            pass
        child.send_signal(signal.SIGKILL)
        child.wait()
        record = store.issues.get(1)
        assert store.outbox().sums(1).planned == record.planned == record.candidates
        kills += record.state is IssueState.DRAFT

    freeze(store)

    assert kills > 0
    assert store.issues.get(1).candidates == 8_000
    assert len({it.subscriber_id for it in store.outbox().deliveries(1)}) == 8_000
