import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.prose import wrapping
from pipeline.rendering.prose.flowed import SOFT


def lines(text: str, width: int = 72) -> list[str]:
    return wrapping.wrap(text, width).replace(SOFT, "").split("\n")


def test_signs_of_two_columns_are_wrapped_by_columns():
    assert [wrapping.columns(line) for line in lines("漢" * 50)] == [72, 28]


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        pytest.param("一二三四。五", ["一二三", "四。五"], id="no full stop begins a line"),
        pytest.param(
            "一二三「四五」六", ["一二三", "「四五」", "六"], id="brackets stay with their text"
        ),
        pytest.param("一二ab三四", ["一二ab三", "四"], id="between Latin and Chinese"),
        pytest.param("。" * 7, ["。" * 4, "。" * 3], id="nothing but full stops"),
    ],
)
def test_east_asian_text_breaks_where_its_readers_expect_it(text, wrapped):
    assert lines(text, 8) == wrapped


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("e\u0301", 1, id="combining"),
        pytest.param("ก็", 1, id="Thai vowel"),
        pytest.param("👩\u200d", 2, id="joiner"),
        pytest.param("漢a", 3, id="wide"),
    ],
)
def test_measures_what_a_terminal_shows(text, columns):
    assert wrapping.columns(text) == columns


def test_what_a_message_fills_in_has_a_line_for_itself():
    mark = f"@@{'0f' * 16}:address@@"

    assert lines(f"You get it at {mark}, because of it") == [
        "You get it at",
        f"{mark},",
        "because of it",
    ]


def test_what_would_begin_a_signature_does_not_end_a_line():
    url = "https://a.example/" + "x" * 90

    assert wrapping.wrap(f"-- {url}") == f"-- {url}"


def test_a_sign_is_not_cut_off_from_what_is_written_onto_it():
    assert lines("x" * 8 + "\u0301" + "y", 8) == ["x" * 8 + "\u0301", "y"]


@given(st.text(st.sampled_from("aé漢、「」\u0301\u200d👩"), max_size=200))
def test_nothing_is_lost(text):
    assert "".join(lines(text)) == text
