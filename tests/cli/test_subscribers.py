import stat

import pytest

from tests.cli.office import STEERING, Office, Relay


def test_add_takes_an_address_and_a_name(office: Office):
    told = office("subscribers", "add", "Jo@Mail.example", "--name", "Jo Doe", "--json")

    assert told.document == {"address": "Jo@Mail.example", "name": "Jo Doe", "added": True}


def test_adding_twice_is_said_and_changes_nothing(office: Office):
    office("subscribers", "add", "jo@mail.example")

    told = office("subscribers", "add", "JO@mail.example")

    assert (told.code, told.out) == (0, "JO@mail.example is on the list already\n")
    assert len(office("subscribers", "list").out.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["nobody"], "'nobody'", id="no-address"),
        pytest.param(["a@mail.example\nBcc: b@mail.example"], "no address", id="line-end"),
        pytest.param(["a@mail.example", "--name", "Jo\x1b[31m"], "control character", id="name"),
        pytest.param([""], "no address", id="empty"),
    ],
)
def test_add_refuses_what_is_no_address(office: Office, words, said):
    told = office("subscribers", "add", *words, "--json")

    assert told.code == 2
    assert said in told.error["message"]
    assert not STEERING.search(told.out + told.err)


def test_who_was_removed_comes_back_only_when_asked(office: Office):
    office.read_in("a@mail.example")
    office("subscribers", "remove", "a@mail.example")

    plainly = office("subscribers", "add", "a@mail.example", "--json")
    again = office("subscribers", "add", "a@mail.example", "--again")

    assert plainly.code == 5
    assert "an operator removed this reader" in plainly.error["message"]
    assert "--again" in plainly.error["remedy"]
    assert (again.code, again.out) == (0, "a@mail.example gets the next issue\n")


def test_import_takes_the_good_lines_and_lists_the_bad_ones(office: Office):
    path = office.folder / "list.csv"
    path.write_text("email,name\na@mail.example,A\nbad,B\nb@mail.example,\n@,\na@mail.example,A\n")

    told = office("subscribers", "import", str(path))

    assert told.code == 3
    assert told.out == "2 readers added, 1 already there\n"
    assert [line.split(":")[1] for line in told.err.splitlines()[:2]] == ["3", "5"]
    assert told.err.endswith("2 lines refused\n")


def test_import_again_adds_nobody(office: Office):
    path = office.folder / "list.csv"
    path.write_text("email\na@mail.example\n")
    office("subscribers", "import", str(path))

    document = office("subscribers", "import", str(path), "--json").document

    assert document == {"added": 0, "existing": 1, "refused": []}


def test_import_does_not_bring_back_who_left(office: Office):
    office.read_in("a@mail.example")
    office("subscribers", "remove", "a@mail.example")
    path = office.folder / "list.csv"
    path.write_text("email\na@mail.example\n")

    told = office("subscribers", "import", str(path), "--json")

    assert told.code == 3
    assert told.document["refused"] == [{"line": 2, "reason": "an operator removed this reader"}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"email\nx\xff@mail.example\n", "not UTF-8", id="not-utf-8"),
        pytest.param(b"name\nA\n", "no column 'email'", id="no-email-column"),
        pytest.param(b"", "is empty", id="empty"),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(office: Office, data, said):
    office.read_in("a@mail.example")
    path = office.folder / "list.csv"
    path.write_bytes(data)

    told = office("subscribers", "import", str(path), "--json")

    assert told.code == 2
    assert said in told.error["message"]
    assert len(office("subscribers", "list", "--json").document["subscribers"]) == 1


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_list_that_is_no_file_is_2(office: Office, name):
    told = office("subscribers", "import", str(office.folder / name), "--json")

    assert told.code == 2
    assert told.error["remedy"]


def test_list_as_json_has_what_the_manual_says(office: Office):
    office("subscribers", "add", "a@mail.example", "--name", "A")

    (row,) = office("subscribers", "list", "--json").document["subscribers"]

    assert set(row) == {"address", "name", "status", "since", "suppressed"}
    assert (row["address"], row["name"], row["status"]) == ("a@mail.example", "A", "active")


