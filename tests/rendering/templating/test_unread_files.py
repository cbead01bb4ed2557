"""A file whose name is nearly that of a template is told; it would change nothing in silence."""

from pathlib import Path

import pytest

from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, theme_path

FOLDERS = theme_path("classic")


def unread(site: Path, **files: str) -> dict[str, str]:
    own = site / "templates"
    for name, text in files.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text)
    renderer = Renderer([own / "classic", own, *FOLDERS], OPTIONS)
    renderer.render(make_issue(), nonce=NONCE)
    return {finding.place: finding.remedy for finding in renderer.unread()}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("foter.mjml", "footer.mjml"),
        ("footer.html", "footer.mjml"),
        ("Footer.mjml", "footer.mjml"),
        ("Classic/footer.mjml", "classic/footer.mjml"),
        ("classic/styels.mjml", "classic/styles.mjml"),
        ("locale/nl.PO", "locale/nl.po"),
        ("locale/nl.mo", "locale/nl.po"),
    ],
)
def test_a_slip_in_a_name_is_told(tmp_path: Path, name: str, meant: str) -> None:
    found = unread(tmp_path, **{name: ""})
    assert found == {f"templates/{name}": f"did you mean templates/{meant}?"}


@pytest.mark.parametrize(
    "name", ["README.md", "logo.png", "plain/foter.mjml", ".footer.mjml.swp", "locale/nl.po"]
)
def test_what_is_no_slip_is_not_told(tmp_path: Path, name: str) -> None:
    assert unread(tmp_path, **{name: ""}) == {}


def test_what_a_template_of_the_site_includes_is_read(tmp_path: Path) -> None:
    ask = '{% include "foter.mjml" %}'
    assert unread(tmp_path, **{"ask.mjml": ask, "foter.mjml": ""}) == {}
