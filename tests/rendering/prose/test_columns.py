"""How the columns of a table share its width."""

import re

import pytest

from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.xhtml import to_xhtml


def widths(table: str) -> list[int]:
    written = to_xhtml(markdown.parse(table), top=3)
    return [int(percent) for percent in re.findall(r"width:(\d+)%", written)]


def table(*rows: tuple[str, ...]) -> str:
    head, *body = ["|" + "|".join(row) + "|" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((("Day", "Minutes"), ("Monday", "55")), id="small"),
        pytest.param((("a", "b", "c", "d", "e"), ("1", "2", "3", "4", "5")), id="five of numbers"),
        pytest.param((("Day", "Said"), ("Monday", "many short words " * 30)), id="prose"),
        pytest.param((("", "", ""), ("日本語の表はどこでも折り返す" * 4,) * 3), id="Japanese"),
    ],
)
def test_a_table_whose_words_fit_a_telephone_is_left_alone(rows):
    assert "class" not in to_xhtml(markdown.parse(table(*rows)), top=3)


def test_words_that_fit_only_a_wide_screen_share_it_by_what_they_need():
    shares = widths(
        table(
            ("Versicherung", "Selbstbeteiligung", "Kündigungsfrist"),
            ("Haftpflichtversicherungsnehmer", "150 Euro", "drei Monate"),
        )
    )

    assert sum(shares) == 100
    assert shares[0] > shares[1] > shares[2] > 20


@pytest.mark.parametrize(
    "long", ["https://www.example.org/" + "a" * 80, f"`{'A1' * 40}`", "**" + "x" * 90 + "**"]
)
def test_one_long_word_leaves_the_short_ones_whole(long):
    shares = widths(table(("What", "Where"), ("the form", long)))

    # "What" in bold letters of 14 pixels is narrower than that, of 256 pixels.
    assert 16 <= shares[0] <= 30
    assert sum(shares) == 100


def test_a_table_of_many_columns_has_less_between_them():
    rows = (("Weekday",) * 6, ("Wednesday",) * 6)

    assert 'class="many crowded"' in to_xhtml(markdown.parse(table(*rows)), top=3)


def test_a_table_within_a_quotation_has_less_room():
    fits = table(("Selbstbehalt", "Monate"), ("Haftpflicht", "drei"))

    assert widths(fits) == []
    assert len(widths("> - > " + fits.replace("\n", "\n>   > "))) == 2


def test_the_alignment_of_a_column_stays():
    written = to_xhtml(markdown.parse(f"|a|b|\n|-:|---|\n|{'x' * 90}|b|"), top=3)

    assert re.search(r'<th style="text-align:right;width:\d+%">a</th>', written)
