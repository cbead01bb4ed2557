"""A mail that is too large, too deep or takes too long is refused, and never a crash."""

import pytest

from pipeline.errors import RenderError
from pipeline.rendering import bounds
from pipeline.rendering.pages.page_pieces import take_apart
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.fakes import FakeClock
from tests.rendering.letters import NONCE, OPTIONS, make_letter
from tests.rendering.small_theme import SmallTheme


@pytest.fixture
def theme(tmp_path):
    """A small theme that can be rendered."""
    return SmallTheme(tmp_path)


def test_templates_that_make_too_much_are_refused(theme):
    theme.override(
        "top.mjml", "<h1>", "<p>{% for n in range(9999) %}{{ 'x' * 200 }}{% endfor %}</p><h1>"
    )

    with pytest.raises(RenderError, match="more than 1,000,000 characters") as refused:
        theme.render()

    assert refused.value.place == "templates/classic/top.mjml:5:36"
    assert refused.value.remedy


def test_more_components_than_a_page_can_hold_are_refused(theme):
    buttons = "{% for n in range(9999) %}<mj-button>x</mj-button>{% endfor %}"
    theme.override("top.mjml", "    <mj-image", f"{buttons}<mj-image")

    with pytest.raises(RenderError, match="more than 2,000,000 characters") as refused:
        theme.render()

    assert refused.value.place.startswith("templates/classic/top.mjml:8:")


def test_more_elements_than_styles_can_be_written_into_are_told_where_they_are_made(theme):
    rules = "".join(f".a{number} {{ margin: 0 }}\n" for number in range(150))
    theme.override("head.mjml", ".rule", f"{rules}.rule")
    theme.override("top.mjml", "<h1>", "{% for n in range(21000) %}<b>x</b>{% endfor %}<h1>")

    with pytest.raises(RenderError, match="selectors for 21,") as refused:
        theme.render()

    assert refused.value.place == "templates/classic/top.mjml:5:34"


@pytest.mark.parametrize(
    "css",
    [
        pytest.param(f'<p style="width:{"(" * 20_000}">a</p>', id="an attribute"),
        pytest.param(f"<style>p{{width:{'(' * 20_000}}}</style>", id="a style sheet"),
    ],
)
def test_brackets_without_end_in_a_style_are_refused_where_they_stand(theme, css):
    theme.override("top.mjml", "<h1>", f"{css}<h1>")

    with pytest.raises(RenderError, match="more than 50 deep") as refused:
        theme.render()

    assert refused.value.place.startswith("templates/classic/top.mjml:")
    assert refused.value.remedy


def test_a_page_that_becomes_too_deep_is_refused():
    page = take_apart("<div>" * 251 + "</div>" * 251)

    with pytest.raises(RenderError, match="more than 250 deep"):
        bounds.check_page(page, "issue.mjml")


def test_style_sheets_without_end_are_refused(theme):
    theme.override("head.mjml", ".rule", ".a { color: red; }\n" * 9_999 + ".rule")

    with pytest.raises(RenderError, match="style sheets have more than 64,000") as refused:
        theme.render()

    assert "<mj-style>" in refused.value.remedy
    assert refused.value.place.startswith("templates/classic/head.mjml:")


def test_more_selectors_than_can_be_looked_for_are_refused():
    page = take_apart(f"<style>{'p:last-child{margin:0}' * 500}</style>" + "<p>x</p>" * 1_000)

    with pytest.raises(RenderError, match="500 selectors for 1,000 elements") as refused:
        bounds.check_page(page, "issue.mjml")

    assert "<mj-style>" in refused.value.remedy


def test_a_deep_mail_within_the_bounds_is_whole(theme):
    theme.override("top.mjml", "<h1>", "<div>" * 190 + "deep" + "</div>" * 190 + "<h1>")

    edition = theme.render()

    assert "deep" in "".join(part for part in edition.html.parts if isinstance(part, str))


class SlowClock(FakeClock):
    """Goes on with every look at it."""

    def boot_time(self) -> float:
        self.advance(5)
        return super().boot_time()


def test_rendering_ends_with_its_time(theme):
    renderer = Renderer([theme.own, theme.shipped], OPTIONS, clock=SlowClock())

    with pytest.raises(RenderError, match="rendering takes longer than 20 seconds") as refused:
        renderer.render(make_issue(qas=(make_letter(),)), nonce=NONCE)

    assert refused.value.remedy == "make the issue or its theme smaller"
