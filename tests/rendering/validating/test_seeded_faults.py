"""Faults in templates, each told with its file, line and column, what is wrong and what to do."""

import pytest

from pipeline.errors import MjmlError, RenderError
from tests.rendering.small_theme import SmallTheme
from tests.rendering.validating.seeded_faults import FAULTS


@pytest.fixture
def theme(tmp_path):
    """A small theme that can be rendered."""
    return SmallTheme(tmp_path)


def refusal(theme: SmallTheme) -> RenderError:
    with pytest.raises(RenderError) as refused:
        theme.render()
    return refused.value


def test_the_theme_without_a_fault_is_rendered(theme):
    assert theme.render().html.parts


@pytest.mark.parametrize(("name", "old", "new", "at", "message", "remedy"), FAULTS)
def test_a_fault_is_told_with_its_place_and_what_to_do(  # noqa: PLR0917 - the columns of the table
    theme, name, old, new, at, message, remedy
):
    theme.override(name, old, new)

    refused = refusal(theme)

    assert (refused.place, refused.remedy) == (f"templates/classic/{name}:{at}", remedy)
    assert message in refused.message


@pytest.mark.parametrize(("name", "old", "new", "at", "message", "remedy"), FAULTS[::9])
def test_a_fault_of_the_shipped_theme_is_told_as_its(  # noqa: PLR0917 - the columns of the table
    theme, name, old, new, at, message, remedy
):
    theme.change(name, old, new)

    assert refusal(theme).place == f"the shipped theme's classic/{name}:{at}"


def test_an_include_loop_over_two_files_is_told_in_one_of_them(theme):
    theme.override("top.mjml", "<h1>", '{% include "bottom.mjml" %}<h1>')
    theme.override("bottom.mjml", "<mj-text>", '{% include "top.mjml" %}<mj-text>')

    refused = refusal(theme)

    assert refused.place in {"templates/classic/top.mjml:5:7", "templates/classic/bottom.mjml:4:5"}
    assert refused.message == "templates include or call one another without end"


@pytest.mark.parametrize("name", ["top.mjml", "qa.mjml"])
def test_a_circle_through_a_shipped_file_is_told_in_the_sites_own(theme, name):
    (theme.own / name).write_text("\n  {% extends 'issue.mjml' %}\n")

    refused = refusal(theme)

    assert refused.place == f"templates/classic/{name}:2:3"
    assert refused.message == "templates include or call one another without end"


def test_all_faults_of_a_mail_are_told_at_once(theme):
    theme.override("top.mjml", 'align="center"', 'align="centre"')
    theme.override("macros.mjml", 'class="line"', 'class="line"><img src="a.png"')
    theme.override("bottom.mjml", "<mj-button", '<mj-button colour="#fff"')
    theme.override("head.mjml", 'font-size="16px"', 'font-size="16"')

    refused = refusal(theme)

    assert [one.place for one in (refused, *refused.faults)] == [
        "templates/classic/head.mjml:8:5",
        "templates/classic/top.mjml:4:14",
        "templates/classic/macros.mjml:2:17",
        "templates/classic/bottom.mjml:3:16",
    ]
    assert all(isinstance(one, MjmlError) and one.remedy for one in (refused, *refused.faults))


def test_what_breaks_the_form_is_told_first_and_what_follows_from_it_not_at_all(theme):
    theme.override("top.mjml", "</mj-section>", "")
    theme.override("head.mjml", 'font-size="16px"', 'font-size="16"')

    refused = refusal(theme)

    assert refused.message.startswith("<mj-section> is not closed before")
    assert [one.place for one in refused.faults] == ["templates/classic/head.mjml:8:5"]


def test_a_template_that_looks_at_what_it_writes_is_named_without_a_line(theme):
    theme.override(
        "top.mjml",
        "<h1>",
        "{% set x %}a{% endset %}{% if x | length > 1 %}marked{% endif %}<b><h1>",
    )

    assert refusal(theme).place == "the shipped theme's classic/issue.mjml"


def test_a_fault_in_a_file_with_the_line_ends_of_windows_has_its_place(theme):
    theme.override("bottom.mjml", "<mj-text>", "<mj-txet>")
    path = theme.own / "bottom.mjml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert refusal(theme).place == "templates/classic/bottom.mjml:4:5"
