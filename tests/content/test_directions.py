import pytest

from pipeline.content import issue_file
from pipeline.content.parsing import parse
from pipeline.model.finding import Finding, Level

RLO, PDF, RLI, PDI = "\u202e\u202c\u2067\u2069"

QA = """\
---
title: {title}
asked_by: Sam
status: ready
---
## Question

{question}

## Answer

{answer}
"""


def read(
    title: str = "The report", question: str = "May I?", answer: str = "Yes."
) -> list[Finding]:
    text = QA.format(title=title, question=question, answer=answer)
    return list(parse(text.encode(), "content/a.md").findings)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"Say {RLI}سلام{PDI} twice.", id="an isolate"),
        pytest.param(f"Say {RLO}olleh{PDF} twice.", id="an override"),
        pytest.param(f"Say {RLI}سلام\nكتب{PDI} twice.", id="over two lines of a paragraph"),
        pytest.param("سلام!\u200f \u200e\u061c", id="marks"),
    ],
)
def test_a_turn_that_ends_in_its_paragraph_is_fine(text):
    assert read(answer=text) == []


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        pytest.param({"answer": f"Say {RLO}olleh."}, [(12, 5)], id="in an answer"),
        pytest.param({"question": f"a\nbc{RLI}d"}, [(9, 3)], id="in the second line of a question"),
        pytest.param({"answer": f"a{RLO}\n\nb{PDF}"}, [(12, 2), (14, 2)], id="in two paragraphs"),
        pytest.param({"answer": f"- a{RLO}\n- b{PDF}"}, [(12, 4), (13, 4)], id="in two items"),
        pytest.param({"answer": f"| a{RLO} | b{PDF} |"}, [], id="in one row"),
        pytest.param({"answer": f"> a\n\n```\n{RLO}x\n```"}, [(15, 1)], id="in code"),
        pytest.param({"title": f"The {RLO}report"}, [(2, 12)], id="in a title"),
        pytest.param({"title": f"{RLO}a\nbio: b{PDF}"}, [(2, 8), (3, 7)], id="in two keys"),
        pytest.param({"title": '"The \\u202Ereport"'}, [(2, 1)], id="by an escape"),
    ],
)
def test_a_turn_that_does_not_end_is_refused_where_it_begins(changes, places):
    findings = read(**changes)

    assert [(finding.line, finding.column) for finding in findings] == places
    assert {(finding.id, finding.level) for finding in findings} <= {("content/bidi", Level.ERROR)}


def test_the_finding_says_what_stands_there_and_what_to_write():
    (finding,) = read(answer=f"Say {RLO}olleh.")

    assert str(finding) == (
        "content/a.md:12:5: the invisible sign right-to-left override (U+202E) is not ended in its"
        " paragraph, and turns what follows it, delete it, or write U+202C where its text ends"
    )


def test_an_end_of_nothing_is_to_be_deleted():
    (finding,) = read(answer=f"Yes{PDI}.")

    assert finding.remedy == "delete it"


def test_a_file_full_of_them_is_told_in_a_few_lines():
    assert len(read(answer="\n\n".join([f"a{RLO}"] * 99))) == 10


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(f"---\nsubject: a{RLO}\n---\n", (2, 11), id="in a subject"),
        pytest.param(f"---\nsubject: a\n---\nHello\n\n{RLI}you\n", (6, 1), id="in an intro"),
        pytest.param('---\nintro: "a\\u202e"\n---\n', (2, 1), id="in an intro by an escape"),
    ],
)
def test_an_issue_file_is_refused_too(text, place):
    parsed = issue_file.parse(text.encode(), "issues/0012.md")

    assert parsed.file is None
    assert [(f.id, f.line, f.column) for f in parsed.findings] == [("content/bidi", *place)]
