import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import entries
from pipeline.content.yaml_nodes import Scalar, Sequence
from pipeline.content.yaml_writing import flow, scalar

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("A reader in Boston", "A reader in Boston", id="words"),
        pytest.param("Don't ask!", "Don't ask!", id="apostrophe"),
        pytest.param("Re: my boss", '"Re: my boss"', id="colon"),
        pytest.param("Question #2", '"Question #2"', id="hash"),
        pytest.param('Say "no"', '"Say \\"no\\""', id="quotes"),
        pytest.param("", '""', id="empty"),
        pytest.param(" a", '" a"', id="blank"),
    ],
)
def test_quotes_only_what_needs_it(text, written):
    assert scalar(text) == written


@given(TEXTS)
def test_a_written_scalar_reads_back_as_itself(text):
    document = entries.read(f"key: {scalar(text)}\nnext: one\n", 1)

    assert document.faults == ()
    assert document.entries[0].value == Scalar(text, 1)


@given(st.lists(TEXTS).map(tuple))
def test_a_written_list_reads_back_as_itself(texts):
    document = entries.read(f"key: {flow(texts)}\n", 1)

    assert document.entries[0].value == Sequence(tuple(Scalar(text, 1) for text in texts), 1)
