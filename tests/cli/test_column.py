from pathlib import Path

import pytest

from tests.cli.office import STEERING, Office

COLUMN = """The Corner Office
by Jo Doe

Q: May I work from the kitchen?
A: Yes. The kettle is nearer.

Q: May I work from the garden?
A: In June.
"""


def test_new_prints_the_path_of_a_file_that_has_nothing_wrong(office: Office):
    told = office("new", "May I leave?")

    assert told.out == "content/may-i-leave.md\n"
    assert "title: May I leave?" in (office.folder / "content" / "may-i-leave.md").read_text()
    assert office("check").code == 0
    assert office("new", "Another", "--json").document == {
        "path": "content/another.md",
        "slug": "another",
    }


def test_new_never_writes_over_a_file_in_any_folder(office: Office):
    deep = office.folder / "content" / "2025"
    deep.mkdir()
    (office.folder / "content" / "the-open-door.md").rename(deep / "the-open-door.md")

    told = office("new", "The open door", "--json")

    assert told.code == 2
    assert told.error["place"] == "content/2025/the-open-door.md"


@pytest.mark.parametrize("title", ["", "   ", "one\ntwo", "red \x1b[31m", "bad\udcff", "x" * 201])
def test_new_refuses_a_title_that_is_none(office: Office, title):
    told = office("new", "--json", "--", title)

    assert told.code == 2
    assert not STEERING.search(told.out + told.err)


def test_new_titles_of_signs_alone_get_names_of_their_own(office: Office):
    slugs = [
        office("new", "--json", "--", title).document["slug"] for title in ("???", "😀", "???")
    ]

    assert slugs == ["question", "question-2", "question-3"]
    assert office("new", "Question").code == 2


def test_new_title_that_is_too_long_is_cut_in_the_name_alone(office: Office):
    told = office("new", "--json", "--", "long " * 38 + "title")

    assert told.code == 0
    assert len(told.document["slug"]) <= 60
    assert office("check").code == 0


def test_import_makes_files_once(office: Office, tmp_path: Path):
    column = tmp_path / "column.txt"
    column.write_text(COLUMN)

    first, second = (office("import", str(column)) for _ in range(2))

    assert first.code == second.code == 0
    assert "2 Q&As created, 0 already there" in first.out
    assert "0 Q&As created, 2 already there" in second.out


def test_a_dry_run_of_import_makes_nothing(office: Office, tmp_path: Path):
    column = tmp_path / "column.txt"
    column.write_text(COLUMN)
    before = office.files()

    told = office("import", "--dry-run", str(column))

    assert "2 Q&As would be created" in told.out
    assert office.files() == before


def test_import_as_json_accounts_for_every_line(office: Office, tmp_path: Path):
    column = tmp_path / "column.txt"
    column.write_text(COLUMN)

    (file,) = office("import", "--json", str(column)).document["files"]

    assert file["source"] == str(column)
    assert len(file["created"]) == 2
    assert {line["line"] for line in file["lines"]} == set(range(1, len(COLUMN.splitlines()) + 1))


def test_one_unreadable_file_does_not_keep_the_others(office: Office, tmp_path: Path):
    column = tmp_path / "column.txt"
    column.write_text(COLUMN)

    told = office("import", str(tmp_path / "missing.txt"), str(column))

    assert told.code == 3
    assert "missing.txt" in told.out + told.err
    assert "2 Q&As created" in told.out


def test_import_without_a_file_is_2(office: Office):
    assert office("import", "--json").error["message"] == "missing argument 'FILE...'"
