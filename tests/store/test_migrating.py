import re
import signal
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url

from pipeline.errors import DatabaseError, DatabaseNewerError
from pipeline.model.issue import IssueEvent
from pipeline.store import migrating
from pipeline.store.opening import Store, open_store
from pipeline.store.tables import metadata
from tests.factories import NOON
from tests.store import servers
from tests.store.ledgers import add_readers, begin, freeze, open_there, revise, where
from tests.store.programs import start

URL = "sqlite:///mailbag.db"
_SCHEMA = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """These are about the file."""
    return sqlite_store


def schema(rows) -> dict[str, str]:
    """Give the statements that make the tables, white space aside."""
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if name != "alembic_version"}


def test_the_migrations_build_exactly_the_tables(empty_database):
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        wanted = schema(tuple(row) for row in connection.exec_driver_sql(_SCHEMA))
    engine.dispose()
    raw = sqlite3.connect(empty_database)

    assert schema(raw.execute(_SCHEMA)) == wanted
    raw.close()


def test_alembic_finds_nothing_to_add(store):
    with store.database.reading() as connection:
        assert not compare_metadata(MigrationContext.configure(connection), metadata)


def test_the_newest_revision_is_the_one_compared_with():
    scripts = ScriptDirectory(str(Path(migrating.__file__).parent / "migrations"))

    assert scripts.get_current_head() == migrating.NEWEST
    assert all(re.fullmatch(r"\d{4}", it.revision) for it in scripts.walk_revisions())


def test_a_later_revision_has_a_higher_number():
    scripts = ScriptDirectory(str(Path(migrating.__file__).parent / "migrations"))
    numbers = [it.revision for it in scripts.walk_revisions()]  # the newest first

    assert numbers == sorted(numbers, reverse=True)


def test_an_older_ledger_keeps_its_editions_and_tells_who_got_them(store, tmp_path):
    add_readers(store, ["ann@mail.example", "ben@mail.example", "cem@mail.example"])
    begin(store)
    freeze(store)
    store.close()
    raw = sqlite3.connect(tmp_path / "mailbag.db")
    downgrade(raw)
    raw.execute("UPDATE delivery SET state = 2, attempts = 1 WHERE subscriber_id = 1")
    raw.execute("UPDATE delivery SET attempts = 1 WHERE subscriber_id = 2")
    raw.commit()
    raw.close()

    with open_store(URL, folder=tmp_path) as migrated:
        (first,) = migrated.issues.revisions(1)
        rows = {it.subscriber_id: it.edition for it in migrated.outbox().deliveries(1)}
        kept = migrated.issues.edition(1)
        migrated.outbox().lease(1, owner="me", now=NOON, until=NOON + timedelta(minutes=1))
        migrated.issues.step(1, IssueEvent.PAUSE, now=NOON)
        revise(migrated)
        revised = {it.subscriber_id: it.edition for it in migrated.outbox().deliveries(1)}

    assert (first.number, first.sha256, first.subject) == (0, "ab" * 32, "On tea")
    assert (first.pinned_at, kept) == (NOON, '{"number": 1}')
    assert rows == {1: 0, 2: 0, 3: 0}
    # The second was queued again after a doubt.
    assert revised == {1: 0, 2: 0, 3: 1}


def downgrade(raw: sqlite3.Connection) -> None:
    """Make a ledger what it was before an issue could have several editions."""
    raw.executescript(
        """
        DROP TABLE allowance;
        ALTER TABLE restraint DROP COLUMN reason;
        ALTER TABLE restraint DROP COLUMN said;
        ALTER TABLE issue DROP COLUMN revision;
        ALTER TABLE delivery DROP COLUMN edition;
        ALTER TABLE delivery DROP COLUMN keeps_edition;
        CREATE TABLE old (issue INTEGER PRIMARY KEY, content TEXT NOT NULL);
        INSERT INTO old SELECT issue, content FROM edition;
        DROP TABLE edition;
        ALTER TABLE old RENAME TO edition;
        UPDATE alembic_version SET version_num = '0003';
        """
    )


