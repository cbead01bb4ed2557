"""``doctor`` and ``backup``."""

import sqlite3

import pytest

from tests.cli.office import Office, Relay
from tests.fakes import FakeClock


def states(office: Office) -> dict[str, str]:
    document = office("doctor", "--json").document
    for line in document["checks"]:
        assert set(line) == {"subject", "state", "fact", "remedy"}
        assert line["fact"]
        assert line["state"] == "ok" or line["remedy"] or line["subject"] == "relay"
    return {line["subject"]: line["state"] for line in document["checks"]}


def test_doctor_finds_a_good_site_good(sending: Office):
    told = sending("doctor")

    assert told.code == 0
    assert "ok    relay     127.0.0.1:" in told.out
    assert states(sending) == {
        "settings": "ok",
        "keys": "ok",
        "database": "ok",
        "clock": "ok",
        "from": "look",
        "base_url": "look",
        "dkim": "look",
        "relay": "ok",
        "sender": "ok",
        "limits": "ok",
        "links": "look",
    }


def test_doctor_makes_no_database(office: Office):
    assert states(office)["database"] == "look"
    assert not (office.folder / "mailbag.db").exists()


@pytest.mark.parametrize(
    ("before", "after", "subject", "code"),
    [
        pytest.param("1 Main Street", "CHANGE-ME", "settings", 2, id="placeholder"),
        pytest.param('theme = "classic"', 'theme = "clasic"', "settings", 2, id="theme"),
        pytest.param("verify_links = false", "verify_links = true", "links", 2, id="links"),
    ],
)
def test_doctor_names_what_would_keep_a_send(sending: Office, before, after, subject, code):
    sending.edit("https://news.example", "http://127.0.0.1:1")
    sending.edit(before, after)

    told = sending("doctor", "--json")

    assert told.code == code
    bad = [line for line in told.document["checks"] if line["state"] == "bad"]
    assert [line["subject"] for line in bad] == [subject]
    assert bad[0]["remedy"]


def test_a_relay_that_is_not_there_is_4(office: Office):
    office.set(port="1")

    told = office("doctor")

    assert told.code == 4
    assert "bad   relay     127.0.0.1:1: " in told.out


def test_a_missing_key_is_5(sending: Office):
    (sending.folder / ".secrets" / "token.key").unlink()

    told = sending("doctor", "--json")

    assert told.code == 5
    assert states(sending)["keys"] == "bad"


def test_a_damaged_database_is_5(sending: Office):
    path = sending.folder / "mailbag.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)

    told = sending("doctor", "--json")

    assert told.code == 5
    assert states(sending)["database"] == "bad"


def test_a_clock_set_back_is_5_until_it_is_accepted(sending: Office, clock: FakeClock):
    sending("send", "--due")
    clock.advance(-7200)

    told, accepted = sending("doctor", "--json"), sending("doctor", "--accept-clock")

    assert told.code == 5
    assert accepted.code == 0


def test_a_backup_is_one_whole_file_without_keys(sending: Office):
    path = sending.folder / "copy.db"

    told = sending("backup", str(path), "--json")

    assert told.code == 0
    assert told.document["bytes"] == path.stat().st_size
    assert told.document["not_in_it"] == [".secrets/token.key", ".secrets/suppression.key"]
    with sqlite3.connect(path) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM subscriber").fetchone() == (2,)
    copy.close()


def test_a_backup_says_that_images_of_mails_are_not_in_it(sending: Office):
    (sending.folder / "public" / "images").mkdir(parents=True)

    told = sending("backup", str(sending.folder / "copy.db"), "--json")

    assert "public/images/" in told.document["not_in_it"]


def test_a_backup_overwrites_nothing(sending: Office):
    path = sending.folder / "copy.db"
    path.write_text("precious")

    told = sending("backup", str(path), "--json")

    assert told.code == 2
    assert path.read_text() == "precious"


def test_a_backup_names_the_keys_to_keep_as_well(sending: Office):
    told = sending("backup", str(sending.folder / "copy.db"))

    assert told.out.splitlines()[1] == (
        "Not in it, keep them as well: .secrets/token.key, .secrets/suppression.key"
    )


def test_a_backup_to_nowhere_is_refused(sending: Office):
    told = sending("backup", str(sending.folder / "no" / "copy.db"), "--json")

    assert told.code == 5
    assert told.error["remedy"]


def test_doctor_lists_every_limit_and_how_far_the_plan_is(sending: Office, relay: Relay):
    sending.edit('rate = ""', 'rate = "14/s"')
    sending.edit("[delivery]\n", '[delivery]\nrate = "100/m"\nwarm_up = 200\n')
    sending.append('[providers."gmail.com"]\nrate = "5/s"\nconnections = 2\n')

    told = sending("doctor").out

    name = f"127.0.0.1:{relay.port}"
    assert f"100/m in all; 14/s by {name}; 5/s to gmail.com; 2 at once to gmail.com" in told
    assert f"day 1 of 42 by {name}: 200 messages, 0 of them used today" in told


def test_doctor_looks_at_each_relay(sending: Office):
    sending.append('[[smtp_backup]]\nhost = "127.0.0.1"\nport = 1\n')

    told = sending("doctor")

    assert told.code == 4
    assert "backup 1" in told.out
    assert "the relay runs and that [[smtp_backup]] host and port are right" in told.out
