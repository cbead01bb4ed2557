import stat

import pytest

from pipeline.errors import ConfigError, DatabaseError
from pipeline.store.opening import Store, open_store
from tests.store.ledgers import add_readers, begin, freeze


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """These are about the file."""
    return sqlite_store


def test_a_backup_is_one_file_with_everything_in_it(store, tmp_path):
    add_readers(store, ["ann@mail.example"])
    begin(store)
    freeze(store)
    folder = tmp_path / "backups"
    folder.mkdir()

    store.backup(folder / "monday.db")

    assert [it.name for it in folder.iterdir()] == ["monday.db"]
    assert stat.S_IMODE((folder / "monday.db").stat().st_mode) == 0o600
    with open_store("sqlite:///monday.db", folder=folder) as copy:
        assert copy.issues.all() == store.issues.all()
        assert list(copy.subscribers.list()) == list(store.subscribers.list())


def test_a_backup_holds_what_was_committed_and_nothing_else(store, tmp_path):
    add_readers(store, ["ann@mail.example"])
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM subscriber")
        store.backup(tmp_path / "copy.db")
        connection.exec_driver_sql("INSERT INTO fact VALUES ('a', 'b')")

    with open_store("sqlite:///copy.db", folder=tmp_path) as copy:
        assert copy.subscribers.count() == 1


def test_a_backup_replaces_nothing(store, tmp_path):
    target = tmp_path / "notes.txt"
    target.write_text("not a backup")

    with pytest.raises(ConfigError, match=r"notes\.txt: there is a file already"):
        store.backup(target)

    assert target.read_text() == "not a backup"
    assert not list(tmp_path.glob("*.partial"))


def test_a_folder_that_is_missing_is_named(store, tmp_path):
    with pytest.raises(DatabaseError, match="cannot be written"):
        store.backup(tmp_path / "missing" / "copy.db")
