from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.finding import Level
from pipeline.model.issue import Issue
from pipeline.model.qa import Answer, Inspiration
from tests.factories import make_issue
from tests.rendering.letters import OPTIONS, make_letter, render


def found(issue: Any, options: Any = OPTIONS) -> Any:
    return {(finding.id, finding.level): finding for finding in render(issue, options).findings}


def with_answer(text: Any, **changes: Any) -> Issue:
    return make_issue(qas=(make_letter(answer=text, source="content/a.md", **changes),))


def test_a_good_issue_has_no_findings():
    assert render().findings == ()


@pytest.mark.parametrize(
    ("answer", "finding", "level"),
    [
        pytest.param("[a](http://a.example)", "link/insecure", Level.NOTE, id="http"),
        pytest.param("[a](b.html)", "link/unusable", Level.WARNING, id="relative"),
        pytest.param("[a](#top)", "link/unusable", Level.WARNING, id="within the page"),
        pytest.param("[a]()", "link/empty", Level.WARNING, id="empty"),
        pytest.param("![a cat](c.png)", "image/left-out", Level.WARNING, id="image"),
        pytest.param("![](c.png)", "image/left-out", Level.WARNING, id="image without a text"),
        pytest.param("Ask TK about it", "text/left-over", Level.WARNING, id="TK"),
        pytest.param("Lorem ipsum dolor", "text/left-over", Level.WARNING, id="filler"),
        pytest.param("Dear {{ name }}", "text/left-over", Level.WARNING, id="template"),
        pytest.param("<b>bold</b><br>", "text/html", Level.NOTE, id="HTML"),
        pytest.param('Look <A\nHREF="x">here</A>', "text/html", Level.NOTE, id="HTML on two lines"),
        pytest.param("one<br/>\ntwo", "text/html", Level.NOTE, id="a break"),
    ],
)
def test_a_finding_names_the_file_of_the_answer(answer, finding, level):
    findings = found(with_answer(answer))

    assert list(findings) == [(finding, level)]
    assert findings[finding, level].source == "content/a.md"
    assert findings[finding, level].remedy


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Write `{{ name }}` there", id="in code"),
        pytest.param("The TKO was loud", id="within a word"),
        pytest.param("Write `<b>` or\n\n    <br>", id="HTML in code"),
        pytest.param("Dear <Name>, if a <b then b> a, see <https://a.example>", id="no HTML"),
        pytest.param("Yes. <!-- <b> -->", id="HTML in a comment"),
        pytest.param("[a](https://a.example) [b](mailto:b@mail.example)", id="good links"),
    ],
)
def test_says_nothing_of_what_is_right(answer):
    assert found(with_answer(answer)) == {}


def test_what_a_reader_writes_is_not_unfinished():
    issue = make_issue(qas=(make_letter("{{ 7*7 }} and TK", "Yes."),))

    assert render(issue).findings == ()


@pytest.mark.parametrize(
    ("changes", "name", "remedy"),
    [
        pytest.param({"question": "<b>May I?</b>"}, "question", "**bold**", id="question"),
        pytest.param({"answer": "<em>No</em>"}, "answer", "*italic*", id="answer"),
        pytest.param({"answer": "<u>No</u>"}, "answer", "**bold** or *italic*", id="no such thing"),
        pytest.param({"title": "<i>Why</i>"}, "title", "remove it", id="title"),
    ],
)
def test_html_in_a_text_is_told_with_what_to_write(changes, name, remedy):
    (finding,) = render(make_issue(qas=(make_letter(source="content/a.md", **changes),))).findings

    assert finding.id == "text/html"
    assert finding.message.startswith(f"the {name} holds")
    assert remedy in finding.remedy
    assert finding.source == "content/a.md"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"subject": ""}, {("subject/empty", Level.ERROR)}, id="no subject"),
        pytest.param({"subject": "x" * 79}, {("subject/length", Level.NOTE)}, id="long subject"),
        pytest.param({"subject": "x" * 78}, set(), id="subject"),
        pytest.param({"subject": "TK"}, {("text/left-over", Level.WARNING)}, id="TK"),
        pytest.param({"preheader": ""}, {("preheader/empty", Level.WARNING)}, id="no preheader"),
        pytest.param(
            {"preheader": "x" * 151}, {("preheader/length", Level.NOTE)}, id="long preheader"
        ),
        pytest.param({"intro": "TODO"}, {("text/left-over", Level.WARNING)}, id="intro"),
    ],
)
def test_looks_at_what_stands_beside_the_answers(changes, expected):
    assert set(found(make_issue(**changes))) == expected


def test_misses_the_postal_address():
    options = replace(OPTIONS, postal_address=" ")

    assert set(found(make_issue(), options)) == {("footer/postal-address", Level.WARNING)}


def test_looks_at_the_title_the_bio_and_the_column():
    qa = make_letter(
        title="TK",
        inspired_by=Inspiration("A column", "ftp://columns.example"),
        source="content/a.md",
    )
    qa = replace(qa, answer=Answer("Yes.", "Jo Doe", "FIXME"))

    findings = render(make_issue(qas=(qa,))).findings

    assert [finding.id for finding in findings] == [
        "text/left-over",
        "text/left-over",
        "link/unusable",
    ]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(55_000, set(), id="small"),
        pytest.param(70_000, {("size/clip", Level.WARNING)}, id="large"),
        pytest.param(90_000, {("size/clip", Level.ERROR)}, id="clipped"),
    ],
)
def test_measures_the_size_of_the_mail(size, expected):
    assert set(found(with_answer("word " * (size // 5)))) == expected
