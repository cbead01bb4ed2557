"""``mailbag db copy``, and the commands after it."""

import subprocess

import pytest

from tests.cli.office import Office, Relay

OLD, NEW = "sqlite:///mailbag.db", "sqlite:///new.db"


@pytest.fixture
def moved(sending: Office) -> Office:
    """A site whose ledger was copied, and whose toml names the old one."""
    assert sending("db", "copy", OLD, NEW).code == 0
    return sending


def test_a_person_is_told_what_was_copied_and_what_to_do_now(sending: Office):
    told = sending("db", "copy", OLD, NEW)

    assert told.code == 0
    assert "subscriber  2" in told.out
    assert "rows were copied and compared" in told.out
    assert f'set [database] url = "sqlite:///{sending.folder}/new.db"' in told.out


def test_a_program_gets_each_table_with_its_rows_and_hash(sending: Office):
    document = sending("db", "copy", OLD, NEW, "--json").document

    assert list(document) == ["from", "to", "rows", "tables", "seconds"]
    assert document["from"] == f"sqlite:///{sending.folder}/mailbag.db"
    assert document["to"] == f"sqlite:///{sending.folder}/new.db"
    tables = {it["table"]: it for it in document["tables"]}
    assert tables["subscriber"]["rows"] == 2
    assert tables["subscriber"]["replaced"] == 0
    assert len(tables["subscriber"]["sha256"]) == 64
    assert document["rows"] == sum(it["rows"] for it in tables.values())


@pytest.mark.parametrize(
    "words",
    [
        ("send", "--now", "--yes"),
        ("send", "--due"),
        ("run",),
        ("subscribers", "add", "c@mail.example"),
        ("subscribers", "list"),
        ("published", "add", "the-open-door"),
        ("status",),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_every_command_refuses_the_old_ledger_and_names_the_new_one(moved: Office, words):
    told = moved(*words)

    assert told.code == 5
    said = told.out + told.err
    assert f"the ledger has moved to sqlite:///{moved.folder}/new.db" in said
    assert f'set [database] url = "sqlite:///{moved.folder}/new.db"' in said


def test_with_the_new_url_the_site_goes_on(moved: Office, relay: Relay):
    moved.edit("sqlite:///mailbag.db", f"sqlite:///{moved.folder}/new.db")

    told = moved("send", "--now", "--yes", "--json")

    assert told.code == 0
    assert told.document["accepted"] == 2
    assert relay.readers == ["a@mail.example", "b@mail.example"]


def test_a_second_call_says_that_the_ledger_has_moved(moved: Office):
    error = moved("db", "copy", OLD, NEW, "--json").error

    assert error["exit"] == 5
    assert "the ledger has moved to" in error["message"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@db.example/mailbag",
        "postgresql://me@db.example/mailbag?password=hunter2",
    ],
)
@pytest.mark.parametrize("side", [0, 1], ids=["source", "target"])
def test_a_password_on_the_command_line_is_refused_and_not_repeated(sending: Office, url, side):
    urls = [OLD, NEW]
    urls[side] = url

    told = sending("db", "copy", *urls)

    assert told.code == 2
    assert "a password on a command line is seen by everybody" in told.err
    assert "PGPASSFILE" in told.err
    assert "hunter2" not in told.out + told.err
    assert not (sending.folder / "new.db").exists()


@pytest.mark.parametrize("url", ["mysql://db.example/mailbag", "new.db", "sqlite:///"])
def test_a_url_of_no_database_is_2(sending: Office, url):
    assert sending("db", "copy", OLD, url).code == 2


def test_a_program_that_waits_for_its_time_ends_when_its_ledger_moves(sending: Office):
    waiting = sending.process("run", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert waiting.stderr is not None
        assert "the next issue is due" in waiting.stderr.readline()
        while sending("db", "copy", OLD, NEW).code == 5:
            pass  # its first tick holds the sender's lock
        _, said = waiting.communicate(timeout=60)
    finally:
        waiting.kill()
        waiting.wait()

    assert waiting.returncode == 5
    assert "the ledger has moved to" in said
