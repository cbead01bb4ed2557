"""The web page of an issue is legal HTML of today, and looks like the mail it was."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from tests.browser import Page
from tests.clients import sample
from tests.outside import need, need_npm

_LOOKS = [(width, dark) for width in (320, 375, 640, 800) for dark in (False, True)]


def nu(folder: Path, **pages: str) -> dict[str, list[dict[str, Any]]]:
    """Give what the Nu HTML checker says of pages, its hints too, by their names."""
    java, jar = need("java"), need_npm("vnu-jar/build/dist/vnu.jar")
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    ended = subprocess.run(  # noqa: S603 - a program of the tests
        [java, "-jar", jar, "--format", "json", "--exit-zero-always", *folder.glob("*.html")],
        capture_output=True,
        check=True,
    )
    said: dict[str, list[dict[str, Any]]] = {name: [] for name in pages}
    for message in json.loads(ended.stderr)["messages"]:
        said[Path(message["url"]).stem].append(message)
    return said


def look(page: Page, html: str, width: int, *, dark: bool) -> Image.Image:
    page.show(html, width=width, dark=dark)
    return page.picture(whole=True)


def test_the_nu_checker_has_nothing_to_say_about_any_page(tmp_path: Path) -> None:
    pages = {
        f"{theme}-{language}": sample.make(theme, language).web
        for theme in sample.THEMES
        for language in sample.LANGUAGES
    }

    said = nu(tmp_path, **pages)

    assert said == {name: [] for name in pages}


def test_the_nu_checker_would_say_something_about_the_mail(tmp_path: Path) -> None:
    said = nu(tmp_path, mail=sample.make("classic", "en").edition.html.public())

    assert {message["type"] for message in said["mail"]} == {"error", "info"}


@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("theme", sample.THEMES)
def test_the_page_looks_like_the_mail(page: Page, theme: str, language: str) -> None:
    letter = sample.make(theme, language)
    for width, dark in _LOOKS:
        mail = look(page, letter.edition.html.public(), width, dark=dark)
        web = look(page, letter.web, width, dark=dark)

        assert web.size == mail.size, f"{width} px, dark={dark}"
        assert ImageChops.difference(web, mail).getbbox() is None, f"{width} px, dark={dark}"
