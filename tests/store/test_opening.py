import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import (
    ConfigError,
    DatabaseBusyError,
    DatabaseError,
    DatabaseFullError,
)
from pipeline.model.delivery import DeliveryState
from pipeline.store import location
from pipeline.store.opening import Store, is_there, open_existing, open_store
from tests.factories import NOON
from tests.store.ledgers import add_readers, begin, freeze
from tests.store.programs import start

URL = "sqlite:///mailbag.db"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """These are about the file."""
    return sqlite_store


# -- where it lies


def test_a_relative_url_counts_from_the_sites_folder(tmp_path):
    assert location.database_file("sqlite:///db/a.db", folder=tmp_path) == tmp_path / "db/a.db"


def test_an_absolute_url_counts_from_nothing(tmp_path):
    found = location.database_file("sqlite:////var/lib/a.db", folder=tmp_path)

    assert found == Path("/var/lib/a.db")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("postgresql+psycopg2://u:hunter2@h/d", "psycopg alone", id="another driver"),
        pytest.param("postgresql://u:hunter2@h", "names no database", id="no database"),
        pytest.param("postgresql://u:hunter2@h:port/d", "this is no URL", id="no port"),
        pytest.param("postgresql://u:hunter2@h/d#x", "names no database", id="fragment"),
        pytest.param("mysql://u:hunter2@h/d", "mysql is no database", id="mysql"),
        pytest.param("mailbag.db", "this is no URL", id="a path"),
        pytest.param("", "this is no URL", id="empty"),
        pytest.param("sqlite://", "names no file", id="memory"),
        pytest.param("sqlite:///", "names no file", id="no path"),
        pytest.param("sqlite:///:memory:", "names no file", id="memory by name"),
        pytest.param("sqlite:///a.db?mode=ro", "has options", id="options"),
    ],
)
def test_a_url_that_cannot_be_opened_is_refused_without_its_password(tmp_path, url, sentence):
    with pytest.raises(ConfigError, match=sentence) as refusal:
        open_store(url, folder=tmp_path)

    assert refusal.value.place == "[database] url"
    assert "hunter2" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


_WITHOUT = """
import sys
from pathlib import Path
sys.modules["psycopg"] = None
from pipeline.errors import ConfigError
from pipeline.store.opening import open_store
try:
    open_store("postgresql://u:hunter2@h/d", folder=Path(sys.argv[1]))
except ConfigError as error:
    print(error)
"""


def test_a_server_without_its_driver_says_how_to_install_it(tmp_path):
    said, _ = start(_WITHOUT, tmp_path, stdout=subprocess.PIPE).communicate()

    assert said == (
        "[database] url: PostgreSQL needs psycopg, which is not installed here; "
        "pip install 'mailbag[postgres]'\n"
    )


# -- making and finding it


