import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content.plain_words import plain_words, shorten


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        pytest.param("**May** I _stop_?", "May I stop?", id="emphasis"),
        pytest.param("See [this](https://a.example) now", "See this now", id="link"),
        pytest.param("![a picture](a.png)Look", "Look", id="picture"),
        pytest.param("Call `stop()` twice", "Call stop() twice", id="code"),
        pytest.param("# Dear editor\n\nWhy?\nHow?", "Dear editor Why? How?", id="blocks"),
        pytest.param("- one\n- two\n> three", "one two three", id="lists"),
        pytest.param("Pay &amp; time 5 \\* 3", "Pay & time 5 * 3", id="escapes"),
        pytest.param("a <b>bold</b> <!-- doubt: who? --> word", "a bold word", id="html"),
        pytest.param("<!-- doubt -->\n\nWhy?", "Why?", id="comment"),
        pytest.param("    code\n", "code", id="indented-code"),
        pytest.param("", "", id="empty"),
    ],
)
def test_keeps_the_words_alone(markdown, words):
    assert plain_words(markdown) == words


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        pytest.param("one two", 7, "one two", id="fits"),
        pytest.param("one two three", 9, "one two…", id="at-a-word"),
        pytest.param("one, two", 7, "one…", id="no-comma-before-the-ellipsis"),
        pytest.param("x" * 20, 5, "xxxx…", id="one-word"),
    ],
)
def test_shortens_at_a_word(text, longest, short):
    assert shorten(text, longest) == short


@given(st.text(max_size=300), st.integers(2, 100))
def test_is_never_longer_than_asked(text, longest):
    assert len(shorten(plain_words(text), longest)) <= longest
