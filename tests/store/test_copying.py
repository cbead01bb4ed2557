"""``mailbag db copy``: what it promises on every pair of databases."""

import re
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from pipeline.errors import (
    BusyError,
    ConfigError,
    DatabaseError,
    DatabaseMovedError,
    DatabaseNewerError,
)
from pipeline.model.delivery import DeliveryState
from pipeline.store.opening import Store
from pipeline.store.sides import open_side
from pipeline.store.table_rows import Tally
from tests.factories import NOON
from tests.fakes import FakeClock
from tests.store import servers
from tests.store.copies import Rows, at, copy_over, ledgers, put, rows_of, without_null
from tests.store.ledgers import add_readers, begin, freeze
from tests.store.programs import start

READERS = ["ann@mail.example", "ben@mail.example", "cem@mail.example"]

PAIRS = ["sqlite to sqlite", "sqlite to postgresql", "postgresql to sqlite", "postgresql to itself"]


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URL of a ledger that is in use, and one of an empty database."""
    kinds = ["postgresql" if word != "sqlite" else word for word in request.param.split(" to ")]
    with ExitStack() as stack:
        urls = []
        for name, kind in zip(("old", "new"), kinds, strict=True):
            if kind == "sqlite":
                urls.append(f"sqlite:///{tmp_path}/{name}.db")
            else:
                server = request.getfixturevalue("server")
                urls.append(stack.enter_context(server.database("template0")))
        with at(urls[0]) as store:
            use(store)
        yield urls[0], urls[1]


def use(store: Store) -> None:
    add_readers(store, READERS)
    begin(store)
    freeze(store)
    store.meta.remember_fingerprint("token", "ab" * 32)


def readers(url: str) -> list[str]:
    with at(url) as store:
        return [it.address.addr_spec for it in store.subscribers.list()]


def test_every_row_arrives(pair):
    source, target = pair
    before = rows_of(source)

    copied = copy_over(source, target)

    assert rows_of(target) == before
    assert {it.name: it.rows for it in copied} == {name: len(it) for name, it in before.items()}
    assert readers(target) == READERS


def test_the_old_ledger_refuses_and_names_the_new_one(pair):
    source, target = pair

    copy_over(source, target)

    with pytest.raises(DatabaseMovedError, match="the ledger has moved to ") as told:
        at(source)
    assert "[database] url = " in told.value.remedy
    assert told.value.exit == 5


def lease(store: Store) -> None:
    store.outbox().lease(1, owner="me", now=NOON, until=NOON + timedelta(minutes=1))


#: What different parts of the program write by.
_WRITES = [
    pytest.param(lambda store: add_readers(store, ["dan@mail.example"]), id="a list"),
    pytest.param(lambda store: store.subscribers.unsubscribe(1, now=NOON), id="a page"),
    pytest.param(lambda store: store.meta.see(NOON), id="a tick"),
    pytest.param(lease, id="a sender"),
]


@pytest.mark.parametrize("write", _WRITES)
def test_who_has_the_old_ledger_open_since_before_is_refused(pair, write):
    source, target = pair
    with at(source) as store:
        copy_over(source, target)
        before = rows_of(source)

        with pytest.raises(DatabaseMovedError, match="the ledger has moved to "):
            write(store)

    assert rows_of(source) == before == rows_of(target)


def test_an_id_is_never_given_twice_even_of_a_reader_who_was_erased(pair):
    source, target = pair
    with at(source) as store, store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM subscriber WHERE id = 3")

    copy_over(source, target)

    with at(target) as store:
        add_readers(store, ["dan@mail.example"])
        ids = [it.id for it in store.subscribers.list()]
    assert ids[:2] == [1, 2]
    assert ids[2] > 3


def test_it_may_be_moved_on_and_back(pair, tmp_path):
    source, target = pair
    before = rows_of(source)
    copy_over(source, target)

    copy_over(target, f"sqlite:///{tmp_path}/third.db")

    assert rows_of(f"sqlite:///{tmp_path}/third.db") == before
    with pytest.raises(DatabaseMovedError, match=r"third\.db"):
        copy_over(target, source)


def test_a_delivery_in_hand_is_in_doubt_after_the_move(pair):
    source, target = pair
    with at(source) as store, store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 1 WHERE subscriber_id = 2")

    copy_over(source, target)

    with at(target) as store:
        store.outbox().lease(1, owner="me", now=NOON, until=NOON + timedelta(minutes=1))
        rows = {it.subscriber_id: it.state for it in store.outbox().deliveries(1)}
    assert rows[2] is DeliveryState.IN_DOUBT


# -- what is refused


@pytest.mark.parametrize("side", [0, 1], ids=["source", "target"])
def test_it_refuses_while_anybody_sends(pair, side):
    before = rows_of(pair[0])
    with open_side(pair[side], folder=Path("/"), makes=True) as held:
        assert held.sender_lock.acquire(0.0, FakeClock())

        with pytest.raises(BusyError, match="a sender is at work"):
            copy_over(*pair)
        held.sender_lock.release()

    assert rows_of(pair[0]) == before
    copy_over(*pair)


def test_it_waits_for_no_lease_in_a_file_and_for_each_on_a_server(pair):
    source, target = pair
    clock = FakeClock()
    with at(source) as store:
        store.outbox().lease(
            1, owner="dead", now=clock.now(), until=clock.now() + timedelta(minutes=1)
        )
    if source.startswith("sqlite"):
        copy_over(source, target, clock)
        return

    with pytest.raises(BusyError, match="holds a part of an issue for another 60 s"):
        copy_over(source, target, clock)
    clock.sleep(61)
    copy_over(source, target, clock)


def test_a_target_in_use_is_refused_and_stays(pair):
    source, target = pair
    with at(target) as store:
        store.meta.see(NOON)
    before = rows_of(target)

    with pytest.raises(DatabaseError, match=r"is not empty \(fact\)"):
        copy_over(source, target)

    assert rows_of(target) == before
    assert readers(source) == READERS


def test_a_target_with_other_tables_is_refused(pair):
    source, target = pair
    with at(target) as store, store.database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE recipe (name TEXT)")

    with pytest.raises(DatabaseError, match=r"is not empty \(recipe\)"):
        copy_over(source, target)


@pytest.mark.parametrize(
    ("revision", "kind", "said"),
    [("0001", DatabaseError, "an older mailbag"), ("9999", DatabaseNewerError, "a newer mailbag")],
)
@pytest.mark.parametrize("side", [0, 1], ids=["source", "target"])
def test_another_version_of_the_tables_is_refused(pair, side, revision, kind, said):
    with at(pair[side]) as store, store.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608

    with pytest.raises(kind, match=said):
        copy_over(*pair)


def test_a_database_is_not_copied_to_itself_by_another_name(pair, tmp_path):
    url = pair[0]
    if url.startswith("sqlite"):
        (tmp_path / "link.db").symlink_to(tmp_path / "old.db")
        other = f"sqlite:///{tmp_path}/link.db"
    else:
        other = f"{url}&application_name=other" if "?" in url else f"{url}?application_name=other"

    with pytest.raises(ConfigError, match="are one database"):
        copy_over(url, other)


def test_a_source_that_is_not_there_is_refused_and_not_made(tmp_path):
    with pytest.raises(ConfigError, match="there is no database"):
        copy_over(f"sqlite:///{tmp_path}/no.db", f"sqlite:///{tmp_path}/new.db")

    assert not list(tmp_path.iterdir())


def test_an_empty_source_is_refused(server, tmp_path):
    with (
        server.database("template0") as url,
        pytest.raises(ConfigError, match="there is no ledger here"),
    ):
        copy_over(url, f"sqlite:///{tmp_path}/new.db")


_SPOIL = {
    "sqlite": [
        """
        CREATE TRIGGER spoil AFTER INSERT ON delivery WHEN new.subscriber_id = 2
        BEGIN UPDATE delivery SET {change} WHERE subscriber_id = 2; END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF new.subscriber_id = 2 THEN {on_server}; END IF; RETURN new; END $$
        """,
        "CREATE TRIGGER spoil BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION spoil()",
    ],
}


def test_a_row_that_does_not_arrive_as_it_was_sent_undoes_the_copy(pair):
    source, target = pair
    with at(target) as store, store.database.writing() as connection:
        for statement in _SPOIL[target.partition(":")[0]]:
            connection.exec_driver_sql(
                statement.format(change="code = 251", on_server="new.code = 251")
            )

    with pytest.raises(DatabaseError, match="table delivery did not arrive as it was sent"):
        copy_over(source, target)

    assert readers(source) == READERS
    assert readers(target) == []


def test_a_row_that_does_not_arrive_at_all_undoes_the_copy(server, tmp_path):
    source = f"sqlite:///{tmp_path}/old.db"
    with at(source) as store:
        use(store)
    with server.database() as target:
        with at(target) as store, store.database.writing() as connection:
            for statement in _SPOIL["postgresql"]:
                connection.exec_driver_sql(statement.format(on_server="RETURN NULL"))

        with pytest.raises(DatabaseError, match="3 rows were written and 2 are there"):
            copy_over(source, target)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param("attempts = 3000000000", "table delivery: .*out of range", id="too large"),
        pytest.param("code = 'none'", "table delivery: invalid input", id="no number"),
        pytest.param("reply = CAST(x'ff' AS TEXT)", "a text that is not UTF-8", id="no text"),
    ],
)
def test_a_value_that_the_server_cannot_keep_is_named(server, tmp_path, change, said):
    source = f"sqlite:///{tmp_path}/old.db"
    with at(source) as store:
        use(store)
    raw = sqlite3.connect(tmp_path / "old.db")
    raw.execute(f"UPDATE delivery SET {change} WHERE subscriber_id = 2")  # noqa: S608
    raw.commit()
    raw.close()

    with server.database("template0") as target:
        with pytest.raises(DatabaseError, match=said):
            copy_over(source, target)
        assert readers(target) == []


# -- every value


@given(rows=ledgers())
@settings(max_examples=40)
def test_every_value_survives_in_a_file(rows: Rows):
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"sqlite:///{folder}/old.db", f"sqlite:///{folder}/new.db"
        put(source, rows)
        before = rows_of(source)

        copied = copy_over(source, target)

        assert rows_of(target) == before
        assert sum(it.rows for it in copied) == sum(map(len, rows.values()))


@given(rows=ledgers())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_survives_on_a_server_and_back(server: servers.Server, rows: Rows):
    """The character NUL apart, of which the store says what becomes of it."""
    with tempfile.TemporaryDirectory() as folder, server.database() as there:
        source, back = f"sqlite:///{folder}/old.db", f"sqlite:///{folder}/back.db"
        put(source, rows)
        before = {name: without_null(it) for name, it in rows_of(source).items()}

        sent = copy_over(source, there)
        returned = copy_over(there, back)

        assert rows_of(there) == rows_of(back) == before
        assert [it.sha256 for it in sent] == [it.sha256 for it in returned]
        changed = {
            name: sum(a != b for a, b in zip(rows[name], without_null(rows[name]), strict=True))
            for name in rows
        }
        assert {it.name: it.replaced for it in sent} == changed


_CELLS = (
    st.none()
    | st.integers()
    # Neither database tells the two zeros apart after a copy.
    | st.floats(allow_nan=False).map(lambda it: it + 0.0)
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
)
_SOME_ROWS = st.lists(st.tuples(_CELLS, _CELLS), max_size=4)


def tally(rows) -> Tally:
    it = Tally()
    for _ in it.counted(rows):
        pass
    return it


def typed(rows) -> list[list[object]]:
    """Tell 1 from 1.0, and a text from bytes."""
    return [[(type(cell), cell) for cell in row] for row in rows]


@given(_SOME_ROWS, _SOME_ROWS)
@example([(1, "1")], [(1.0, "1")]).via("types")
@example([("ab", "c")], [("a", "bc")]).via("where a text ends")
@example([("None", b"1")], [(None, "1")]).via("words of the language")
def test_the_hash_is_the_same_for_the_same_rows_only(one, other):
    assert (tally(one).sha256 == tally(other).sha256) is (typed(one) == typed(other))
    assert tally(iter(one)).rows == len(one)


@given(_SOME_ROWS.filter(lambda rows: len(set(map(repr, rows))) > 1))
def test_the_hash_knows_the_order(rows):
    moved = [*rows[1:], rows[0]]

    assert (tally(rows).sha256 == tally(moved).sha256) is (typed(rows) == typed(moved))


# -- killed

_COPY_AND_DIE = """
import os, signal, sys
from pipeline.store.sqlite_carrier import SqliteCarrier
from pipeline.store.table_rows import Tally
from tests.store.copies import copy_over
kinds = [SqliteCarrier]
if "postgresql:" in "".join(sys.argv):
    from pipeline.store.postgres_carrier import PostgresCarrier
    kinds.append(PostgresCarrier)
