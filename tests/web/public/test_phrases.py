from dataclasses import fields

import pytest

from pipeline.web.public import phrases
from pipeline.web.public.phrases import Notice


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        pytest.param("de", "de", id="a language"),
        pytest.param("de-AT", "de", id="of a country"),
        pytest.param("FR", "fr", id="in capitals"),
        pytest.param("pt-BR", "en", id="one that is not here"),
        pytest.param("", "en", id="none"),
    ],
)
def test_chooses_by_the_language_and_says_which_it_speaks(tag, expected):
    assert phrases.choose(tag).language == expected


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_every_language_says_everything_and_names_the_newsletter(language):
    said = phrases.LANGUAGES[language]

    for field in fields(said):
        value = getattr(said, field.name)
        assert all((value.heading, value.text)) if isinstance(value, Notice) else value
    assert "{title}" in said.leave.heading
    assert "{title}" in said.left.heading


def test_only_arabic_runs_from_right_to_left():
    directions = {language: said.direction for language, said in phrases.LANGUAGES.items()}

    assert directions == {"en": "ltr", "de": "ltr", "fr": "ltr", "es": "ltr", "ar": "rtl"}
