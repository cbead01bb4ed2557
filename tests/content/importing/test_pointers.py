# ruff: noqa: RUF001 - curly quotes are what columns have

import pytest

from pipeline.content.importing import pointers
from pipeline.model.qa import Inspiration


@pytest.mark.parametrize(
    ("text", "title", "url"),
    [
        pytest.param(
            "These questions were prompted by last month’s column, “The Meeting That Could Wait.”",
            "The Meeting That Could Wait",
            None,
            id="curly quotes",
        ),
        pytest.param(
            "(This month's letters were inspired by [Noise](https://news.example/noise).)",
            "Noise",
            "https://news.example/noise",
            id="link",
        ),
        pytest.param(
            "*Read the column that inspired this one: Leaving Well*",
            "Leaving Well",
            None,
            id="read",
        ),
        pytest.param(
            'To read the column that prompted these questions, see "Noise."',
            "Noise",
            None,
            id="see",
        ),
        pytest.param(
            'In response to last week\'s column ("Trains"), readers sent these.',
            "Trains",
            None,
            id="response",
        ),
        pytest.param(
            "My last column, “Noise,” prompted more mail than any other.", "Noise", None, id="mail"
        ),
        pytest.param("Inspired by: The Long Notice", "The Long Notice", None, id="label"),
        pytest.param("Based on “Noise” (February 2009)", "Noise", None, id="based on"),
        pytest.param(
            "These letters came in after my column “The Table.”", "The Table", None, id="after"
        ),
        pytest.param(
            "These questions were prompted by 'Don't Wait' (https://news.example/w), a column.",
            "Don't Wait",
            "https://news.example/w",
            id="apostrophe",
        ),
    ],
)
def test_names_the_column_that_inspired_the_questions(text, title, url):
    found = pointers.find(text)

    assert found is not None
    assert (found.inspiration, found.is_inspiring) == (Inspiration(title, url), True)


@pytest.mark.parametrize(
    "text",
    ["Related: More Noise", "See also: More Noise", "[Read more: More Noise](https://n.example/)"],
)
def test_related_line_is_a_pointer_that_inspired_nothing(text):
    found = pointers.find(text)

    assert found is not None
    assert not found.is_inspiring
    assert found.inspiration is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Read the room: nobody wants a meeting.", id="read the room"),
        pytest.param("My previous boss read every article I sent.", id="an article"),
        pytest.param('In response to his post, say: "I would rather talk."', id="a post"),
        pytest.param("Your question inspired me to reread an old article.", id="a question"),
        pytest.param("Earlier, I thought so too.", id="earlier"),
        pytest.param("More on that: ask her.", id="more"),
        pytest.param('Ask her, "What is the issue?" and wait.', id="issue"),
        pytest.param("For more, you would have to ask him.", id="for more"),
        pytest.param("See your manager: she knows.", id="see"),
    ],
)
def test_sentence_of_an_answer_is_no_pointer(text):
    assert pointers.find(text) is None


def test_pointer_at_the_end_of_a_paragraph_is_found():
    text = "Good luck. These questions were prompted by last month's column, “Noise.”"

    found = pointers.find_trailing(text)

    assert found is not None
    assert text[found.start :].startswith("These")
