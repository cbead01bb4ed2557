from pathlib import Path
from typing import Any

import pytest

from pipeline.model.finding import Finding
from pipeline.model.qa import Answer, KeyLines, Question
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue, make_qa
from tests.rendering.letters import NONCE, OPTIONS, THEME

SHARED = THEME.parent / "shared"


def findings(tmp_path: Path, *, answer: str = "Yes.", line: int = 0, **files: str) -> Any:
    """Render with some of the theme's files replaced; the dots of their names are underscores."""
    own = tmp_path / "templates" / "classic"
    own.mkdir(parents=True)
    for name, text in files.items():
        (own / name.replace("_mjml", ".mjml")).write_text(text)
    qa = make_qa(answer=Answer(answer, "Jo Doe", line=line), lines=KeyLines(title=2))
    edition = Renderer([own, THEME, SHARED], OPTIONS).render(make_issue(qas=(qa,)), nonce=NONCE)
    return edition.findings


def only(found: tuple[Finding, ...], name: str) -> Finding:
    (finding,) = (one for one in found if one.id == name)
    return finding


FOOTER = """\
<mj-section>
  <mj-column>
    <mj-text>{{ mail_only }}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{{ end_mail_only }}
      %s
    </mj-text>
  </mj-column>
</mj-section>
"""


@pytest.mark.parametrize(
    ("markup", "at"),
    [
        pytest.param("<table><tr><td>a</td></tr></table>", "4:7", id="in its line"),
        pytest.param("<p>a</p>\n<table><tr>\n<td>a</td></tr></table>", "5:1", id="a line further"),
        pytest.param(
            '<div><div><table title="\n"><tr><td/></tr></table></div></div>', "4:17", id="deep"
        ),
    ],
)
def test_a_fault_of_the_theme_has_its_place_there(tmp_path, markup, at):
    found = only(findings(tmp_path, footer_mjml=FOOTER % markup), "table/role")

    assert found.place == f"templates/classic/footer.mjml:{at}"


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("<mj-wrapper>{}</mj-wrapper>", id="a wrapper"),
        pytest.param("<mj-raw><!-- a --></mj-raw>{}", id="a comment"),
        pytest.param(
            '<mj-section><mj-column><mj-social><mj-social-element name="web" alt="W" '
            'href="https://a.example">W</mj-social-element></mj-social></mj-column></mj-section>{}',
            id="icons",
        ),
    ],
)
def test_a_fault_is_found_beside_what_the_compiler_treats_in_its_own_way(tmp_path, around):
    footer = around.format(FOOTER % "<table><tr><td>a</td></tr></table>")

    found = only(findings(tmp_path, footer_mjml=footer), "table/role")

    assert found.place.startswith("templates/classic/footer.mjml:")


def test_a_fault_within_an_answer_has_its_line_in_the_file(tmp_path):
    style = FOOTER % "<p>a</p>"
    answer = "Yes.\n\n| a |\n| - |\n| b |\n\n- See [it](http://a.example)"
    found = findings(tmp_path, footer_mjml=style, answer=answer, line=20)

    assert [(one.id, one.place) for one in found] == [
        ("link/insecure", "content/the-long-meeting.md:26:7")
    ]


def test_what_a_theme_s_author_left_has_its_line(tmp_path):
    footer = FOOTER % "<!-- TK -->\n<p>\nTODO: write this</p>"
    found = only(findings(tmp_path, footer_mjml=footer), "text/left-over")

    assert found.place == "templates/classic/footer.mjml:6"
    assert "the theme holds 'TODO'" in found.message


def test_a_theme_greets_nobody_by_a_mark_and_promises_no_attachment(tmp_path):
    footer = FOOTER % "<p>Dear *|FNAME|*,</p>\n<p>please find attached</p>"
    found = [one for one in findings(tmp_path, footer_mjml=footer) if one.id != "link/anchor"]

    assert {one.id for one in found} >= {"personal/no-fallback", "attachment/missing"}
    assert {one.source for one in found} == {"templates/classic/footer.mjml"}


