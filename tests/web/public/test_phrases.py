from dataclasses import fields

import pytest

from pipeline.language.catalogues import SHIPPED, Catalogues
from pipeline.web.public import phrases
from pipeline.web.public.phrases import Notice, Phrases

LANGUAGES = ("en", "de", "fr", "es", "ar")


def said(tag: str) -> Phrases:
    return phrases.choose(SHIPPED.words_of(tag))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        pytest.param("de", "de", id="a language"),
        pytest.param("de-AT", "de-AT", id="of a country"),
        pytest.param("FR", "fr", id="in capitals"),
        pytest.param("pt-BR", "en", id="one that is not here"),
        pytest.param("", "en", id="none"),
    ],
)
def test_chooses_by_the_language_and_says_which_it_speaks(tag, expected):
    assert said(tag).language == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_and_names_the_newsletter(language):
    for field in fields(Phrases):
        value = getattr(said(language), field.name)
        assert all((value.heading, value.text)) if isinstance(value, Notice) else value
    assert "{title}" in said(language).leave.heading
    assert "{title}" in said(language).left.heading


def test_only_arabic_runs_from_right_to_left():
    directions = {language: said(language).direction for language in LANGUAGES}

    assert directions == {"en": "ltr", "de": "ltr", "fr": "ltr", "es": "ltr", "ar": "rtl"}


def test_the_button_says_the_same_as_the_link_in_the_mail_that_leads_to_it():
    for language in LANGUAGES:
        assert said(language).button == SHIPPED.words_of(language).unsubscribe


def test_a_language_that_lacks_one_phrase_is_answered_in_english_as_a_whole(tmp_path):
    (tmp_path / "nl.po").write_text(
        'msgctxt "page_button"\nmsgid "Unsubscribe"\nmsgstr "Afmelden"\n'
    )

    found = phrases.choose(Catalogues(tmp_path).words_of("nl"))

    assert (found.language, found.button) == ("en", "Unsubscribe")


def test_a_site_s_word_stands_on_the_page_too(tmp_path):
    (tmp_path / "de.po").write_text(
        'msgctxt "page_button"\nmsgid "Unsubscribe"\nmsgstr "Abmelden"\n'
    )

    found = phrases.choose(Catalogues(tmp_path).words_of("de"))

    assert (found.language, found.button) == ("de", "Abmelden")
