from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience import formulas

CELLS = st.text() | st.text(st.sampled_from("'=+-@\t\rx"))


@given(CELLS)
def test_every_cell_comes_back_as_it_was(cell):
    assert formulas.bare(formulas.safe(cell)) == cell


@given(CELLS)
def test_no_safe_cell_begins_like_a_formula(cell):
    assert not formulas.safe(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