when, left = sys.argv[3], int(sys.argv[4])
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def killed_at(commit):
    def committed(self):
        global left
        left -= when != "row"
        if when == "before" and left == 0:
            die()
        commit(self)
        if when == "after" and left == 0:
            die()
    return committed
for kind in kinds:
    kind.commit = killed_at(kind.commit)
if when == "row":
    counted = Tally.counted
    def dying(self, rows, **how):
        global left
        for row in counted(self, rows, **how):
            left -= 1
            if left == 0:
                die()
            yield row
    Tally.counted = dying
copy_over(sys.argv[1], sys.argv[2])
"""

#: The commits: *leaving* in the source, the rows in the target, *moved*, the target opened.
_DEATHS = [
    *[pytest.param("row", number, id=f"row {number}") for number in (1, 5, 12, 20)],
    *[pytest.param(w, n, id=f"{w} commit {n}") for n in (1, 2, 3, 4) for w in ("before", "after")],
]


def is_in_use(url: str) -> bool:
    """Tell whether commands can use a ledger, and whether it is one."""
    try:
        return bool(readers(url))
    except DatabaseError as error:
        assert re.search("has moved to|was not finished", str(error))  # noqa: PT017
        return False


@pytest.mark.parametrize(("when", "number"), _DEATHS)
def test_a_copy_that_was_killed_leaves_one_ledger_at_most_and_is_gone_on_with(pair, when, number):
    source, target = pair
    died = start(_COPY_AND_DIE, source, target, when, number, stderr=subprocess.PIPE)
    _, said = died.communicate()
    assert died.returncode == -signal.SIGKILL, said

    in_use = [url for url in pair if is_in_use(url)]
    assert len(in_use) <= 1
    expected = list(READERS)
    if in_use == [source]:
        # Life went on, and a copy that had arrived is out of date.
        with at(source) as store:
            add_readers(store, ["dan@mail.example"])
        expected.append("dan@mail.example")
    if in_use != [target]:
        copy_over(source, target)

    assert readers(target) == expected
    assert not is_in_use(source)


def test_a_copy_that_was_broken_off_is_emptied_by_its_own_source_only(pair, tmp_path):
    source, target = pair
    start(_COPY_AND_DIE, source, target, "after", 2).wait()
    another = f"sqlite:///{tmp_path}/another.db"
    with at(another) as store:
        use(store)

    with pytest.raises(DatabaseError, match=r"a copy of .* that was not finished"):
        copy_over(another, target)
    with pytest.raises(DatabaseError, match=r"a copy of .* that was not finished"):
        at(target)

    copy_over(source, target)
    assert readers(target) == READERS


def test_a_source_that_moved_elsewhere_finishes_no_other_copy(pair, tmp_path):
    source, target = pair
    start(_COPY_AND_DIE, source, target, "after", 2).wait()
    third = f"sqlite:///{tmp_path}/third.db"
    copy_over(source, third)

    with pytest.raises(DatabaseMovedError, match=r"third\.db"):
        copy_over(source, target)
    assert not is_in_use(target)
    assert readers(third) == READERS


def test_no_mark_of_a_copy_holds_a_password(server, tmp_path):
    with server.database("template0") as url:
        secret = make_url(url).set(password="hunter2").render_as_string(hide_password=False)  # noqa: S106
        source = f"sqlite:///{tmp_path}/old.db"
        with at(source) as store:
            use(store)
        copy_over(source, secret)

        with pytest.raises(DatabaseMovedError) as told:
            at(source)
        assert "hunter2" not in str(told.value)
        copy_over(secret, f"sqlite:///{tmp_path}/new.db")

    assert b"hunter2" not in b"".join(it.read_bytes() for it in tmp_path.glob("*.db*"))
