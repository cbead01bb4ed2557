"""The desk shows an edition dark in a frame whose ``color-scheme`` is dark, without a script."""

from html import escape

import pytest

from tests.browser import Page
from tests.clients import sample
from tests.clients.test_computed_styles import COMPUTED, PROPERTIES

_WIDTH = 640
_FRAME = (
    '<!DOCTYPE html><body style="margin:0"><iframe sandbox srcdoc="{page}" width="{width}" '
    'height="800" style="border:0;display:block;color-scheme:{scheme}"></iframe>'
)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", sample.THEMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_frame_shows_what_a_screen_does(
    page: Page, theme: str, language: str, dark: bool
) -> None:
    letter = sample.make(theme, language)
    page.show(letter.mail, width=_WIDTH, dark=dark)
    on_screen = page.ask(COMPUTED, PROPERTIES)

    scheme = "dark" if dark else "light"
    framed = _FRAME.format(page=escape(letter.mail), width=_WIDTH, scheme=scheme)
    # Nothing is said about the screen: that would count more than the frame's scheme.
    page.show(framed, width=_WIDTH, dark=None)
    in_frame = page.ask_frame(COMPUTED, PROPERTIES)

    assert in_frame == on_screen
    assert page.ask("matchMedia('(prefers-color-scheme: dark)').matches") is False


@pytest.mark.parametrize("theme", sample.THEMES)
def test_dark_is_another_look(page: Page, theme: str) -> None:
    letter = sample.make(theme, "en")
    seen = []
    for dark in (False, True):
        page.show(letter.mail, width=_WIDTH, dark=dark)
        seen.append(page.ask(COMPUTED, ["color", "background-color"]))

    day, night = seen
    assert sum(one != other for one, other in zip(day, night, strict=True)) > len(day) / 3
