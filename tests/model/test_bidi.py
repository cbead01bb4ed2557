import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import bidi

LRE, RLE, PDF, LRO, RLO = "\u202a\u202b\u202c\u202d\u202e"
LRI, RLI, FSI, PDI = "\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a \u200f\u200e\u061c b", id="marks"),
        *(pytest.param(f"a {sign}b{PDF} c", id=f"{ord(sign):X}") for sign in (LRE, RLE, LRO, RLO)),
        *(pytest.param(f"a {sign}b{PDI} c", id=f"{ord(sign):X}") for sign in (LRI, RLI, FSI)),
        pytest.param(f"{RLI}a {LRE}b{PDF} c{PDI}", id="within one another"),
        pytest.param(f"{RLE}{LRI}{PDI}{PDF}", id="an isolate within an embedding"),
    ],
)
def test_what_is_turned_back_is_fine(text):
    assert list(bidi.unbalanced(text)) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        *(
            pytest.param(f"ab{sign}c", [2], id=f"{ord(sign):X} alone")
            for sign in (LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI)
        ),
        pytest.param(f"{RLO}a{PDI}", [0, 2], id="the other end"),
        pytest.param(f"{RLI}a{PDF}", [0, 2], id="the other end of an isolate"),
        pytest.param(f"{RLI}{RLO}a{PDI}", [1], id="an isolate's end ends what is in it"),
        pytest.param(f"{RLO}{RLI}{PDF}{PDI}", [0, 2], id="crossed"),
        pytest.param(f"{RLO}a{PDF}{PDF}", [3], id="one end too many"),
    ],
)
def test_what_is_not_turned_back_is_found(text, places):
    assert [place for place, _ in bidi.unbalanced(text)] == places


@given(st.text(st.sampled_from([LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI, "a"])))
def test_a_text_without_what_is_unbalanced_is_balanced(text):
    lost = {place for place, _ in bidi.unbalanced(text)}

    rest = "".join(sign for place, sign in enumerate(text) if place not in lost)

    assert list(bidi.unbalanced(rest)) == []


@pytest.mark.parametrize(
    ("source", "places"),
    [
        pytest.param("a &#x202e;b", [2], id="a hexadecimal reference"),
        pytest.param("a &#X0202E b", [2], id="without its semicolon"),
        pytest.param("&#8238;a &#08296;b&#8297;", [0], id="decimal references, one ended"),
        pytest.param('{{ "\\u202e" }}', [4], id="an escape of a string"),
        pytest.param('content: "\\202E";', [10], id="an escape of a style sheet"),
        pytest.param(f"a {RLO}b&#x202c;", [], id="a sign ended by a reference"),
        pytest.param("&#x202ea; &#82380; &rlm;", [], id="other characters"),
    ],
)
def test_a_sign_is_seen_however_it_is_written(source, places):
    assert [place for place, _ in bidi.unbalanced_in_source(source)] == places