def test_a_contrast_that_the_theme_makes_is_told_of_the_theme(tmp_path):
    footer = FOOTER % '<p style="color:#999">Jo</p>'
    found = [one for one in findings(tmp_path, footer_mjml=footer) if "contrast" in one.id]

    assert found
    assert {one.source for one in found} == {"templates/classic/footer.mjml"}
    assert {one.line for one in found} == {4}


def test_a_reader_s_template_code_is_shown_and_not_told(tmp_path):
    qa = make_qa(
        question=Question("{{ 7*7 }} {% raw %} TK *|FNAME|* please find attached", "{{ name }}"),
        answer=Answer("Yes.", "Jo Doe"),
    )
    issue = make_issue(qas=(qa,))
    edition = Renderer([THEME, SHARED], OPTIONS).render(issue, nonce=NONCE)

    assert edition.findings == ()
    assert "{{ 7*7 }}" in edition.html.constant()


@pytest.mark.parametrize(
    ("name", "markup", "at"),
    [
        pytest.param(
            "footer_mjml",
            FOOTER % '<style>p{margin:0}\n@import url("https://a.example/b.css");</style>',
            "footer.mjml:5:1",
            id="in a partial",
        ),
        pytest.param(
            "footer_mjml",
            '<mj-raw><style>@import url("https://a.example/b.css");</style></mj-raw>'
            + FOOTER % "<p>a</p>",
            "footer.mjml:1:16",
            id="at the end of its sheet",
        ),
        pytest.param(
            "head_mjml",
            "<mj-title>T</mj-title>\n<mj-style>\n@import 'https://a.example/b.css';</mj-style>",
            "head.mjml:3:1",
            id="in the head",
        ),
        pytest.param(
            "head_mjml",
            "<mj-title>T</mj-title>\n<mj-raw>"
            '<link rel="stylesheet" href="https://a.example/b.css"/></mj-raw>',
            "head.mjml:2:9",
            id="a link",
        ),
    ],
)
def test_a_sheet_from_elsewhere_is_told_where_it_is_asked_for(tmp_path, name, markup, at):
    found = findings(tmp_path, **{name: markup})
    support = [one.place for one in found if one.id == "client-support/css-at-import"]

    assert only(found, "page/foreign-sheet").place == f"templates/classic/{at}"
    assert support == [f"templates/classic/{at}"] * ("@import" in markup)


_SECTION = (
    '<mj-section background-url="%s"><mj-column><mj-text>a</mj-text></mj-column></mj-section>\n'
)


@pytest.mark.parametrize(
    ("markup", "name", "at"),
    [
        (_SECTION % "http://news.example/a.png", "image/insecure", "1:1"),
        (_SECTION % "a.png", "image/address", "1:1"),
        (_SECTION % "https://cdn.example/a.png", "image/elsewhere", "1:1"),
        ("<table role='none' background='a.png'><tr><td>a</td></tr></table>", "image/address", 1),
        ("<p style=\"background:url('http://news.example/a')\">a</p>", "image/insecure", 1),
        ("<p style='background:url(https://cdn.example/a)'>a</p>", "image/elsewhere", 1),
        ("<style>.a{background-image:url(data:image/png,x)}</style>", "image/embedded", 1),
        ("<img src='https://cdn.example/a.png' alt='A cup' width='9'>", "image/elsewhere", 1),
    ],
)
def test_a_picture_of_the_theme_is_judged_in_whatever_way_it_is_shown(tmp_path, markup, name, at):
    is_section = markup.startswith("<mj-")
    footer = markup + FOOTER % "<p>a</p>" if is_section else FOOTER % markup

    found = only(findings(tmp_path, footer_mjml=footer), name)

    assert found.place.startswith(f"templates/classic/footer.mjml:{at if is_section else '4:'}")
    assert found.remedy


def test_a_picture_of_the_newsletters_own_host_is_no_finding(tmp_path):
    footer = _SECTION % f"{OPTIONS.base_url}/a.png" + FOOTER % "<p>a</p>"

    assert [one for one in findings(tmp_path, footer_mjml=footer) if "image/" in one.id] == []
