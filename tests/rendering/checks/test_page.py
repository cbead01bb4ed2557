import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.checks.page import Page


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        pytest.param("<p>a</p>\n <img src=x>", "img", (2, 2), id="in a fragment"),
        pytest.param('<p title="<img>">a</p><img>', "img", (1, 23), id="after a tag in a value"),
        pytest.param("<!-- <img> --><img>", "img", (1, 15), id="after one in a comment"),
        pytest.param("<!-- <img> --!><img>", "img", (1, 16), id="after a comment ended oddly"),
        pytest.param("<!--><img>", "img", (1, 6), id="after a comment that ends at once"),
        pytest.param("<style>a > b</style>\r\n<img>", "img", (2, 1), id="after a style sheet"),
        pytest.param("<body><body><img>", "img", (1, 13), id="after a tag that does not count"),
        pytest.param("<table><td><img>", "img", (1, 12), id="within what is not closed"),
        pytest.param("<p title='a\n>b'\n><img>", "img", (3, 2), id="after a tag of three lines"),
        pytest.param("<p class=don't><img alt='x'>", "img", (1, 16), id="after an apostrophe"),
        pytest.param("<title><img></title><img>", "img", (1, 21), id="after one in the title"),
        pytest.param("<IMG>", "img", (1, 1), id="in capitals"),
    ],
)
def test_an_element_knows_where_its_tag_begins(text, name, place):
    page = Page(text)

    assert [page.place(element) for element in page.named(name)][-1] == place


def test_a_place_leads_back_to_its_element():
    page = Page("<p>\n<b>x</b>\n<i>y</i></p>")

    for element in page.named("b", "i"):
        assert page.element_at(page.offset_of(*page.place(element))) is element


def test_texts_come_in_their_order_with_the_element_they_stand_in():
    page = Page("<p>a<b>b</b>c<!-- d -->e</p><style>f</style>")

    found = [(element.tag, text) for element, text in page.texts]
    assert found == [("p", "a"), ("b", "b"), ("p", "c"), ("p", "e"), ("style", "f")]


def test_a_rule_knows_its_conditions_and_its_line():
    page = Page("<style>\na{color:red}\n@media print{@supports (x:y){b{top:0}}}</style>")
    (sheet,) = page.sheets

    found = [(rule.selectors, rule.conditions, rule.line) for rule in sheet.rules]
    assert found == [("a", (), 2), ("b", ("@media print", "@supports (x:y)"), 3)]


def test_a_declaration_keeps_what_stands_in_quotes_or_brackets():
    page = Page("""<p style='Color : red;background:url("a;b:c");font:1px "x"!important;top'>""")
    (paragraph,) = page.named("p")

    found = [(one.name, one.value, one.important) for one in page.style(paragraph)]
    assert found == [
        ("color", "red", False),
        ("background", 'url("a;b:c")', False),
        ("font", '1px "x"', True),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(" \n", [], id="blanks"),
        pytest.param("<!-- a -->", [], id="a comment"),
        pytest.param("a", ["a"], id="words"),
        pytest.param("\0", ["\N{REPLACEMENT CHARACTER}"], id="NUL"),
        pytest.param("a\ud800", ["a?"], id="half a character"),
        pytest.param("a <p", ["a "], id="a tag without an end"),
    ],
)
def test_reads_what_is_hardly_a_page(text, words):
    assert [found for _, found in Page(text).texts] == words


_TAGS = ("<p>", "</p>", "<table>", "<td ", "<!--", "-->", "<style>", "</style>", "<script>")
_SIGNS = ("style='color:red'", '"', "'", "=", ">", "<", "/", "@media x{", "}", "\n", "\0", "a")
_PIECES = st.sampled_from((*_TAGS, *_SIGNS, "<body lang=en>"))


@given(st.lists(_PIECES, max_size=40))
def test_every_place_is_one_of_the_page(pieces):
    page = Page("".join(pieces))

    for element in page.elements:
        line, column = page.place(element)
        assert page.text.count("\n") >= line - 1
        if element in page.offsets:
            assert page.text[page.offset_of(line, column)] == "<"
    for sheet in page.sheets:
        assert sheet.rules is not None
