from datetime import date

import pytest
from babel import localedata
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.locales import direction_of, find, write_date

THIRD = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        pytest.param("en", THIRD, "March 3, 2026", id="English"),
        pytest.param("en-US", THIRD, "March 3, 2026", id="American"),
        pytest.param("en-GB", THIRD, "3 March 2026", id="British"),
        pytest.param("de-AT", THIRD, "3. März 2026", id="German"),
        pytest.param("de-AT", date(2026, 1, 3), "3. Jänner 2026", id="Austrian January"),
        pytest.param("fr", date(2026, 8, 1), "1er août 2026", id="the first in French"),
        pytest.param("fr-CA", date(2026, 8, 1), "1er août 2026", id="the first in Canada"),
        pytest.param("fr", date(2026, 8, 11), "11 août 2026", id="the eleventh in French"),
        pytest.param("es", date(2026, 12, 24), "24 de diciembre de 2026", id="Spanish"),
        pytest.param("ar", date(2026, 1, 9), "9 يناير 2026", id="Arabic"),
        pytest.param("ar-SY", date(2026, 1, 9), "9 كانون الثاني 2026", id="Arabic of Syria"),
        pytest.param("nl", date(2026, 1, 9), "9 januari 2026", id="Dutch"),
        pytest.param("pt-BR", THIRD, "3 de março de 2026", id="Brazilian"),
        pytest.param("zh-Hant", THIRD, "2026年3月3日", id="traditional Chinese"),
        pytest.param("sr-Latn", THIRD, "3. mart 2026.", id="Serbian in Latin letters"),
        pytest.param("sr", THIRD, "3. март 2026.", id="Serbian in Cyrillic letters"),
        pytest.param("zh-hant-tw", THIRD, "2026年3月3日", id="a tag in small letters"),
        pytest.param("de-Latn-1996", THIRD, "3. März 2026", id="a variant"),
        pytest.param("sgn-ase", THIRD, "2026-03-03", id="no language of Babel's"),
        pytest.param("tlh", THIRD, "2026-03-03", id="unknown"),
        pytest.param("dv", THIRD, "2026-03-03", id="whose months have no names"),
    ],
)
def test_writes_a_day_out(language, day, written):
    assert write_date(day, language) == written


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        *((tag, "rtl") for tag in ("ar", "he-IL", "fa", "FA", "ckb", "dv", "ps", "ug", "ur", "yi")),
        *((tag, "ltr") for tag in ("en", "sr-Latn", "zh-Hant", "xx")),
        ("az-Arab", "rtl"),
        ("ku-Arab", "rtl"),
        ("xx-Hebr", "rtl"),
        ("ar-Latn", "ltr"),
    ],
)
def test_knows_how_a_language_is_written(language, direction):
    assert direction_of(language) == direction


@given(st.from_regex(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}", fullmatch=True))
def test_any_well_formed_tag_has_a_direction_and_a_date(tag):
    assert direction_of(tag) in {"ltr", "rtl"}
    assert "2026" in write_date(THIRD, tag) or find(tag)


LANGUAGES = [name for name in localedata.locale_identifiers() if "_" not in name]


def test_every_language_of_babel_writes_a_day_on_one_line():
    written = [write_date(THIRD, name) for name in LANGUAGES]

    assert len(written) > 200
    assert all(date.strip() and len(date.splitlines()) == 1 for date in written)


def test_babel_writes_a_small_number_with_the_same_digits_in_every_language():
    # So a number needs no Babel: it is written as Python writes it.
    for name in LANGUAGES:
        assert format_decimal(12, locale=name, numbering_system="default") == "12"
