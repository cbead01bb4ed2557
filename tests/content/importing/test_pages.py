"""Whole pages in the shapes that columns come in, each with what must come of it."""

import json
from pathlib import Path

import pytest

from pipeline.content.importing.column import read_column
from pipeline.content.parsing import parse
from pipeline.model.qa import QAStatus
from tests.content.importing.page_outcome import outcome

DATA = Path(__file__).parent / "data"
PAGES = sorted(path for path in DATA.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page_becomes_what_its_expected_file_says(page):
    expected = json.loads(page.with_name(f"{page.name}.json").read_text(encoding="utf-8"))

    column = read_column(page.read_bytes(), page.name)

    assert outcome(column) == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_qa_of_a_page_parses_as_it_was_read(page):
    for qa in read_column(page.read_bytes(), page.name).qas:
        parsed = parse(qa.text.encode(), f"content/{qa.slug}.md")

        if not (qa.question and qa.answer):
            assert qa.status is QAStatus.DRAFT
            continue
        assert parsed.qa is not None, parsed.findings
        assert parsed.qa.question.text == qa.question
        assert parsed.qa.answer.text == qa.answer
        assert parsed.qa.title == qa.title
        assert parsed.qa.status is qa.status
        assert (parsed.qa.question.asked_by or "") == qa.asked_by
        assert parsed.qa.inspired_by == qa.inspired_by
        assert (parsed.qa.answer.bio or "") == qa.bio


def test_sample_column_comes_out_ready():
    sample = Path("content/columns/_status-reports.txt")

    column = read_column(sample.read_bytes(), sample.name)

    assert len(column.qas) == 4
    assert [qa.status for qa in column.qas] == [QAStatus.READY] * 4
    assert {qa.answered_by for qa in column.qas} == {"Jo Doe"}
    assert column.qas[3].asked_by == "Quiet Reader in Duluth"