def test_the_first_command_makes_a_database_for_its_owner_only(tmp_path):
    assert not is_there(URL, folder=tmp_path)

    open_store(URL, folder=tmp_path).close()

    assert is_there(URL, folder=tmp_path)
    assert stat.S_IMODE((tmp_path / "mailbag.db").stat().st_mode) == 0o600
    for beside in tmp_path.iterdir():
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path):
    assert open_existing(URL, folder=tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_a_database_that_is_there_is_opened(store, tmp_path):
    with open_existing(URL, folder=tmp_path) or pytest.fail("it is there") as it:
        assert it.issues.all() == ()


def test_an_empty_file_is_no_database_yet(tmp_path):
    (tmp_path / "mailbag.db").touch()

    assert not is_there(URL, folder=tmp_path)
    open_store(URL, folder=tmp_path).close()
    assert is_there(URL, folder=tmp_path)


def test_a_path_with_strange_characters_is_opened(tmp_path):
    folder = tmp_path / "a site? 100% mine#1 ü"
    folder.mkdir()

    with open_store(URL, folder=folder) as store:
        add_readers(store, ["ann@mail.example"])

    assert (folder / "mailbag.db").is_file()


def test_what_is_written_is_durable_and_others_read_meanwhile(store):
    with store.database.writing() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert values == ["wal", 2, 1]


def test_who_reads_cannot_write(store):
    with (
        pytest.raises(DatabaseError, match="may only be read"),
        store.database.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM fact")


def fail_after_writing(store: Store) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO fact VALUES ('a', 'b')")
        raise KeyError


def fail_after_writing_by_hand(store: Store) -> None:
    with store.database.writing_raw() as raw:
        raw.execute("INSERT INTO fact VALUES ('a', 'b')")
        raise KeyError


@pytest.mark.parametrize("fail", [fail_after_writing, fail_after_writing_by_hand])
def test_nothing_of_a_transaction_that_fails_is_written(store, fail):
    with pytest.raises(KeyError):
        fail(store)

    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM fact").scalar() == 0


# -- what can be wrong with it


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(DatabaseError, match="cannot be made: No such file") as refusal:
        open_store("sqlite:///missing/mailbag.db", folder=tmp_path)

    assert refusal.value.place == str(tmp_path / "missing/mailbag.db")
    assert refusal.value.exit == 5


def test_a_folder_in_the_place_of_the_database_is_an_error(tmp_path):
    (tmp_path / "mailbag.db").mkdir()

    with pytest.raises(DatabaseError, match="cannot be opened"):
        open_store(URL, folder=tmp_path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    text = b"Dear diary, " * 500
    (tmp_path / "mailbag.db").write_bytes(text)

    with pytest.raises(DatabaseError, match=r"mailbag\.db: this is not a database"):
        open_store(URL, folder=tmp_path)

    assert (tmp_path / "mailbag.db").read_bytes() == text


def damage(path: Path) -> None:
    """Overwrite everything but the first page."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


def test_a_damaged_database_is_an_error(store, tmp_path):
    add_readers(store, [f"r{number}@mail.example" for number in range(500)])
    store.close()
    damage(tmp_path / "mailbag.db")

    with pytest.raises(DatabaseError, match=r"the database is damaged.*backup"):
        open_store(URL, folder=tmp_path)


@pytest.fixture
def shell(store, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A program that knows nothing of the ticket, in the middle of a transaction."""
    connection = sqlite3.connect(tmp_path / "mailbag.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.close()


def test_a_database_that_another_program_holds_for_too_long_is_an_error(store, shell, monkeypatch):
    monkeypatch.setattr("pipeline.store.sqlite._FOREIGN_WRITER_SECONDS", 0.05)

    with pytest.raises(DatabaseBusyError, match="another program holds the database"):
        store.meta.see(NOON)

    shell.execute("ROLLBACK")
    store.meta.see(NOON)
    assert store.meta.seen_at() == NOON


def test_a_mailbag_that_writes_for_too_long_is_an_error(store, tmp_path):
    with (
        store.database.writing(),
        open_store(URL, folder=tmp_path, wait_seconds=0.05) as other,
        pytest.raises(DatabaseBusyError, match="another mailbag has been writing"),
    ):
        other.meta.see(NOON)


# -- a full disk


def fill(store: Store) -> None:
    """Let the file grow no more, as a full disk would; for connections that are open."""
    with store.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with store.database.writing_raw() as raw:
        raw.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_is_an_error_and_nothing_is_written(store):
    fill(store)

    with pytest.raises(DatabaseFullError, match="the disk is full"):
        store.meta.remember_fingerprint("token", "y" * 100_000)

    assert store.meta.fingerprint("token") is None
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"


_LIMITED = """
import resource, sys
from pathlib import Path
from pipeline.errors import DatabaseFullError
from pipeline.model.delivery import DeliveryEvent, HandOver, Result
from pipeline.store.opening import open_store
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, add_readers

with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
    box = store.outbox()
    lease = box.lease(1, owner="first", now=NOON, until=EXPIRES)
    box.commit([], [HandOver(lease=lease, subscriber_id=1)], now=NOON)
    log = Path(sys.argv[1], "mailbag.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (log + 10_000, resource.RLIM_INFINITY))
    handed = 1
    try:
        for reader in range(2, 2000):
            accept = Result(lease=lease, subscriber_id=reader - 1, event=DeliveryEvent.ACCEPT,
                            reply="x" * 300)
            box.commit([accept], [HandOver(lease=lease, subscriber_id=reader)], now=NOON)
            handed = reader
    except DatabaseFullError as error:
        print(handed, error.place.endswith("mailbag.db"), flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = box.commit([accept], [HandOver(lease=lease, subscriber_id=handed + 1)], now=NOON)
    print(len(again))
"""


def test_a_hand_over_that_cannot_be_written_down_is_refused_and_can_be_repeated(store, tmp_path):
    add_readers(store, [f"r{number}@mail.example" for number in range(2000)])
    begin(store)
    freeze(store)
    child = start(_LIMITED, tmp_path, stdout=subprocess.PIPE)

    said, _ = child.communicate()

    first, second = said.splitlines()
    handed = int(first.split()[0])
    assert (first, second) == (f"{handed} True", "0")
    assert store.outbox().sums(1).accepted == handed
    in_hand = store.outbox().deliveries(1, DeliveryState.HANDING)
    assert [it.subscriber_id for it in in_hand] == [handed + 1]


# -- no permission

_READER = """
import os, sys, tempfile
from pathlib import Path
from pipeline.errors import DatabaseError
from pipeline.store.opening import open_store
from tests.factories import NOON
with tempfile.TemporaryDirectory() as other:  # everything is imported before the rights go
    open_store("sqlite:///mailbag.db", folder=Path(other)).close()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_store("sqlite:///mailbag.db", folder=Path(sys.argv[1])) as store:
        store.meta.see(NOON)
except DatabaseError as error:
    print(error)
"""


@pytest.fixture
def open_folder(store, tmp_path: Path) -> Iterator[Path]:
    """A folder that every user may look into, with a database in it."""
    store.close()
    folder = Path(tempfile.mkdtemp(prefix="mailbag-"))
    shutil.copy(tmp_path / "mailbag.db", folder)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "sentence"),
    [
        pytest.param(0o444, 0o777, "the database may only be read", id="file"),
        pytest.param(0o666, 0o555, "mailbag.db", id="folder"),
        pytest.param(0o444, 0o555, "mailbag.db", id="both"),
        pytest.param(0o000, 0o777, "the database cannot be opened", id="unreadable"),
    ],
)
def test_a_file_without_permission_is_named_with_a_remedy(
    open_folder, file_mode, folder_mode, sentence
):
    (open_folder / "mailbag.db").chmod(file_mode)
    open_folder.chmod(folder_mode)

    said, _ = start(_READER, open_folder, stdout=subprocess.PIPE).communicate()

    assert sentence in said
    assert "; let the user that runs mailbag" in said


def test_a_log_that_a_look_left_is_writable_again_with_its_database(open_folder):
    """Somebody looked while the database could only be read; SQLite gave its log that mode."""
    database = open_folder / "mailbag.db"
    if os.geteuid() == 0:
        os.chown(open_folder, 65534, 65534)
        os.chown(database, 65534, 65534)
    database.chmod(0o444)
    refused, _ = start(_READER, open_folder, stdout=subprocess.PIPE).communicate()
    left = [path.name for path in sorted(open_folder.glob("mailbag.db-*"))]
    database.chmod(0o644)

    said, _ = start(_READER, open_folder, stdout=subprocess.PIPE).communicate()

    assert "the database may only be read" in refused
    assert left == ["mailbag.db-shm", "mailbag.db-wal"]
    assert said == ""


def test_a_log_that_may_only_be_read_is_named(open_folder):
    """It is another user's, so that nobody can give it the mode of the database."""
    if os.geteuid() != 0:
        pytest.skip("only root makes files of another user")
    database = open_folder / "mailbag.db"
    os.chown(open_folder, 65534, 65534)
    os.chown(database, 65534, 65534)
    with contextlib.closing(sqlite3.connect(database)) as other:
        other.execute("SELECT count(*) FROM fact").fetchone()
        for name in ("mailbag.db-wal", "mailbag.db-shm"):
            (open_folder / name).chmod(0o444)
            os.chown(open_folder / name, 0, 0)
        said, _ = start(_READER, open_folder, stdout=subprocess.PIPE).communicate()

    assert f"{open_folder}/mailbag.db-" in said
    assert said.endswith(
        "this file of the database may only be read; let the user that runs mailbag write to it,"
        " as to mailbag.db\n"
    )
