from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.editor import state
from pipeline.web.editor.state import NARROWEST, WIDEST, State, View


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, State(), id="nothing is the mail at both widths"),
        pytest.param({"width": "375"}, State(width=375), id="a width"),
        pytest.param({"width": "414"}, State(width=414), id="any width"),
        pytest.param({"width": "5"}, State(), id="too narrow for a phone"),
        pytest.param({"width": "99999"}, State(), id="too wide for a client"),
        pytest.param({"width": "٣٧٥"}, State(), id="digits of another script"),
        pytest.param({"width": "-375"}, State(), id="less than nothing"),
        pytest.param({"view": "text"}, State(view=View.TEXT), id="another side"),
        pytest.param({"view": "<b>"}, State(), id="a side that is not there"),
        pytest.param({"dark": "1", "images": "0"}, State(dark=True, images=False), id="dark, bare"),
        pytest.param({"dark": "yes"}, State(), id="only 1 is dark"),
    ],
)
def test_understands_a_query(query, expected):
    assert state.parse(query) == expected


states = st.builds(
    State,
    view=st.sampled_from(View),
    width=st.none() | st.integers(NARROWEST, WIDEST),
    dark=st.booleans(),
    images=st.booleans(),
)


@given(states)
def test_a_state_is_found_again_by_its_query(shown):
    assert state.parse(dict(parse_qsl(shown.query.removeprefix("?")))) == shown


@given(st.dictionaries(st.sampled_from(["view", "width", "dark", "images"]), st.text()))
def test_any_query_shows_something(query):
    assert state.parse(query).widths


def test_changing_one_thing_keeps_the_rest():
    shown = State(view=View.TEXT, width=640, dark=True)

    assert shown.but(view="html") == "?width=640&dark=1"
    assert shown.but(both=True) == "?view=text&dark=1"
    assert shown.but(dark=False) == "?view=text&width=640"
    assert shown.but(images=False) == "?view=text&width=640&dark=1&images=0"
