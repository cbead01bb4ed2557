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


def styled(tmp_path: Path, sheet: str, name: str, **changes: Any) -> Finding:
    """Give the finding of a site whose ``styles.mjml`` is the shipped one and another sheet."""
    shipped = (THEME / "styles.mjml").read_text().rstrip("\n")
    found = findings(tmp_path, styles_mjml=f"{shipped}\n{sheet}\n", **changes)
    return only(found, name)


#: The line of the shipped theme's ``styles.mjml`` after its last.
END = (THEME / "styles.mjml").read_text().count("\n") + 1


@pytest.mark.parametrize(
    ("sheet", "name", "at"),
    [
        pytest.param(
            "<mj-style>\n.prose p { position: sticky }</mj-style>",
            "client-support/css-position",
            (1, 12),
            id="a property",
        ),
        pytest.param(
            "<mj-style>\n.kicker {\n  color:red; display:flex; }</mj-style>",
            "client-support/css-display-flex",
            (2, 14),
            id="a value",
        ),
        pytest.param(
            "<mj-style>@import url(https://a.example/b.css);</mj-style>",
            "client-support/css-at-import",
            (0, 11),
            id="an import",
        ),
        pytest.param(
            "<mj-style>/* é */ .prose p { font-size: 12px }</mj-style>",
            "text/small",
            (0, 30),
            id="a size",
        ),
        pytest.param(
            "<mj-style>\n.prose p { margin: 0;\n\tcolor: #ccc !important }</mj-style>",
            "contrast/light",
            (2, 2),
            id="a colour",
        ),
        pytest.param(
            "<mj-style>\n.prose { color: #ccc !important }</mj-style>"
            "<mj-style>.prose p { color: #ccc !important }</mj-style>",
            "contrast/light",
            (1, 66),
            id="the one that decides of two",
        ),
        pytest.param(
            "<mj-style>.page div p { line-height: 1.2 !important }</mj-style>",
            "text/line-height",
            (0, 25),
            id="the height of lines",
        ),
        pytest.param(
            "<mj-style>\n@media (max-width: 480px) {\n.prose p { color: #ccc !important } }\n"
            "</mj-style>",
            "contrast/light",
            (2, 12),
            id="a colour for telephones",
        ),
        pytest.param(
            "<mj-style>\n@media (prefers-color-scheme: dark) {\n"
            ".prose p { color: #333 !important } }\n</mj-style>",
            "contrast/dark",
            (2, 12),
            id="a colour for dark screens",
        ),
        pytest.param(
            "<mj-style>\n.prose a { text-decoration: none }</mj-style>",
            "link/not-underlined",
            (1, 12),
            id="no line under a link",
        ),
    ],
)
def test_what_a_sheet_says_is_told_at_its_declaration(tmp_path, sheet, name, at):
    answer = f"{'You may ask your boss once, and so on. ' * 5}[Our rules](https://a.example)."

    found = styled(tmp_path, sheet, name, answer=answer)

    assert found.place == f"templates/classic/styles.mjml:{END + at[0]}:{at[1]}"


def test_a_style_of_an_element_is_told_there_though_a_sheet_says_the_same_of_others(tmp_path):
    sheet = "<mj-style>.nobody { color: #999 }</mj-style>"
    footer = FOOTER % '<p style="color:#999">Jo</p>'

    found = styled(tmp_path, sheet, "contrast/light", footer_mjml=footer)

    assert found.place == "templates/classic/footer.mjml:4:7"


def test_a_feature_of_a_sheet_and_of_an_element_is_told_at_the_first(tmp_path):
    sheet = "<mj-style>.nobody { position: sticky }</mj-style>"
    footer = FOOTER % '<p style="position:sticky">Jo</p>'

    found = styled(tmp_path, sheet, "client-support/css-position", footer_mjml=footer)

    assert found.place == f"templates/classic/styles.mjml:{END}:21"
    assert "2 times" in found.message
