"""The web page of an issue is legal HTML of today, and looks like the mail it was."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from pipeline.model.edition import Edition
from pipeline.rendering.pages import web_page
from pipeline.rendering.renderer import Renderer
from tests.browser import Page
from tests.clients import nu_checker, sample
from tests.factories import make_issue
from tests.images import make_image
from tests.rendering.letters import NONCE, OPTIONS, make_letter, theme_path

#: An edition as the ledger of an earlier version has it.
EARLIER = Edition.from_json(
    (Path(__file__).parents[1] / "rendering/data/edition-of-2026-11-24.json").read_text("utf-8")
)
_LOOKS = [(width, dark) for width in (320, 375, 640, 800) for dark in (False, True)]


def look(page: Page, html: str, width: int, *, dark: bool) -> Image.Image:
    page.show(html, width=width, dark=dark)
    return page.picture(whole=True)


def odd(theme: str) -> Edition:
    """Make an edition of what is rare: pictures, and texts that look like markup."""
    answer = "![A map](map.png)\n\n- ![](map.png) `<p>`\n\n[a](https://a.example/?a=1&b=<>\"')\n"
    letter = make_letter(
        "</div> & <!-- ]]> \u202b\u202c {{ 7*7 }}", answer, title="\"><b> -- '&amp;"
    )
    renderer = Renderer(theme_path(theme), OPTIONS, lambda _name, _source: make_image())
    return renderer.render(make_issue(qas=(letter,), preheader='"><!--'), nonce=NONCE)


def pages() -> dict[str, str]:
    """Give the page of every theme in every language, and those of editions that are rare."""
    samples = {
        f"{theme}-{language}": sample.make(theme, language).web
        for theme in sample.THEMES
        for language in sample.LANGUAGES
    }
    rare = {f"{theme}-odd": web_page.render(odd(theme), OPTIONS) for theme in sample.THEMES}
    mended = {
        f"{theme}-mended-{language}": sample.make(theme, language).mended
        for theme in sample.THEMES
        for language in sample.LANGUAGES
    }
    return {**samples, **rare, **mended, "earlier": web_page.render(EARLIER, OPTIONS)}


def test_the_nu_checker_has_nothing_to_say_about_any_page() -> None:
    assert nu_checker.check(pages()) == []


def test_the_nu_checker_would_say_something_about_the_mail() -> None:
    said = nu_checker.check({"mail": sample.make("classic", "en").edition.html.public()})

    assert any("mso-" in message for message in said)
    assert any("obsolete" in message for message in said)


def look_the_same(page: Page, mail: str, web: str) -> bool:
    for width, dark in _LOOKS:
        old, new = (look(page, html, width, dark=dark) for html in (mail, web))
        assert new.size == old.size, f"{width} px, dark={dark}"
        assert ImageChops.difference(new, old).getbbox() is None, f"{width} px, dark={dark}"
    return True


@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("theme", sample.THEMES)
def test_the_page_looks_like_the_mail(page: Page, theme: str, language: str) -> None:
    letter = sample.make(theme, language)

    assert look_the_same(page, letter.public, letter.web)


def test_the_page_of_an_edition_of_an_earlier_version_looks_like_its_mail(page: Page) -> None:
    assert look_the_same(page, EARLIER.html.public(), web_page.render(EARLIER, OPTIONS))
