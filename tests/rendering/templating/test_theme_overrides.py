"""An editor changes one part of a theme, and the rest stays as it is shipped."""

import re
from pathlib import Path

import pytest

from pipeline.model.edition import Edition
from pipeline.rendering.colours import READABLE, contrast
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering import screens
from tests.rendering.letters import NONCE, OPTIONS, THEMES, as_html, as_page, render, theme_path

#: What a site changes first.
PARTS = ("colours", "masthead", "opening", "qa", "ask", "footer", "styles", "head", "contents")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of templates of a site that has none yet."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def render_site(site: Path, theme: str) -> Edition:
    folders = [site / theme, site, *theme_path(theme)]
    return Renderer(folders, OPTIONS).render(make_issue(), nonce=NONCE)


def shipped(theme: str, name: str) -> str:
    folders = theme_path(theme)
    return next(path for it in folders if (path := it / name).is_file()).read_text()


def test_a_footer_alone_is_changed(site, theme):
    (site / "footer.mjml").write_text(
        """<mj-section><mj-column><mj-text>
        {{ mail_only }}<p>We meet at the well. <a href="{{ unsubscribe_url }}">No more</a></p>
        {{ end_mail_only }}</mj-text></mj-column></mj-section>"""
    )
    own, theirs = as_page(render_site(site, theme)), as_page(render(theme=theme))

    assert "We meet at the well." in own.body.text_content()
    assert "1 Main Street" not in own.body.text_content()
    after = theirs.body.text_content().index("Have a question of your own?")
    assert own.body.text_content()[:after] == theirs.body.text_content()[:after]


@pytest.mark.parametrize(
    "darken",
    [
        pytest.param(lambda page: screens.apply_media(page, "dark"), id="media query"),
        pytest.param(screens.apply_outlook_marks, id="Outlook.com"),
    ],
)
def test_what_is_added_without_a_class_can_be_read_by_night(site, theme, darken):
    footer = shipped(theme, "footer.mjml")
    (site / "footer.mjml").write_text(
        footer
        + """<mj-section><mj-column>
        <mj-text>We meet at <a href="https://news.example/well">the well</a>.</mj-text>
        <mj-button href="https://news.example/come">Come</mj-button>
        <mj-table><tr><td>Monday</td><td>noon</td></tr></mj-table>
        </mj-column></mj-section>"""
    )
    page = as_page(render_site(site, theme))
    darken(page)
    read = {
        (element.text or "").strip(): contrast(ink, ground)
        for element, ink, ground in screens.pairs(page)
    }

    assert {"We meet at", "the well", "Come", "Monday", "noon"} <= set(read)
    assert all(it >= READABLE for it in read.values()), read


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_copied_changes_nothing(site, theme, part):
    (site / f"{part}.mjml").write_text(shipped(theme, f"{part}.mjml"))

    assert render_site(site, theme) == render(theme=theme)


def test_a_part_of_one_theme_leaves_the_other_alone(site, theme):
    other = "plain" if theme == "classic" else "classic"
    (site / other).mkdir()
    (site / other / "ask.mjml").write_text("")

    assert render_site(site, theme) == render(theme=theme)
    assert "Have a question of your own?" not in as_html(render_site(site, other))


def test_a_brand_has_its_colour_by_one_change(site, theme):
    colours = shipped(theme, "colours.mjml")
    accent = colours.partition('"accent": "')[2].partition('"')[0]
    (site / "colours.mjml").write_text(colours.replace(accent, "#005f4b"))

    page = as_html(render_site(site, theme))

    assert accent not in page
    assert as_html(render(theme=theme)).replace(accent, "#005f4b") == page


@pytest.mark.parametrize("part", [*PARTS, "dark", "issue", "prose"])
def test_no_part_but_the_colours_names_a_colour(theme, part):
    named = re.findall(r"(?<!&)#[0-9a-f]{3,6}\b", shipped(theme, f"{part}.mjml"))

    assert bool(named) == (part == "colours")


def test_every_part_is_one_screen():
    for path in THEMES.rglob("*.mjml"):
        assert len(path.read_text().splitlines()) <= 60, path
