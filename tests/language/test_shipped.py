"""The catalogues of the program: complete, and fit for those who read the languages."""

import re
from pathlib import Path

import pytest

from pipeline.language import catalogues, drafting
from pipeline.language.catalogue import fields_of, parse
from pipeline.language.catalogues import SHIPPED
from pipeline.language.english import CORRECTED, MAIL, MESSAGES, PAGES

HOME = Path(catalogues.__file__).parent / "locale"
FILES = sorted(HOME.glob("*/LC_MESSAGES/mailbag.po"))
LANGUAGES = ("de", "fr", "es", "ar")
#: Words that are the same in English, or are no words.
SAME = {"colon"}


def tag_of(path: Path) -> str:
    return path.parts[-3].replace("_", "-")


def spoken(language: str) -> list[str]:
    """Everything the program says in a language."""
    words = SHIPPED.words_of(language)
    numbers = [words.count("reading_time", number) for number in range(120)]
    return [*numbers, *(getattr(words, name) for name in MESSAGES)]


def test_the_languages_of_the_interface_are_there():
    assert {tag_of(path) for path in FILES} >= set(LANGUAGES)
    assert len(MESSAGES) == len((*MAIL, CORRECTED, *PAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(language):
    words = SHIPPED.words_of(language)

    assert words.lacking([*MESSAGES]) == ()
    assert words.tag == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_left_in_english(language):
    words = SHIPPED.words_of(language)

    assert [n for n, m in MESSAGES.items() if getattr(words, n) == m.text and n not in SAME] == []


@pytest.mark.parametrize("path", FILES, ids=tag_of)
def test_a_catalogue_is_as_make_messages_writes_it(path):
    text = path.read_text(encoding="utf-8")
    held = parse(text, path.name, tag_of(path)).words
    messages = [message for message in MESSAGES.values() if message.name in held]

    assert drafting.draft(messages, tag_of(path), text) == text


@pytest.mark.parametrize("path", FILES, ids=tag_of)
def test_a_catalogue_translates_the_english_of_today(path):
    text = path.read_text(encoding="utf-8")

    assert "fuzzy" not in text
    assert parse(text, path.name, tag_of(path)).blanks == {}


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "مدة القراءة: أقل من دقيقة"),
        (1, "مدة القراءة: دقيقة واحدة"),
        (2, "مدة القراءة: دقيقتان"),
        (3, "مدة القراءة: 3 دقائق"),
        (10, "مدة القراءة: 10 دقائق"),
        (11, "مدة القراءة: 11 دقيقة"),
        (99, "مدة القراءة: 99 دقيقة"),
        (100, "مدة القراءة: 100 دقيقة"),
        (103, "مدة القراءة: 103 دقائق"),
    ],
)
def test_arabic_counts_in_six_forms(number, written):
    said = SHIPPED.words_of("ar").count("reading_time_in_full", number).format(minutes=number)

    assert said == written


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_number_of_minutes_stays_on_a_line_with_its_unit(language):
    words = SHIPPED.words_of(language)
    forms = {words.count("reading_time", number) for number in range(120)}
    counted = [form for form in forms if "{minutes}" in form]

    assert counted
    assert [form for form in counted if "{minutes}\N{NO-BREAK SPACE}" not in form] == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "en"])
def test_minutes_are_counted_in_every_language(language):
    words = SHIPPED.words_of(language)

    for number in (1, 2, 12):
        written = words.count("reading_time", number).format(minutes=number)
        assert str(number) in written
        assert "min" in written.casefold()


def test_french_signs_of_two_parts_stand_after_a_space_that_does_not_break():
    for text in spoken("fr"):
        assert re.findall(r"[^\N{NO-BREAK SPACE}][?!:;»]", text) == []
        assert re.findall(r"«[^\N{NO-BREAK SPACE}]", text) == []
        assert "'" not in text


def test_german_speaks_formally():
    informal = re.compile(r"\b(?:du|dich|dir|dein\w*|ihr|euch|euer)\b")

    assert [text for text in spoken("de") if informal.search(text)] == []


def test_a_question_in_spanish_is_opened():
    for text in spoken("es"):
        assert text.count("?") == text.count("¿")
        assert text.count("!") == text.count("¡")


def test_arabic_has_its_own_signs():
    assert [text for text in spoken("ar") if re.search(r"[?;,]", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_the_english_text_does(language):
    words = SHIPPED.words_of(language)

    for name, message in MESSAGES.items():
        if not message.plural:
            assert fields_of(getattr(words, name)) == fields_of(message.text), name
