import pytest

from pipeline.delivery import domains, guards
from tests.delivery.replies_page import PAGE, page


def test_the_page_of_replies_says_what_the_table_says():
    """If it does not: ``python -m tests.delivery.replies_page``."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (guards.ENOUGH, "the first 20 readers of a run"),
        (guards._WHOLE, "two readers at least"),
        (guards._WHOLE_OF_ADDRESSES, "five where the reply speaks of the address"),
        (guards._OUTAGE * 10, "more than a tenth of its last 200"),
        (guards.WINDOW, "a tenth of its last 200"),
        (guards._CLEAN * 100, "of fewer than 2 % in the issues before"),
        (guards._BAD_LIST * 100, "more than 5 % of its first 500"),
        (guards._FIRST, "5 % of its first 500"),
        (domains.ENOUGH, "it was asked for, five at least"),
        (domains.BELIEVED.issues, "when three issues in a row"),
        (domains.BELIEVED.span.days, "over 14 days or more, were refused so.\n\nIt is paused"),
    ],
)
def test_the_page_has_the_figures_of_the_guards(figure, said):
    assert said in page()
    figures = {"a tenth": "1", "two": "2", "five": "5", "three": "3"}
    for word, digits in figures.items():
        said = said.replace(word, digits)
    assert f"{figure:g}" in said
