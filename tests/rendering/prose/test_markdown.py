import pytest

from pipeline.errors import ContentError
from pipeline.rendering.prose import markdown


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(">" * 20_000 + " x", id="quotes"),
        pytest.param("[" * 20_000, id="brackets"),
        pytest.param("[a" * 20_000, id="brackets with text"),
        pytest.param("[" * 20_000 + "]" * 20_000, id="closed brackets"),
        pytest.param("![" * 20_000, id="images"),
        pytest.param("*" * 20_000 + "a" + "*" * 20_000, id="emphasis"),
        pytest.param("\n".join("  " * n + "- x" for n in range(200)), id="lists"),
        pytest.param("1. " * 20_000, id="lists in one line"),
        pytest.param("> " * 51 + "x", id="one too deep"),
    ],
)
def test_refuses_what_is_nested_too_deep(text):
    with pytest.raises(ContentError, match="more than 50 deep") as refused:
        markdown.parse(text, "content/deep.md")

    assert refused.value.place == "content/deep.md"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<b>" * 20_000, id="tags"),
        pytest.param("<" * 20_000, id="angle brackets"),
        pytest.param('"' * 20_000, id="quotation marks"),
        pytest.param("`" * 20_000, id="back-ticks"),
        pytest.param("<!--" * 20_000, id="comments without an end"),
        pytest.param("*a **b " * 5_000, id="emphasis without an end"),
    ],
)
def test_takes_what_only_looks_deep(text):
    assert markdown.parse(text).tokens


def test_refuses_a_text_that_is_too_long():
    with pytest.raises(ContentError, match="longer than 200,000 bytes"):
        markdown.parse("é" * 100_001)


def test_refuses_a_table_that_would_be_a_huge_page():
    table = "|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|x|\n" * 50

    with pytest.raises(ContentError, match="cells"):
        markdown.parse(table)


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        pytest.param("a <!-- note --> b", "a  b", id="in a line"),
        pytest.param("a\n\n<!-- note\n\nover lines -->\n\nb", "a b", id="over empty lines"),
        pytest.param("a <!-- no end", "a <!-- no end", id="without an end"),
        pytest.param("<!-- x --> a", " a", id="before text"),
    ],
)
def test_leaves_the_notes_of_an_author_out(text, prose):
    assert markdown.parse(text).prose == prose


def test_keeps_a_comment_in_code():
    tokens = markdown.parse("```\n<!-- shown -->\n```").tokens

    assert tokens[0].content == "<!-- shown -->\n"


def test_notes_links_images_and_prose():
    document = markdown.parse("See [*the* book](https://b.example) ![a cat](c.png) `code` **n**ow")

    assert [(link.url, link.text) for link in document.links] == [("https://b.example", "the book")]
    assert [(image.url, image.text) for image in document.images] == [("c.png", "a cat")]
    assert document.prose == "See the book a cat   now"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("one two-three", 3, id="words"),
        pytest.param("我们 没有时间", 3, id="Chinese signs"),
    ],
)
def test_counts_words(text, words):
    assert markdown.parse(text).words == words


def test_leaves_out_what_no_message_can_hold():
    assert markdown.writable("a\0b\x07\r\nc\u2028\ud800\ufffe\x7fd\t") == "ab\ncd\t"


def test_writes_a_title_in_one_line():
    assert markdown.one_line(" a\n\tb\x85 c ") == "a b c"


def test_a_no_break_space_stays_in_a_title():
    assert markdown.one_line("oui\u00a0!") == "oui\u00a0!"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("ä" * 99_000 + "\n" + "a" * 9_000, "qa.md:10:2000", id="too long"),
        pytest.param("a\n\nb " + "[" * 60, "qa.md:11:62", id="brackets too deep"),
        pytest.param("a\n\n" + "> " * 60 + "x", "qa.md:11:1", id="quotes too deep"),
        pytest.param("a\n\n\n" + "- b\n" * 30_000, "qa.md:", id="too many"),
    ],
)
def test_what_is_too_much_is_named_with_its_place(text, place):
    with pytest.raises(ContentError) as refused:
        markdown.parse(text, "qa.md", 9)

    assert refused.value.place.startswith(place)
    assert refused.value.place.count(":") == 2
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("a\n\nabc &#x202e;def", "a.md:9:5", id="a hexadecimal reference"),
        pytest.param("abc\nde &#8238;f", "a.md:8:4", id="a decimal one, in the second line"),
        pytest.param("[x](https://a.example 'b &#x2067;c')", "a.md:7:26", id="in a link's title"),
        pytest.param("![b &#x202e;c](a.png)", "a.md:7:5", id="in an alternative text"),
    ],
)
def test_refuses_a_turn_that_a_reference_brings_in(text, place):
    with pytest.raises(ContentError, match="turns what follows it") as refused:
        markdown.parse(text, "a.md", 7)

    assert refused.value.place == place
    assert "delete it" in refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Say &#x202e;olleh&#x202c; twice.", id="one that is ended"),
        pytest.param("Write `&#x202e;` for it.", id="code"),
        pytest.param("Write &amp;#x202e; for it.", id="one that is shown"),
    ],
)
def test_takes_a_reference_that_turns_nothing_else(text):
    assert markdown.parse(text).words
