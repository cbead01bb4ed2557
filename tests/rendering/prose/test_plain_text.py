import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.rendering.prose import flowed, markdown, plain_text, wrapping


def render(text: Any, links: Any = None) -> Any:
    """Write a text as mail programs get it, without the blanks that let it flow."""
    marked = plain_text.render(markdown.parse(text), links)
    return "\n".join(line.rstrip(" ") for line in flowed.write(marked).split("\n"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("# One\n\nTwo\n\n## Three\n\nx", "One\n\nTwo\n\n\nThree\n\nx", id="headings"),
        pytest.param("*a* **b** `c` ~~d~~", "a b c ~d~", id="emphasis"),
        pytest.param("a\nb  \nc", "a b\nc", id="line breaks"),
        pytest.param("- a\n- b", "- a\n- b", id="tight list"),
        pytest.param("- a\n\n- b", "- a\n\n- b", id="loose list"),
        pytest.param("- a\n  - b\n    1. c", "- a\n  - b\n    1. c", id="nested list"),
        pytest.param("7. a\n8. b", "7. a\n8. b", id="numbered from seven"),
        pytest.param("- a\n\n  b", "- a\n\n  b", id="paragraphs of an item"),
        pytest.param("- > a\n  > > b", "- > a\n  >\n  > > b", id="quotes in a list"),
        pytest.param("> - a\n>   b", "> - a b", id="a list in quotes"),
        pytest.param("> a\n>\n> > b", "> a\n>\n>> b", id="quotes"),
        pytest.param("```\na\n\n  b\n\tc\n```", "     a\n\n       b\n         c", id="code"),
        pytest.param("a\n\n***\n\nb", "a\n\n\n\nb", id="rule"),
        pytest.param("|a|bb|\n|-|-|\n|1|2|\n|3||", "a: 1\nbb: 2\n\na: 3\nbb:", id="table"),
        pytest.param("||b|\n|-|-|\n|1|2|", "1\nb: 2", id="a column without a name"),
        pytest.param("|a|b|\n|-|-|", "a\nb", id="a table without rows"),
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


def test_an_address_keeps_its_number_in_every_text_of_a_mail():
    links = plain_text.Links()
    render("[a](https://a.example) [b](https://b.example)", links)

    written = render("[c](https://c.example) [again](https://b.example)", links)

    assert written == "c [3] again [2]\n\n[2] https://b.example\n[3] https://c.example"


def test_a_long_address_stands_alone_in_its_line():
    url = "https://a.example/" + "x" * 90

    assert render(f"[a]({url}) and <{url}> too") == f"a [1] and\n{url}\ntoo\n\n[1]\n{url}"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("x" * 100, id="a long word"),
        pytest.param("stop(report,  because='nobody reads it') " * 30 + ".", id="many words"),
        pytest.param("get  https://a.example/" + "x" * 90, id="an address"),
    ],
)
def test_a_line_of_code_stays_as_it_is(line):
    assert render(f"```\n{line}\n```") == f"     {line}"
    assert render(f"- a\n\n  ```\n  {line}\n  ```") == f"- a\n\n      {line}"
    assert render(f"> ```\n> {line}\n> ```") == f">     {line}"


def test_no_row_of_signs_is_left_for_a_screen_reader_to_spell():
    text = "# A\n\nb\n=\n\nc\n-\n\n***\n\n|a|b|\n|-|-|\n|1|2|\n\n**really**"

    assert not re.search(r"[^\w\s.:]", render(text))


WORDS = st.lists(st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20))


@given(WORDS)
def test_each_word_of_a_text_is_in_the_text_part(words):
    # Digits could begin a list; a word before them keeps a paragraph a paragraph.
    written = re.sub(r"\s", "", render("Start " + " ".join(words)))

    assert written == "Start" + "".join(words)


@given(st.text(alphabet="ab *_>-#1.\n\t`|[]()é漢、「\u0301\u200d ", max_size=300))
def test_no_line_is_longer_than_78_columns(text):
    # Code stays as it is, however long its lines are.
    assume(not {"fence", "code_block"} & {token.type for token in markdown.parse(text).tokens})

    assert all(wrapping.columns(line) <= 78 for line in render(text).split("\n"))


@given(
    st.lists(st.sampled_from(["https://a.example/", "x" * 40, "y", "漢字", "mailto:"]), max_size=9)
)
def test_a_longer_line_holds_an_address_and_little_else(pieces):
    for line in render("".join(pieces)).split("\n"):
        assert wrapping.columns(line) <= 78 or line.startswith(("https://", "mailto:"))
