"""Faults in the files of a site: each is named with its file and line."""

import os
from typing import Any

import pytest

from pipeline.errors import RenderError
from pipeline.model.edition import Edition
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import (
    NONCE,
    OPTIONS,
    THEME_PATH,
    THEMES,
    make_letter,
    render,
    shipped_file,
)


@pytest.fixture
def site(tmp_path):
    """A site whose folder of templates is empty."""
    folder = tmp_path / "templates" / "classic"
    folder.mkdir(parents=True)
    return folder


def edit(site: Any, name: str, old: str, new: str) -> None:
    """Copy a shipped template into a site, changed."""
    text = shipped_file(name).read_text()
    assert old in text
    (site / name).write_text(text.replace(old, new, 1))


def render_site(site: Any) -> Edition:
    shipped = site.parents[1] / "shipped"
    if not shipped.exists():
        shipped.symlink_to(THEMES)
    issue = make_issue(qas=(make_letter(), make_letter("And I?", slug="b")), intro="Hello")
    return Renderer([site, site.parent, shipped / "classic", shipped / "shared"], OPTIONS).render(
        issue, nonce=NONCE
    )


def refusal(site: Any) -> RenderError:
    with pytest.raises(RenderError) as refused:
        render_site(site)
    return refused.value


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "message"),
    [
        pytest.param(
            "masthead.mjml", "<mj-section>", "<mj-txt>", 1, "no element <mj-txt>", id="unknown"
        ),
        pytest.param(
            "masthead.mjml", "</mj-text>", "", 3, "<mj-text> is not closed", id="not closed"
        ),
        pytest.param(
            "masthead.mjml",
            "</mj-text>",
            "</mj-txt>",
            5,
            "</mj-txt> closes nothing",
            id="mistyped",
        ),
        pytest.param(
            "masthead.mjml", "</mj-section>", "", 1, "<mj-section> is not closed", id="at the end"
        ),
        pytest.param(
            "masthead.mjml",
            "</mj-section>",
            "</mj-section>\n</mj-section>",
            12,
            "</mj-section> closes nothing",
            id="closed twice",
        ),
        pytest.param(
            "opening.mjml",
            "<mj-column>",
            '<mj-column>\n<mj-include path="/etc/passwd"/>',
            4,
            "<mj-include>",
            id="an include of MJML",
        ),
        pytest.param(
            "contents.mjml",
            "<li>",
            "<li><b>",
            4,
            "<b>",
            id="in a loop",
        ),
        pytest.param(
            "direction.mjml",
            "turn(way) %}",
            "turn(way) %} dir=x",
            2,
            "AttValue",
            id="unquoted in a macro",
        ),
        pytest.param(
            "qa.mjml",
            '<p class="kicker">',
            '<p class="kicker"><img src="a.png" alt="">x</img>',
            7,
            "<img> has no end tag",
            id="an end tag of none",
        ),
        pytest.param(
            "qa.mjml", "</td>", "<br></td>", 13, "<br> is not closed", id="a break in a loop"
        ),
        pytest.param(
            "qa.mjml",
            '<p class="answers">',
            '<p class="a" class="b">',
            15,
            "class",
            id="twice",
        ),
        pytest.param(
            "dark.mjml",
            "{% macro inks(at) %}\n",
            "{% macro inks(at) %}\n<i>",
            5,
            "<i>",
            id="macro",
        ),
        pytest.param("footer.mjml", "&#183;", "&nope;", 12, "nope", id="an unknown entity"),
        pytest.param("footer.mjml", "&#183;", "&nbsp;&nbsp;<u>", 12, "<u>", id="after entities"),
        pytest.param("footer.mjml", "{{ why }}", "{{ why }} < 3", 11, "StartTag", id="a bracket"),
        pytest.param("ask.mjml", "</mj-column>", "<br/></mj-colunm>", 9, "mj-colunm", id="ask"),
        pytest.param(
            "ask.mjml", "<mj-button", '<mj-image src="a"/><mj-button', 8, "text", id="alt"
        ),
        pytest.param(
            "head.mjml", 'align="{{ start }}"\n', "align={{ start }}\n", 12, "Att", id="in a tag"
        ),
        pytest.param("issue.mjml", "</mj-head>", "</mj-haed>", 7, "mj-haed", id="the page itself"),
        pytest.param("footer.mjml", "{{ mail_only }}", "", 11, "outside of mail_only", id="public"),
        pytest.param("footer.mjml", "{{ end_mail_only }}", "", 11, "never ended", id="no end"),
        pytest.param("issue.txt", "{{ end_mail_only }}", "", 62, "within mail_only", id="text"),
        pytest.param("opening.mjml", "{{ intro }}", "{{ intor }}", 7, "intor", id="a name"),
        pytest.param("contents.mjml", "{% endfor %}", "", 4, "for", id="syntax"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(site, name, old, new, line, message):  # noqa: PLR0917 - the columns of the table
    edit(site, name, old, new)

    refused = refusal(site)

    assert message in refused.message
    assert refused.place == f"templates/classic/{name}:{line}"


def test_the_other_tag_is_named_too(site):
    edit(site, "masthead.mjml", "</mj-text>", "")

    assert str(refusal(site)) == (
        "templates/classic/masthead.mjml:3: <mj-text> is not closed"
        " before the </mj-column> of templates/classic/masthead.mjml:10; write </mj-text>"
    )


def test_a_fault_of_the_shipped_theme_is_named_as_its(site):
    edit(
        site,
        "issue.mjml",
        '{% include "ask.mjml" %}',
        '{% set words = 1 %}{% include "ask.mjml" %}',
    )

    assert refusal(site).place == "the shipped theme's classic/ask.mjml:5"


def test_a_file_of_the_folder_above_is_named_there(site):
    edit(site.parent, "ask.mjml", "</mj-column>", "")

    assert refusal(site).place == "templates/ask.mjml:2"


@pytest.mark.parametrize(
    ("name", "home"),
    [
        pytest.param("footer.mjml", "footer.mjml", id="HTML"),
        pytest.param("issue.txt", "issue.txt", id="text"),
    ],
)
def test_a_lost_unsubscribe_link_is_missed_where_it_was(site, name, home):
    edit(site, name, "{{ unsubscribe_url }}", "")

    refused = refusal(site)

    assert refused.place == f"templates/classic/{home}"
    assert "part has no unsubscribe link" in refused.message
    assert "{{ unsubscribe_url }}" in refused.remedy


def test_a_page_without_the_footer_misses_the_link_itself(site):
    edit(site, "issue.mjml", '{% include "footer.mjml" %}', "")

    assert refusal(site).place == "templates/classic/issue.mjml"


def make_folder(path: Any) -> None:
    path.mkdir()


def make_circle(path: Any) -> None:
    path.symlink_to(path)


def make_dangling(path: Any) -> None:
    path.symlink_to("nowhere")


def make_pipe(path: Any) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(make_folder, "a folder stands", id="folder"),
        pytest.param(make_circle, "symbolic links", id="circle"),
        pytest.param(make_dangling, "No such file", id="dangling link"),
        pytest.param(make_pipe, "no ordinary file", id="pipe"),
    ],
)
def test_what_is_no_file_does_not_give_the_shipped_one(site, make, message):
    make(site / "masthead.mjml")

    refused = refusal(site)

    assert message in refused.message
    assert refused.place == "templates/classic/masthead.mjml"
    assert refused.remedy


def test_a_forbidden_file_is_named_with_what_to_do(site, monkeypatch):
    path = site / "masthead.mjml"
    path.write_text("x")
    allowed = type(path).read_bytes

    def forbid(self):
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return allowed(self)

    monkeypatch.setattr(type(path), "read_bytes", forbid)

    assert str(refusal(site)) == (
        "templates/classic/masthead.mjml: it cannot be read: Permission denied;"
        " let the user who runs mailbag read it"
    )


def test_a_template_that_is_not_utf8_is_named_itself(site):
    (site / "masthead.mjml").write_bytes(b"<mj-raw>\n\xe9</mj-raw>")

    assert refusal(site).place == "templates/classic/masthead.mjml:2"


def test_a_site_that_changes_nothing_gets_the_shipped_bytes(site):
    for folder in THEME_PATH:
        for path in folder.iterdir():
            (site / path.name).write_bytes(path.read_bytes())
    issue = make_issue(intro="Hello")

    own = Renderer([site, site.parent], OPTIONS).render(issue, nonce=NONCE)

    assert own == render(issue)
