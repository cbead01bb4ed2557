from datetime import date

import pytest

from pipeline.content.new_file import new_qa
from pipeline.content.parsing import parse
from pipeline.model.qa import QAStatus

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "title", ["The long meeting", "Re: my boss #2", '"Quoted" and more', "سؤال", "- yes?", "%"]
)
def test_a_new_file_is_a_sound_draft(title):
    new = new_qa(title, TODAY)

    parsed = parse(new.text.encode(), f"content/{new.slug}.md")

    assert parsed.findings == ()
    assert parsed.qa is not None
    assert parsed.qa.title == title
    assert parsed.qa.status is QAStatus.DRAFT
    assert parsed.qa.question.asked_on == TODAY
    assert parsed.qa.question.asked_by is None


def test_a_new_file_cannot_be_made_ready_as_it_is():
    new = new_qa("The long meeting", TODAY)

    parsed = parse(new.text.replace("status: draft", "status: ready").encode(), "content/x.md")

    assert parsed.qa is None
    assert {finding.id for finding in parsed.findings} == {"content/placeholder"}


def test_the_title_of_a_new_file_is_one_line():
    assert "title: The long meeting\n" in new_qa(" The\nlong  meeting ", TODAY).text
