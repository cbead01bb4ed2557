import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.controls import CONTROL, has_control

CONTROLS = st.sampled_from("\0\t\r\n\x1b\x7f\x85\u2028\u2029")
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=9)


def q(data: bytes) -> str:
    return "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in data) + "?="


def b(data: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(data).decode()}?="


@given(PLAIN)
def test_a_text_without_them_has_none(text):
    assert not has_control(text)


@given(PLAIN, CONTROLS, PLAIN, st.sampled_from([q, b]))
def test_finds_them_openly_and_behind_encoded_words(before, control, after, write):
    hidden = f"{before}{control}{after}".encode()

    assert has_control(before + control + after)
    assert has_control(f"{before} {write(hidden)} {after}")


@given(CONTROLS, st.data())
def test_finds_one_that_is_cut_between_two_words(control, data):
    hidden = f"a{control}z".encode()
    cut = data.draw(st.integers(0, len(hidden)))
    one, other = data.draw(st.sampled_from([q, b])), data.draw(st.sampled_from([q, b]))

    assert has_control(f"{one(hidden[:cut])} {other(hidden[cut:])}")


@given(CONTROLS)
def test_finds_one_behind_words_within_words(control):
    assert has_control(q(b(q(control.encode()).encode()).encode()))


@given(st.text(st.sampled_from("=?utf-8?q?=0A?=BbQ*?_ \n"), max_size=60))
def test_never_fails_on_what_only_looks_encoded(text):
    assert has_control(text) or not CONTROL.search(text)


@pytest.mark.parametrize(
    "text",
    ["=?utf-8?q?caf=C3=A9?=", "=?utf-8?b?Y2Fmw6k=?=", "=?x", "=?utf-8?b?!?=", "=?nothing?q?a?="],
)
def test_leaves_harmless_words_alone(text):
    assert not has_control(text)
