"""Faults in the files of a site: each is named with its file and line."""

import os
import re
import shutil
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


def test_the_other_tag_is_named_too(site):
    edit(site, "masthead.mjml", "</mj-text>", "")

    assert re.fullmatch(
        r"templates/classic/masthead\.mjml:\d+:\d+: <mj-text> is not closed before the </mj-column>"
        r" of templates/classic/masthead\.mjml:\d+:\d+; write </mj-text>",
        str(refusal(site)),
    )


def test_a_file_of_the_folder_above_is_named_there(site):
    edit(site.parent, "ask.mjml", "</mj-column>", "")

    assert refusal(site).place.startswith("templates/ask.mjml:")


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

    assert refusal(site).place == "templates/classic/masthead.mjml:2:1"


def test_a_site_that_changes_nothing_gets_the_shipped_bytes(site):
    for folder in THEME_PATH:
        for path in folder.iterdir():
            (site / path.name).write_bytes(path.read_bytes())
    issue = make_issue(intro="Hello")

    own = Renderer([site, site.parent], OPTIONS).render(issue, nonce=NONCE)

    assert own == render(issue)


@pytest.mark.parametrize(
    "written",
    ["\u202e", "&#x202e;", "&#8238;", '{{ "\\u202e" }}'],
    ids=["itself", "hexadecimal", "decimal", "an escape"],
)
def test_a_template_that_turns_its_text_and_never_back_is_refused_where_it_does(site, written):
    (site / "ask.mjml").write_text(f"<mj-section />\n  <!-- -->{written}")

    error = refusal(site)

    assert error.place.startswith("templates/classic/ask.mjml:2:")
    assert "right-to-left override (U+202E) is not ended in its line" in error.message
    assert "write U+202C" in error.remedy


def test_a_link_out_of_the_templates_is_refused_and_not_read(site):
    elsewhere = site.parents[1] / "token.key"
    elsewhere.write_text("a secret\0")
    (site / "footer.mjml").symlink_to(elsewhere)

    error = refusal(site)

    assert str(error) == (
        "templates/classic/footer.mjml: it is a link that leads out of the folder of templates;"
        " put a copy of the file there"
    )


def test_a_theme_that_is_a_link_out_of_the_templates_is_refused(site):
    elsewhere = site.parents[1] / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(shipped_file("footer.mjml"), elsewhere)
    site.rmdir()
    site.symlink_to(elsewhere)

    assert "leads out of the folder of templates" in refusal(site).message


def test_a_link_within_the_templates_is_followed(site):
    shutil.copy(shipped_file("footer.mjml"), site.parent / "end.mjml")
    (site / "footer.mjml").symlink_to("../end.mjml")

    assert render_site(site).html.parts


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            '<a class="tap"', '<a class="tap" style="display:none"', "is hidden", id="hidden"
        ),
        pytest.param(
            '<a class="tap" href="{{ unsubscribe_url }}"',
            "{{ unsubscribe_url }}<a",
            "no link",
            id="as a text",
        ),
        pytest.param(
            '<a class="tap" href="{{ unsubscribe_url }}"',
            "<!-- {{ unsubscribe_url }} --><a",
            "dropped",
            id="in a comment",
        ),
    ],
)
def test_a_way_out_that_nobody_can_use_is_refused_where_it_is_written(site, old, new, message):
    edit(site, "footer.mjml", old, new)

    error = refusal(site)

    assert re.fullmatch(r"templates/classic/footer\.mjml:\d+:\d+", error.place)
    assert message in error.message
    assert error.remedy


@pytest.mark.parametrize(
    "content",
    ["<b>x", "</td>", "<p a=b>x</p>", "1 < 2"],
    ids=["open", "closed", "a bare value", "a bracket"],
)
def test_a_conditional_comment_that_the_compiler_refuses_is_named(site, content):
    (site / "ask.mjml").write_text(
        f"<mj-raw><!--[if mso]><i>y</i><![endif]--></mj-raw>\n"
        f"<mj-raw><!--[if mso]>{content}<![endif]--></mj-raw>"
    )

    error = refusal(site)

    assert error.place == "templates/classic/ask.mjml:2:9"
    assert error.message == "the compiler cannot read this conditional comment"
    assert "closes every tag" in error.remedy


@pytest.mark.parametrize(
    ("written", "message", "remedy"),
    [
        pytest.param(
            "{{ why|uper }}", "there is no filter 'uper'", "did you mean 'upper'?", id="a filter"
        ),
        pytest.param(
            "{{ why is strin }}", "there is no test 'strin'", "did you mean 'string'?", id="a test"
        ),
        pytest.param("{{ 1 / 0 }}", "a number is divided by zero there", "ask first", id="zero"),
        pytest.param(
            "{{ why.__class__.mro() }}",
            "a template may not reach",
            "use the names",
            id="inner things",
        ),
        pytest.param("{{ why + 1 }}", "do not go together", "look at what", id="kinds"),
        pytest.param(
            '{% include "asks.mjml" %}', "no template 'asks.mjml'", "name a file", id="itself"
        ),
    ],
)
def test_what_a_template_computes_wrongly_is_told_in_words(site, written, message, remedy):
    (site / "ask.mjml").write_text(f"<mj-raw>\n  {written}</mj-raw>")

    error = refusal(site)

    assert error.place.startswith("templates/classic/ask.mjml:2:")
    assert message in error.message
    assert remedy in error.remedy
    assert "Error" not in str(error)


@pytest.mark.parametrize("name", ["footer.mjml", "issue.txt", "column.txt", "colours.mjml"])
def test_a_byte_order_mark_is_forgiven(site, name):
    plain = render_site(site)
    (site / name).write_bytes(b"\xef\xbb\xbf" + shipped_file(name).read_bytes())

    assert render_site(site) == plain


def test_a_fault_after_a_byte_order_mark_has_its_place(site):
    (site / "ask.mjml").write_bytes(b"\xef\xbb\xbf{{ nobody }}")
    assert refusal(site).place == "templates/classic/ask.mjml:1:4"

    (site / "ask.mjml").write_bytes(b"\xef\xbb\xbfab\xff")
    assert refusal(site).place == "templates/classic/ask.mjml:1:3"
