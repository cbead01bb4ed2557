"""A selector is looked for in fewer elements, and finds the same."""

import pytest

from pipeline.rendering.narrowing import Narrowing
from pipeline.rendering.pages.page_pieces import take_apart

PAGE = (
    '<html><body class="page"><p class="small">x</p><p class="small mail">y</p>'
    '<td class="wide"></td><th class="wide"></th><b class="odd q&quot;"></b>'
    '<!--<h1 class="title">--></body></html>'
)


@pytest.mark.parametrize(
    ("selector", "narrowed"),
    [
        pytest.param(
            ".small", ('p[class="small"]', 'p[class="small mail"]'), id="a class of one element"
        ),
        pytest.param(".page a", (), id="an element that is nowhere"),
        pytest.param(".page p", ('body[class="page"] p',), id="one within another"),
        pytest.param(
            ".wide", ('td[class="wide"]', 'th[class="wide"]'), id="a class of two elements"
        ),
        pytest.param(".odd", ("b.odd",), id="a class beside what needs quoting"),
        pytest.param(".title", (), id="a class in a comment"),
        pytest.param(".page.x:hover", (), id="two classes and a state, one of them nowhere"),
        pytest.param(".page > b", ('body[class="page"] > b',), id="a child"),
        pytest.param("p.small", ("p.small",), id="narrow already"),
        pytest.param(r".small\:x", (r".small\:x",), id="an escaped name"),
        pytest.param("[dir]", ("[dir]",), id="an attribute"),
    ],
)
def test_gives_selectors_that_find_the_same_elements(selector, narrowed):
    assert Narrowing(take_apart(PAGE)).of(selector) == narrowed


def test_a_class_of_many_elements_is_looked_for_once():
    page = "".join(f'<{name} class="x">' for name in ("p", "td", "th", "div"))

    assert Narrowing(take_apart(page)).of(".x") == (".x",)
