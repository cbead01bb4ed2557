"""What a site has set wrong is told in the site's file, not where a shipped one asks for it."""

from pathlib import Path

import pytest

from pipeline.errors import RenderError
from pipeline.model.edition import Edition
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, theme_path

CLASSIC = theme_path("classic")


def render_with(folder: Path, old: str, new: str) -> Edition:
    own = folder / "templates"
    own.mkdir()
    source = (CLASSIC[0] / "colours.mjml").read_text()
    assert old in source
    (own / "colours.mjml").write_text(source.replace(old, new, 1))
    return Renderer([own / "classic", own, *CLASSIC], OPTIONS).render(make_issue(), nonce=NONCE)


@pytest.mark.parametrize(
    ("old", "new", "name", "at"),
    [
        ('"accent": "#8a2f2b"', '"accent": "#FFEE88"', "contrast/light", "6:14"),
        ('"accent": "#f0a397"', '"accent": "#331111"', "contrast/dark", "15:14"),
        ('"accent": "#8a2f2b"', '"accent": "#ggg"', "", "6:14"),
        ('"line": "#d8d0c2"', '"line": "#ggg"', "style/value", "8:12"),
    ],
)
def test_a_colour_is_told_where_the_site_has_set_it(
    tmp_path: Path, old: str, new: str, name: str, at: str
) -> None:
    place = f"templates/colours.mjml:{at}"
    if not name:
        with pytest.raises(RenderError) as caught:
            render_with(tmp_path, old, new)
        assert caught.value.place == place
        assert "the shipped theme's classic/" in caught.value.message
        return
    found = [one for one in render_with(tmp_path, old, new).findings if one.id == name]
    assert {one.place for one in found} == {place}
    assert "it shows at the shipped theme's " in found[0].message


def test_a_misspelt_name_is_told_where_the_site_has_written_it(tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        render_with(tmp_path, '"quiet"', '"quite"')
    assert caught.value.place == "templates/colours.mjml:5:4"
    assert "the shipped theme's classic/styles.mjml" in caught.value.message
    assert caught.value.remedy == "did you mean 'quiet'?"


def test_what_the_site_did_not_set_stays_where_it_is(tmp_path: Path) -> None:
    theme = tmp_path / "shipped" / "classic"
    theme.mkdir(parents=True)
    source = (CLASSIC[0] / "colours.mjml").read_text()
    (theme / "colours.mjml").write_text(source.replace("#8a2f2b", "#ffee88"))
    own = tmp_path / "templates"
    own.mkdir()
    (own / "colours.mjml").write_text((theme / "colours.mjml").read_text())
    folders = [own / "classic", own, theme, *CLASSIC]
    edition = Renderer(folders, OPTIONS).render(make_issue(), nonce=NONCE)
    found = [one for one in edition.findings if one.id == "contrast/light"]
    assert found
    assert all(one.place.startswith("the shipped theme's ") for one in found)
