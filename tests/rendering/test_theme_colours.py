"""The colours of the shipped themes, in the light and in every kind of dark."""

from typing import Any

import pytest
from lxml import html

from pipeline.rendering.colours import READABLE, Colour, contrast, parse
from tests import specimens
from tests.rendering import screens
from tests.rendering.letters import as_html, as_page, render
from tests.rendering.test_theme import ISSUE

BLACK = Colour(0, 0, 0)


@pytest.mark.parametrize("seen", [screens.as_it_is, screens.partly_inverted, screens.inverted])
def test_every_text_stands_out_from_its_ground(theme, seen):
    seen_pairs = set()
    for element, ink, ground in screens.pairs(as_page(render(ISSUE, theme=theme))):
        assert contrast(*seen(ink, ground)) >= READABLE, html.tostring(element)
        seen_pairs.add((ink, ground))

    # Text, quieter text, links, code.
    assert len(seen_pairs) >= 4


@pytest.mark.parametrize(
    "darken",
    [
        pytest.param(lambda page: screens.apply_media(page, "dark"), id="media query"),
        pytest.param(screens.apply_outlook_marks, id="Outlook.com"),
    ],
)
def test_every_text_stands_out_by_night(theme, darken):
    page = as_page(render(ISSUE, theme=theme))
    before = list(screens.pairs(page))
    darken(page)
    after = list(screens.pairs(page))

    assert len(before) == len(after)
    for (_, ink, ground), (element, night_ink, night_ground) in zip(before, after, strict=True):
        assert contrast(night_ink, night_ground) >= READABLE, html.tostring(element)
        # Nothing is left as it was by day.
        assert night_ink != ink, html.tostring(element)
        assert night_ground != ground, html.tostring(element)


def test_night_is_dark(theme):
    page = as_page(render(ISSUE, theme=theme))
    screens.apply_media(page, "dark")

    grounds = [ground for it, _, ground in screens.pairs(page) if "ask" not in _classes(it)]
    assert all(contrast(ground, BLACK) < 2 for ground in grounds)


def _classes(element: Any) -> str:
    return " ".join(element.xpath("ancestor-or-self::*/@class"))


def test_lines_can_be_seen_and_do_not_shout(theme):
    page = as_page(render(ISSUE, theme=theme))
    paper = parse(screens.inherited(page.body, "background-color"))
    assert paper
    lines = {
        colour
        for element in page.body.iter("*")
        for name, value in screens.declarations(element).items()
        if name.startswith("border-") and (colour := parse(value.split()[-1]))
    }

    assert lines
    assert all(contrast(line, paper) >= 1.3 for line in lines)


@pytest.mark.parametrize("language", specimens.LANGUAGES)
def test_a_mail_program_is_told_that_both_are_there(theme, language):
    source = as_html(render(specimens.issue(language), specimens.options(language), theme))

    assert '<meta name="color-scheme" content="light dark">' in source
    assert '<meta name="supported-color-schemes" content="light dark">' in source
    assert "@media (prefers-color-scheme: dark)" in source
    assert "[data-ogsc] " in source
    assert "[data-ogsb] " in source
