import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content.parsing import parse as parse_file
from pipeline.rendering import manuscript
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.markdown import Image, Link
from tests.factories import make_issue


def line_of(text: str, sign: str) -> int:
    return text[: text.index(sign)].count("\n") + 1


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("See [it](https://a.example).", 1, 5, id="in a line"),
        pytest.param("One.\n\nSee\n  [it](https://a.example)", 4, 3, id="in a later line"),
        pytest.param("> - a\n>   b [it](https://a.example)", 2, 7, id="in a list of a quotation"),
        pytest.param("- a\n\n- *b*\n  [it](https://a.example)", 4, 3, id="after emphasis"),
        pytest.param("## A [it](https://a.example) ##", 1, 6, id="in a heading"),
        pytest.param("A `b\nc` [it](https://a.example)", 2, 4, id="after code on two lines"),
        pytest.param("A <!-- b\nc --> [it](https://a.example)", 2, 7, id="after a comment"),
        pytest.param("A [b](https://b.example\n'c') [it](https://a.example)", 2, 6, id="after one"),
        pytest.param("A\\\nb [it](https://a.example)", 2, 3, id="after a break"),
        pytest.param("A  \nb <https://a.example>", 2, 3, id="bare"),
        pytest.param("A [it][1] b\n\n[1]: https://a.example", 1, 3, id="by reference"),
        pytest.param("| a | b |\n|-|-|\n| c | [it](https://a.example) |", 3, 7, id="in a table"),
        pytest.param("\tc\n\n```\n[x](y)\n```\n\n[it](https://a.example)", 7, 1, id="after code"),
    ],
)
def test_a_link_knows_its_line_and_column(text, line, column):
    link = markdown.parse(text, first_line=1).links[-1]

    assert (link.url, link.line, link.column) == ("https://a.example", line, column)


def test_a_picture_in_a_link_has_a_place_of_its_own():
    document = markdown.parse("a\n[![cat](c.png)](https://a.example)", first_line=10)

    assert [(image.text, image.line, image.column) for image in document.images] == [("cat", 11, 2)]
    assert [(link.text, link.line, link.column) for link in document.links] == [("cat", 11, 1)]


def test_a_cell_that_stands_twice_in_its_line_has_no_column():
    document = markdown.parse("|a|\n|-|\n| [b](c) | [b](c) |", first_line=1)

    assert [(link.line, link.column) for link in document.links] == [(3, 0)]


def test_a_text_that_comes_from_no_file_has_no_places():
    document = markdown.parse("a\n[b](c) ![d](e)")
    found: tuple[Link | Image, ...] = (*document.links, *document.images)

    assert {(place.line, place.column) for place in found} == {(0, 0)}
    assert document.passages[0].line_at(3) == 0


# No end of a comment: one of several lines within a paragraph hides how many it has.
_WORDS = ("word", "*", "`", "[a](b)", "![a](b)", "<!--", "\\", "|", "  ", "&amp;")
_LINES = ("> ", "- ", "\n", "\n\n", "# ", "    ", "```\n", "[a\nb](c\n'd')", "`a\nb`")
_PIECES = st.sampled_from((*_WORDS, *_LINES))


@given(st.lists(_PIECES, max_size=30), st.lists(_PIECES, max_size=10))
def test_a_word_is_found_in_its_line_whatever_stands_around_it(before, after):
    text = "".join(before) + " Zebra " + "".join(after)
    found = [
        passage.line_at(passage.text.index("Zebra"))
        for passage in markdown.parse(text, first_line=1).passages
        if "Zebra" in passage.text
    ]

    assert set(found) <= {line_of(text, "Zebra")}


@given(st.lists(_PIECES, max_size=30))
def test_a_column_is_where_a_link_or_a_picture_begins(pieces):
    text = "".join(pieces)
    document = markdown.parse(text, first_line=1)

    found: tuple[Link | Image, ...] = (*document.links, *document.images)
    for place in found:
        line = text.split("\n")[place.line - 1]
        assert place.column == 0 or line[place.column - 1] in "[!"


def test_the_places_of_a_question_are_those_of_its_file():
    file = (
        "---\ntitle: A\nbio: B\ninspired_by: {title: C}\nstatus: ready\n---\n\n## Question\n\n\n"
        "May\nI [go](https://a.example)?\n\n## Answer\nYes, [go](https://b.example).\n"
    )
    qa = parse_file(file.encode(), "content/a.md").qa
    assert qa is not None
    entry = manuscript.read(make_issue(qas=(qa,))).entries[0]

    assert (qa.lines.title, qa.lines.bio, qa.lines.inspired_by) == (2, 3, 4)
    assert [(link.line, link.column) for link in entry.question.links] == [(12, 3)]
    assert [(link.line, link.column) for link in entry.answer.links] == [(15, 6)]
