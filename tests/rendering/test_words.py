from dataclasses import fields
from datetime import date
from string import Formatter
from typing import Any

import pytest

from pipeline.rendering import words
from pipeline.rendering.words import Words, direction_of, words_of, write_date

LANGUAGES = ("en", "de", "fr", "es", "ar")


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        pytest.param("en", date(2026, 3, 3), "March 3, 2026", id="English"),
        pytest.param("en-US", date(2026, 3, 3), "March 3, 2026", id="American"),
        pytest.param("en-GB", date(2026, 3, 3), "3 March 2026", id="British"),
        pytest.param("de-AT", date(2026, 3, 3), "3. März 2026", id="German"),
        pytest.param("fr", date(2026, 8, 1), "1er août 2026", id="the first in French"),
        pytest.param("fr", date(2026, 8, 2), "2 août 2026", id="the second in French"),
        pytest.param("es", date(2026, 12, 24), "24 de diciembre de 2026", id="Spanish"),
        pytest.param("ar", date(2026, 1, 9), "9 يناير 2026", id="Arabic"),
        pytest.param("nl", date(2026, 1, 9), "2026-01-09", id="unknown"),
    ],
)
def test_writes_a_day_out(language, day, written):
    assert write_date(day, language) == written


def test_an_unknown_language_speaks_english():
    assert words_of("nl-BE") == words_of("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_names(language):
    for field in fields(Words):
        if field.type in ("str", str) and field.name != "date":
            own = getattr(words_of(language), field.name)
            english = getattr(words_of("en"), field.name)
            assert own.strip()
            assert names_in(own) == names_in(english), field.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_year_has_twelve_months(language):
    assert len(set(words_of(language).months)) == 12


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl"), ("en", "ltr")]
)
def test_knows_how_a_language_is_written(language, direction):
    assert direction_of(language) == direction


def test_the_table_holds_the_languages_of_the_interface():
    assert set(words._WORDS) == set(LANGUAGES)


def names_in(pattern: Any) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}