def test_show_tells_what_counts_against_a_reader(sending: Office, relay: Relay):
    relay.answers["b@mail.example"] = "550 5.7.2 members only"
    sending("send", "--now", "--yes")

    told = sending("subscribers", "show", "B@mail.example")
    document = sending("subscribers", "show", "b@mail.example", "--json").document

    assert told.out.splitlines() == [
        "b@mail.example: active since 03 Mar 2026",
        "issue 1, 03 Mar 2026: a rule of the reader's server keeps the message out",
    ]
    assert set(document) == {"address", "name", "status", "since", "suppression", "strikes"}
    assert document["suppression"] is None
    (strike,) = document["strikes"]
    assert set(strike) == {"issue", "reason", "meaning", "at"}
    assert (strike["issue"], strike["reason"]) == (1, "recipient_policy")


def test_show_tells_why_nothing_goes_to_a_reader(sending: Office, relay: Relay):
    relay.answers["b@mail.example"] = "550 5.1.1 no such user"
    sending("send", "--now", "--yes")

    told = sending("subscribers", "show", "b@mail.example")
    suppression = sending("subscribers", "show", "b@mail.example", "--json").document["suppression"]

    assert told.out.splitlines()[1] == (
        "suppressed since 03 Mar 2026: the address does not exist, or took nothing for long"
        " (issue 1)"
    )
    assert (suppression["reason"], suppression["note"]) == ("hard_bounce", "issue 1")


@pytest.mark.parametrize("reader", ["nobody@mail.example", "nobody"])
def test_show_of_somebody_else_is_2(sending: Office, reader):
    told = sending("subscribers", "show", reader, "--json")

    assert told.code == 2
    assert told.error["remedy"]


def test_readers_whose_servers_keep_three_letters_out_are_to_be_looked_at(
    sending: Office, relay: Relay
):
    relay.answers["b@mail.example"] = "550 5.7.2 members only"
    for number in range(6):
        sending.write(f"letter-{number}", day=4 + number)
    for _ in range(2):
        sending("send", "--now", "--yes")
    early = sending("subscribers", "list", "--review")
    sending("send", "--now", "--yes")

    found = sending("subscribers", "list", "--review", "--json").document["subscribers"]

    assert (early.out, "nobody needs to be looked at" in early.err) == ("", True)
    assert [reader["address"] for reader in found] == ["b@mail.example"]


def test_list_of_one_status(office: Office):
    office.read_in("a@mail.example", "b@mail.example")
    office("subscribers", "remove", "a@mail.example")

    told = office("subscribers", "list", "--status", "active")

    assert told.out.split() == ["active", "2026-03-03", "b@mail.example"]


def test_an_empty_list_is_said_beside_the_output(office: Office):
    told = office("subscribers", "list")

    assert (told.code, told.out, told.err) == (0, "", "nobody is on the list yet\n")


def test_export_is_safe_to_open_and_comes_back(office: Office):
    office("subscribers", "add", "a@mail.example", "--name", "=cmd()")

    told = office("subscribers", "export")

    assert told.out.splitlines()[0] == "email,name,status,since"
    assert told.out.splitlines()[1].startswith("a@mail.example,'=cmd(),active,")


def test_export_to_a_file_is_private_and_overwrites_nothing(office: Office):
    office.read_in("a@mail.example")
    path = office.folder / "out.csv"

    first, second = (office("subscribers", "export", "--out", str(path)) for _ in range(2))

    assert first.out == f"1 reader written to {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert second.code == 2


def test_export_to_nowhere_is_2(office: Office):
    told = office("subscribers", "export", "--out", str(office.folder / "no" / "out.csv"))

    assert told.code == 2
    assert "No such file or directory" in told.err


def test_remove_takes_all_or_none(office: Office):
    office.read_in("a@mail.example", "b@mail.example")

    told = office("subscribers", "remove", "a@mail.example", "zed@mail.example", "--json")

    assert told.code == 2
    assert "zed@mail.example" in told.error["message"]
    assert "a@mail.example" in office("subscribers", "list", "--status", "active").out


def test_list_says_who_gets_nothing_since_the_address_is_suppressed(sending: Office, relay: Relay):
    relay.answers["b@mail.example"] = "550 5.1.1 no such user"
    sending("send", "--now", "--yes")

    lines = sending("subscribers", "list").out.splitlines()
    readers = sending("subscribers", "list", "--json").document["subscribers"]

    assert [line.split()[0] for line in lines] == ["active", "suppressed"]
    assert [(it["status"], it["suppressed"]) for it in readers] == [
        ("active", False),
        ("active", True),
    ]
