import stat

import pytest

from tests.cli.office import STEERING, Office


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

    assert set(row) == {"address", "name", "status", "since"}
    assert (row["address"], row["name"], row["status"]) == ("a@mail.example", "A", "active")


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
