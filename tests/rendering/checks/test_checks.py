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


@pytest.mark.parametrize(
    ("base_url", "name"),
    [("http://127.0.0.1:8080", "link/private"), ("http://news.example", "link/insecure")],
)
def test_what_is_wrong_with_base_url_is_told_once_and_where_it_is_set(base_url, name):
    options = replace(OPTIONS, base_url=base_url, base_url_place="newsletter.toml:9")

    (finding,) = render(with_answer(f"See [it]({OPTIONS.base_url}/x)."), options).findings

    assert finding.id == name
    assert finding.place == "newsletter.toml:9"
    assert finding.message.startswith("base_url, which the letter's own links begin with, ")


def test_a_link_of_a_text_is_told_there_though_base_url_is_as_wrong():
    options = replace(OPTIONS, base_url="http://127.0.0.1:8080")
    told = render(with_answer("See [it](http://127.0.0.1:8080/x)."), options).findings

    assert {(one.id, one.source) for one in told} == {
        ("link/private", "newsletter.toml"),
        ("link/private", "content/a.md"),
    }


def test_looks_at_the_title_the_names_the_topics_and_the_column():
    qa = make_letter(
        title="TK",
        inspired_by=Inspiration("A column", "ftp://columns.example"),
        source="content/a.md",
    )
    qa = replace(qa, answer=Answer("Yes.", "TODO", "FIXME"), topics=("TODO",))

    findings = render(make_issue(qas=(qa,))).findings

    assert [finding.id for finding in findings] == [
        *["text/left-over"] * 4,
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


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        pytest.param("See ![Sp](with space/my pic.png)", "<with space/my pic.png>", id="blank"),
        pytest.param("See ![x](file:///tmp/x.png)", "content folder", id="file"),
        pytest.param("See ![x] (a.png)", "take the blank", id="gap in an image"),
        pytest.param("See [text] (https://a.example)", "take the blank", id="gap in a link"),
        pytest.param("See [*text*](https://a.example/x y)", "%20", id="blank in an address"),
        pytest.param("See [x](javascript:alert(1))", "https://", id="script"),
        pytest.param("See [foo][bar]", "`[bar]: https://...`", id="no definition"),
        pytest.param("See <!-- open", "-->", id="comment without an end"),
    ],
)
def test_markdown_that_readers_see_as_it_is_written_is_told(answer, remedy):
    qa = make_letter(answer=answer, source="content/a.md")
    qa = replace(qa, answer=replace(qa.answer, line=7))

    (finding,) = render(make_issue(qas=(qa,))).findings

    assert (finding.id, finding.level) == ("text/markdown", Level.WARNING)
    assert finding.place == "content/a.md:7:5"
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("answer", "column", "remedy"),
    [
        ("See https://bare.example.org/path.", 5, "<https://bare.example.org/path>"),
        ("See *www.example.org* now", 6, "<https://www.example.org>"),
        ("(See https://a.example/b_(c)?d=1&e=f)", 6, "<https://a.example/b_(c)?d=1&e=f>"),
        ("A HTTPS://A.EXAMPLE!", 3, "<HTTPS://A.EXAMPLE>"),
        ("<https://a.example> https://a.example", 21, "<https://a.example>"),
        ("`https://a.example` **https://a.example**", 23, "<https://a.example>"),
        ("https://a.example/?x=1&amp;y", 1, "<https://a.example/?x=1&y>"),
    ],
)
def test_an_address_that_is_no_link_is_told(answer, column, remedy):
    qa = make_letter(answer=answer, source="content/a.md")
    qa = replace(qa, answer=replace(qa.answer, line=7))

    (finding,) = render(make_issue(qas=(qa,))).findings

    assert (finding.id, finding.level) == ("link/bare", Level.NOTE)
    assert finding.place == f"content/a.md:7:{column}"
    assert finding.remedy == f"put it in <...>: {remedy}"


@pytest.mark.parametrize(
    "answer",
    [
        "Write <https://a.example>, [https://a.example](https://a.example) or [a](https://a.example)",
        "Write `https://a.example`, https://... or www. and awww.example.org",
        "Write jo@www.example.org\n\n    https://a.example\n",
        "[our rules][r]\n\n[r]: https://a.example",
    ],
)
def test_an_address_that_is_a_link_or_code_is_not_told(answer):
    assert found(with_answer(answer)) == {}


@pytest.mark.parametrize(
    "answer",
    [
        "He wrote [sic] (and meant it), see [1], [1][2] and [...]",
        "Write `array[i](x y)` or `[a](b c.png)`, a[i][j] or m[x][y]",
        "[ ] (https://a.example) [so] (https://a.example is down) and [sic](as he wrote)",
        r"Write \[text](https://a.example/x y) or \<!-- so",
        "[foo][bar] <!-- is defined -->\n\n[bar]: https://a.example",
    ],
)
def test_brackets_that_are_no_links_are_left_alone(answer):
    # An address in them is bare, which is another matter.
    assert {name for name, _ in found(with_answer(answer))} <= {"link/bare"}
