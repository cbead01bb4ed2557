"""Colours are read, compared and turned as CSS, WCAG and mail programs do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering import colours
from pipeline.rendering.colours import Colour

CHANNEL = st.integers(0, 255).map(lambda it: it / 255)
ANY = st.builds(Colour, CHANNEL, CHANNEL, CHANNEL)


def read(text: str) -> Colour:
    colour = colours.parse(text)
    assert colour is not None
    return colour


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("#8a2f2b", "#8a2f2b", id="hex"),
        pytest.param("#FfF", "#ffffff", id="short"),
        pytest.param("rgb(138, 47, 43)", "#8a2f2b", id="rgb"),
        pytest.param("rgb(300, 0, 0)", "#ff0000", id="out of range"),
        pytest.param("hsl(120, 100%, 25%)", "#008000", id="hsl"),
        pytest.param(" DarkRed ", "#8b0000", id="name"),
    ],
)
def test_reads_what_css_calls_a_colour(text, written):
    assert str(read(text)) == written


@pytest.mark.parametrize("text", ["inherit", "currentColor", "#12", "none", "", "1px solid red"])
def test_no_colour_is_none(text):
    assert colours.parse(text) is None


def test_a_translucent_colour_lets_the_ground_through():
    half = read("rgba(0, 0, 0, 0.5)")

    assert str(colours.over(half, read("white"))) == "#808080"
    assert colours.over(read("transparent"), read("#123456")) == read("#123456")


@pytest.mark.parametrize(
    ("ink", "ground", "expected"),
    [
        pytest.param("black", "white", 21, id="most"),
        pytest.param("#777777", "#777777", 1, id="none"),
        pytest.param("#767676", "white", 4.54, id="the lightest readable grey"),
        pytest.param("#777777", "white", 4.48, id="one step lighter"),
    ],
)
def test_contrast_is_that_of_wcag(ink, ground, expected):
    assert colours.contrast(read(ink), read(ground)) == pytest.approx(expected, abs=0.005)


@given(ANY, ANY)
def test_contrast_does_not_mind_the_order(one, other):
    assert 1 <= colours.contrast(one, other) == colours.contrast(other, one) <= 21


@given(ANY)
def test_full_inversion_is_its_own_opposite(colour):
    assert str(colours.inverted(colours.inverted(colour))) == str(colour)


@pytest.mark.parametrize(
    ("turn", "before", "after"),
    [
        # Lightness 100 becomes 12.5, and 0 becomes 87.5.
        pytest.param(colours.turned_ground, "white", "#212121", id="white ground"),
        pytest.param(colours.turned_ink, "black", "#dbdbdb", id="black ink"),
        pytest.param(colours.turned_ground, "black", "#000000", id="dark ground stays"),
        pytest.param(colours.turned_ink, "white", "#ffffff", id="light ink stays"),
    ],
)
def test_partial_inversion_turns_dark_inks_and_light_grounds(turn, before, after):
    assert str(turn(read(before))) == after


def test_partial_inversion_fades_what_it_leaves():
    assert str(colours.turned_ground(read("#8a2f2b"))) == "#803832"


@given(ANY)
def test_no_ground_stays_light_and_no_ink_stays_dark(colour):
    # Lightness 50 is a luminance of 0.184; a clipped colour may lie a little beside it.
    ink, ground = colours.turned_ink(colour), colours.turned_ground(colour)

    assert colours.contrast(ground, read("black")) < 6.5
    assert colours.contrast(ink, read("black")) > 3.5
