import json

import pytest

from tests.cli.office import Office


def test_a_back_catalogue_counts_as_published(office: Office):
    told = office("published", "add", "the-long-meeting", "the-open-door", "--issue", "7")

    assert told.out == "2 Q&As count as published now\n"
    assert office("published").out == "the-long-meeting  issue 7\nthe-open-door     issue 7\n"
    assert [q["slug"] for q in office("plan", "--json").document["chosen"]] == ["the-late-reply"]


def test_adding_twice_changes_nothing(office: Office):
    office("published", "add", "the-long-meeting", "the-long-meeting")

    told = office("published", "add", "the-long-meeting")

    assert told.out == "1 Q&A counts as published already\n"
    assert office("published", "add", "the-long-meeting", "--json").document == {
        "changed": 0,
        "unchanged": 1,
    }


def test_removing_lets_it_be_chosen_again(office: Office):
    office("published", "add", "the-long-meeting")

    told = office("published", "remove", "the-long-meeting")

    assert told.out == "1 Q&A may be chosen again\n"
    assert office("published").out == "nothing is published yet\n"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["add", "no-such-thing", "the-long-meeting"], id="add"),
        pytest.param(["remove", "the-open-door"], id="remove"),
        pytest.param(["add", "the-open-door", "--issue", "0"], id="issue-zero"),
        pytest.param(["add"], id="add-nothing"),
        pytest.param(["forget"], id="no-command"),
    ],
)
def test_what_is_not_there_is_2_and_changes_nothing(office: Office, words):
    told = office("published", *words, "--json")

    assert told.code == 2
    assert told.error["remedy"]
    assert office("published", "--json").document == {"published": []}


def test_what_one_machine_exports_another_imports(office: Office):
    path = office.folder / "published.json"
    office("published", "add", "the-long-meeting", "--issue", "3")
    before = office("published", "export").document
    office("published", "export", "--out", str(path))
    office("published", "remove", "the-long-meeting")

    told = office("published", "import", str(path), "--json")

    assert told.document == {"changed": 1, "unchanged": 0}
    assert office("published", "export").document == before == json.loads(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("email\n", id="no-json"),
        pytest.param("[1]", id="a-list"),
        pytest.param('{"format": "another", "published": []}', id="another-format"),
        pytest.param('{"format": "mailbag-published-1", "published": 5}', id="no-list"),
        pytest.param(
            '{"format": "mailbag-published-1", "published": [{"slug": "x", "issue": "three"}]}',
            id="no-number",
        ),
        pytest.param("[" * 5000, id="deep"),
    ],
)
def test_a_list_that_is_none_is_2_and_changes_nothing(office: Office, text):
    path = office.folder / "published.json"
    path.write_text(text)

    told = office("published", "import", str(path), "--json")

    assert told.code == 2
    assert told.error["place"] == str(path)
    assert "published export" in told.error["message"]
    assert office("published", "--json").document == {"published": []}


def test_a_list_of_other_bytes_is_2(office: Office):
    path = office.folder / "published.json"
    path.write_bytes(b"\xff\xfe")

    told = office("published", "import", str(path), "--json")

    assert told.code == 2
    assert told.error["place"] == str(path)
    assert told.error["remedy"] == "make it anew where the issues were sent"


def test_the_next_issue_goes_on_from_an_imported_list(office: Office):
    path = office.folder / "published.json"
    entry = {"slug": "the-long-meeting", "question_hash": "", "issue": 6}
    path.write_text(json.dumps({"format": "mailbag-published-1", "published": [entry]}))
    office("published", "import", str(path))

    told = office("plan")

    assert told.out.startswith("Issue 7, due ")
    assert "Assumed: the database here holds no issue, and the last one" in told.out


def test_export_makes_no_folder(office: Office):
    out = office.folder / "elsewhere" / "published.json"

    told = office("published", "export", "--out", str(out))

    assert told.code == 2
    assert told.err == (
        f"mailbag: {out.parent}: there is no such folder; make it, or name another one\n"
    )
    assert not out.parent.exists()


@pytest.mark.parametrize("name", ["the-open-door.md", "content/the-open-door.md"])
def test_a_file_may_be_named_for_its_slug(office: Office, name):
    assert office("published", "add", name).code == 0
    assert office("published").out == "the-open-door  before\n"
    assert office("published", "remove", name).code == 0


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_list_that_cannot_be_read_is_2(office: Office, name):
    told = office("published", "import", str(office.folder / name), "--json")

    assert told.code == 2
    assert told.error["message"].startswith("cannot be read (")
    assert "`mailbag published export --out FILE`" in told.error["remedy"]
