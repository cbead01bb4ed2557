"""Pages on disk become QA files, once."""

import json
from pathlib import Path

import pytest

from pipeline.content import library
from pipeline.content.importing import reporting
from pipeline.content.importing.files import import_files

PAGE = "by Jo Doe\n\nQ: May I hum?\n\nA: Softly.\n\nQ: May I sing?\n\nA: Outside.\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def content(tmp_path):
    return tmp_path / "content"


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_page_becomes_one_file_for_each_qa(page, content):
    (result,) = import_files([page], content)

    assert result.created == ("may-i-hum", "may-i-sing")
    assert names(content) == ["may-i-hum.md", "may-i-sing.md"]


def test_written_files_are_read_by_the_library(page, content):
    import_files([page], content)

    column = library.read(content, site=content.parent)

    assert [qa.slug for qa in column.qas] == ["may-i-hum", "may-i-sing"]
    assert column.findings == ()


def test_second_run_makes_no_second_copy(page, content):
    import_files([page], content)
    before = {name: (content / name).stat().st_mtime_ns for name in names(content)}

    (result,) = import_files([page], content)

    assert result.created == ()
    assert result.existing == ("may-i-hum", "may-i-sing")
    assert {name: (content / name).stat().st_mtime_ns for name in names(content)} == before


def test_renamed_and_moved_file_is_known_by_its_question(page, content):
    import_files([page], content)
    (content / "old").mkdir()
    (content / "may-i-hum.md").rename(content / "old" / "humming.md")

    (result,) = import_files([page], content)

    assert result.existing == ("humming", "may-i-sing")
    assert {line.slug for line in result.lines if line.line == 3} == {"humming"}


def test_page_with_other_quotes_and_line_ends_is_the_same(page, content):
    import_files([page], content)
    page.write_bytes(PAGE.replace("hum?", "hum ?").replace("\n", "\r\n").encode())

    (result,) = import_files([page], content)

    assert result.created == ()


def test_slug_of_another_question_gets_a_number(page, content):
    content.mkdir()
    other = "---\ntitle: x\n---\n## Question\n\nAnother one?\n\n## Answer\n\nYes.\n"
    (content / "may-i-hum.md").write_text(other, encoding="utf-8")

    (result,) = import_files([page], content)

    assert result.created == ("may-i-hum-2", "may-i-sing")
    assert (content / "may-i-hum.md").read_text(encoding="utf-8") == other
    assert {line.slug for line in result.lines if line.line == 3} == {"may-i-hum-2"}


def test_faulty_file_with_the_slug_is_left_alone(page, content):
    content.mkdir()
    (content / "may-i-hum.md").write_bytes(b"\xff broken")

    (result,) = import_files([page], content)

    assert result.created[0] == "may-i-hum-2"
    assert (content / "may-i-hum.md").read_bytes() == b"\xff broken"


def test_draft_without_an_answer_is_known_again(page, content):
    page.write_text("Q: May I whistle?\n", encoding="utf-8")
    import_files([page], content)

    (result,) = import_files([page], content)

    assert result.existing == ("may-i-whistle",)
    assert names(content) == ["may-i-whistle.md"]


def test_two_questions_of_the_same_words_are_both_known_again(page, content):
    page.write_text("Q: May I?\n\nA: Yes.\n\nQ: May I?\n\nA: No.\n", encoding="utf-8")
    import_files([page], content)

    (result,) = import_files([page], content)

    assert result.existing == ("may-i", "may-i-2")


def test_empty_question_is_known_again(page, content):
    page.write_text("Q:\n\nA: Yes.\n", encoding="utf-8")
    import_files([page], content)

    (result,) = import_files([page], content)

    assert (result.created, len(result.existing)) == ((), 1)


def test_dry_run_writes_nothing_and_says_the_same(page, content):
    (planned,) = import_files([page], content, dry_run=True)

    assert not content.exists()

    (done,) = import_files([page], content)

    assert planned == done


def test_faulty_page_does_not_stop_the_others(page, content, tmp_path):
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"Q: one\n\x80\x81")

    results = import_files([binary, tmp_path / "missing.txt", tmp_path, page], content)

    assert str(results[0].error).startswith(f"{binary}:2: the file is not UTF-8: byte 0x80")
    assert "cannot be read (No such file or directory)" in str(results[1].error)
    assert results[2].error is not None
    assert results[3].created == ("may-i-hum", "may-i-sing")


def test_same_page_twice_in_one_run_is_written_once(page, content):
    first, second = import_files([page, page], content)

    assert first.created == second.existing


def test_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(page, tmp_path):
    (tmp_path / "content").write_text("a file, no folder", encoding="utf-8")

    (result,) = import_files([page], tmp_path / "content")

    assert result.created == ()
    assert "cannot be written" in str(result.error)


def test_no_temporary_file_is_left(page, content):
    import_files([page], content)

    assert names(content) == ["may-i-hum.md", "may-i-sing.md"]


def test_json_document_accounts_for_every_line(page, content):
    document = json.loads(json.dumps(reporting.as_json(import_files([page], content))))

    (file,) = document["files"]
    assert file["source"] == str(page)
    assert [line["line"] for line in file["lines"]] == list(range(1, 10))
    assert file["lines"][0] == {"line": 1, "as": "byline", "slug": None}
    assert file["lines"][2] == {"line": 3, "as": "question", "slug": "may-i-hum"}


def test_json_document_holds_the_error_of_a_faulty_page(tmp_path, content):
    document = reporting.as_json(import_files([tmp_path / "missing.txt"], content))

    assert document["files"][0]["error"]["exit"] == 3


def test_summary_names_files_drafts_and_lines_left_out(page, content):
    page.write_text("Q: I hum.\n\nAll day.\n\nMay I?\n\nYes.\n\nJo Doe is a coach.\n\nEnd.\n")

    lines = reporting.summary(import_files([page], content))

    assert lines == (
        f"{page}: 1 Q&A created, 0 already there",
        "  i-hum (draft: the answer has no marker; check where it begins)",
        "  left out, because nobody can tell what it is: line 11",
    )


def test_summary_says_how_questions_begin_when_there_are_none(page, content):
    page.write_text("Nothing here.\n", encoding="utf-8")

    lines = reporting.summary(import_files([page], content))

    assert lines[0] == f"{page}: 0 Q&As created, 0 already there"
    assert lines[1].startswith("  no question was found")


def test_sample_column_is_imported_once(content):
    sample = Path("content/columns/_status-reports.txt")

    (first,) = import_files([sample], content)
    (second,) = import_files([sample], content)

    assert len(first.created) == 4
    assert (second.created, len(second.existing)) == ((), 4)
