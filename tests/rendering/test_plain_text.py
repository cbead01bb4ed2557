import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering import markdown, plain_text


def render(text: Any, width: Any = 72) -> Any:
    return plain_text.render(markdown.parse(text), width)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("# One\n\nTwo\n\n## Three", "One\n===\n\nTwo\n\nThree\n-----", id="headings"),
        pytest.param("*a* **b** `c` ~~d~~", "*a* *b* c ~d~", id="emphasis"),
        pytest.param("a\nb  \nc", "a b\nc", id="line breaks"),
        pytest.param("- a\n- b", "- a\n- b", id="tight list"),
        pytest.param("- a\n\n- b", "- a\n\n- b", id="loose list"),
        pytest.param("- a\n  - b\n    1. c", "- a\n  - b\n    1. c", id="nested list"),
        pytest.param("7. a\n8. b", "7. a\n8. b", id="numbered from seven"),
        pytest.param("- a\n\n  b", "- a\n\n  b", id="paragraphs of an item"),
        pytest.param("> a\n>\n> > b", "> a\n>\n> > b", id="quotes"),
        pytest.param("```\na\n\n  b\n```", "    a\n\n      b", id="code"),
        pytest.param("***", "* * *", id="rule"),
        pytest.param("|a|bb|\n|-|-|\n|1|2|", "a  bb\n-  --\n1  2", id="table"),
        pytest.param("![a cat](c.png)", "a cat", id="image"),
        pytest.param("<https://a.example>", "https://a.example", id="a bare link"),
        pytest.param("<jo@mail.example>", "jo@mail.example", id="a bare address"),
        pytest.param("[a]()", "a", id="an empty link"),
        pytest.param("[a](b.html)", "a", id="a link that leads nowhere from a mail"),
        pytest.param("-", "-", id="an empty item"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_writes_text(text, written):
    assert render(text) == written


def test_links_follow_as_notes_each_once():
    text = "[a](https://a.example) [b](https://b.example) [again](https://a.example)"

    assert render(text) == "a [1] b [2] again [1]\n\n[1] https://a.example\n[2] https://b.example"


def test_a_long_address_stands_alone_in_its_line():
    url = "https://a.example/" + "x" * 90

    assert render(f"[a]({url}) and <{url}> too") == f"a [1] and\n{url}\ntoo\n\n[1]\n{url}"


def test_a_wide_table_becomes_a_list():
    table = f"|Name|Story|\n|-|-|\n|a|{'word ' * 20}|\n|b|short|"

    assert render(table).split("\n") == [
        "Name: a",
        "Story: word word word word word word word word word word word word word",
        "word word word word word word word",
        "",
        "Name: b",
        "Story: short",
    ]


def test_signs_of_two_columns_are_wrapped_by_columns():
    lines = render("漢" * 50).split("\n")

    assert [plain_text.columns(line) for line in lines] == [72, 28]


def test_a_combining_mark_takes_no_column():
    assert plain_text.columns("e\u0301") == 1


def test_underlines_the_last_line_of_a_heading():
    assert plain_text.underline("A title", "=") == "A title\n======="


def test_a_heading_that_is_an_address_is_underlined_within_the_width():
    assert plain_text.underline("https://a.example/" + "x" * 90, "=").endswith("\n" + "=" * 72)


WORDS = st.lists(st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20))


@given(WORDS)
def test_each_word_of_a_text_is_in_the_text_part(words):
    # Digits could begin a list; a word before them keeps a paragraph a paragraph.
    written = re.sub(r"\s", "", render("Start " + " ".join(words)))

    assert written == "Start" + "".join(words)


@given(st.text(alphabet="ab *_>-#1.\n`|[]()é漢\u0301 ", max_size=300))
def test_no_line_is_longer_than_78_columns(text):
    assert all(plain_text.columns(line) <= 78 for line in render(text).split("\n"))