def test_a_later_start_does_not_import_alembic(store, tmp_path):
    program = (
        "import sys; from pathlib import Path; from pipeline.store.opening import open_store\n"
        f"open_store({URL!r}, folder=Path(sys.argv[1])).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )

    assert start(program, tmp_path).wait() == 0


def test_a_newer_database_is_refused_and_not_touched(store, tmp_path):
    store.close()
    path = tmp_path / "mailbag.db"
    raw = sqlite3.connect(path)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    before = path.read_bytes()

    with pytest.raises(DatabaseNewerError, match=r"newer mailbag .*revision 9999") as refusal:
        open_store(URL, folder=tmp_path)

    assert "install the newer mailbag" in refusal.value.remedy
    assert path.read_bytes() == before


#: What makes a database another program's.
of_another_program = pytest.mark.parametrize(
    "statement",
    [
        pytest.param("CREATE TABLE recipes (name TEXT)", id="other tables"),
        pytest.param("CREATE TABLE alembic_version (version_num TEXT)", id="no version"),
        pytest.param(
            "CREATE TABLE alembic_version AS SELECT 'a1b2c3d4' AS version_num", id="other chain"
        ),
    ],
)


@of_another_program
def test_the_database_of_another_program_is_refused(tmp_path, statement):
    raw = sqlite3.connect(tmp_path / "mailbag.db")
    raw.execute(statement)
    raw.commit()
    raw.close()

    with pytest.raises(DatabaseError, match="belongs to another program"):
        open_store(URL, folder=tmp_path)


_MIGRATE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from alembic import op
from pipeline.store.opening import open_store
make, left = op.create_table, int(sys.argv[2])
def create_table(*a, **k):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return make(*a, **k)
op.create_table = create_table
open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1]))
"""


@pytest.mark.parametrize("tables", [0, 5])
def test_a_migration_that_was_killed_left_nothing(tmp_path, tables):
    killed = start(_MIGRATE_AND_DIE, tmp_path, tables)

    assert killed.wait() == -signal.SIGKILL
    with open_store(URL, folder=tmp_path) as store:
        assert store.issues.all() == ()


# -- on a server


def columns(connection: Connection) -> dict[str, Any]:
    """Describe the tables in words that both databases share."""
    looked = inspect(connection)
    return {
        table: (
            [
                (it["name"], it["nullable"], it["default"] is None)
                for it in looked.get_columns(table)
            ],
            looked.get_pk_constraint(table)["constrained_columns"],
            sorted(it["column_names"] for it in looked.get_unique_constraints(table)),
            sorted(
                (it["constrained_columns"], it["referred_table"], it["referred_columns"])
                for it in looked.get_foreign_keys(table)
            ),
        )
        for table in looked.get_table_names()
    }


def test_the_migrations_build_the_same_tables_on_a_server(store, server_store):
    with server_store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert not compare_metadata(context, metadata)
        there = columns(connection)
    with store.database.reading() as connection:
        here = columns(connection)
    # An id of a reader is given by a sequence there, which is a default.
    for table in (here, there):
        del table["subscriber"][0][0]

    assert there == here


def test_an_older_ledger_on_a_server_keeps_its_editions(server_store):
    add_readers(server_store, ["ann@mail.example", "ben@mail.example"])
    begin(server_store)
    freeze(server_store)
    with server_store.database.writing() as connection:
        for statement in _DOWNGRADE_ON_SERVER:
            connection.exec_driver_sql(statement)

    with open_there(where(server_store)) as migrated:
        (first,) = migrated.issues.revisions(1)
        assert (first.number, first.sha256, first.pinned_at) == (0, "ab" * 32, NOON)
        assert migrated.issues.edition(1) == '{"number": 1}'
        kept = {it.subscriber_id: it.edition for it in migrated.outbox().deliveries(1)}
        with migrated.database.reading() as connection:
            assert not compare_metadata(MigrationContext.configure(connection), metadata)

    assert kept == {1: 0, 2: 0}


_DOWNGRADE_ON_SERVER = (
    "DROP TABLE allowance",
    "ALTER TABLE restraint DROP COLUMN reason, DROP COLUMN said",
    "ALTER TABLE issue DROP COLUMN revision",
    "ALTER TABLE delivery DROP COLUMN edition, DROP COLUMN keeps_edition",
    "CREATE TABLE old AS SELECT issue, content FROM edition",
    "DROP TABLE edition",
    "ALTER TABLE old RENAME TO edition",
    "ALTER TABLE edition ADD CONSTRAINT pk_edition PRIMARY KEY (issue)",
    "UPDATE delivery SET attempts = 1 WHERE subscriber_id = 2",
    "UPDATE alembic_version SET version_num = '0003'",
)


def test_a_newer_database_on_a_server_is_refused(server_store):
    with server_store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseNewerError, match=r"newer mailbag .*revision 9999"):
        open_there(where(server_store))


@of_another_program
def test_a_database_of_another_program_on_a_server_is_refused(server, statement):
    with server.database("template0") as url:
        servers.run(make_url(url), statement)

        with pytest.raises(DatabaseError, match="belongs to another program"):
            open_there(url)


def test_a_database_on_a_server_that_cannot_keep_every_letter_is_refused(server):
    with (
        server.database("template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'") as url,
        pytest.raises(DatabaseError, match="keeps text as LATIN1") as told,
    ):
        open_there(url)

    assert "--encoding UTF8" in told.value.remedy


_FIRST = """
import sys
from tests.store.ledgers import open_there
sys.stdin.readline()
open_there(sys.argv[1]).close()
"""


def test_several_first_commands_make_the_tables_on_a_server_once(server):
    with server.database("template0") as url:
        children = [start(_FIRST, url, stdin=subprocess.PIPE) for _ in range(3)]
        for child in children:
            child.communicate("go\n")

        assert [child.returncode for child in children] == [0, 0, 0]


@pytest.mark.parametrize("tables", [0, 5])
def test_a_migration_on_a_server_that_was_killed_left_nothing(server, tables):
    with server.database("template0") as url:
        killed = start(_MIGRATE_AND_DIE.replace(*_ON_SERVER), url, tables)

        assert killed.wait() == -signal.SIGKILL
        with open_there(url) as store:
            assert store.issues.all() == ()


_ON_SERVER = (
    'open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1]))',
    "from tests.store.ledgers import open_there; open_there(sys.argv[1])",
)
