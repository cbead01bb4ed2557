import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content.slugs import LENGTH, slugify, unique


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        pytest.param("The report nobody reads", "the-report-nobody-reads", id="words"),
        pytest.param("Don\u2019t ask", "dont-ask", id="apostrophe-inside-a-word"),
        pytest.param("Re: my boss (again!)", "re-my-boss-again", id="punctuation"),
        pytest.param("Überstunden und Größe", "uberstunden-und-grosse", id="german"),
        pytest.param("Où est l'élève?", "ou-est-leleve", id="french"),
        pytest.param("¿Qué año?", "que-ano", id="spanish"),
        pytest.param("سؤال طويل", "سؤال-طويل", id="arabic-stays"),
        pytest.param("हिन्दी प्रश्न", "हिन्दी-प्रश्न", id="vowel-signs-stay"),
        pytest.param("質問です", "質問です", id="japanese-stays"),
        pytest.param("ﬁne", "fine", id="ligature"),
        pytest.param("Łódź Øre", "lodz-ore", id="letters-that-do-not-decompose"),
        pytest.param("../../etc/passwd", "etc-passwd", id="no-path"),
        pytest.param("_draft", "draft", id="no-underscore-in-front"),
        pytest.param("README", "read-me", id="never-the-name-of-a-readme"),
        pytest.param("???", "question", id="no-word-at-all"),
        pytest.param("", "question", id="empty"),
        pytest.param("word " * 40, "-".join(["word"] * 12), id="cut-at-a-word"),
        pytest.param("0\u21cd1", "0-1", id="a mark on what is no letter"),
        pytest.param("x" * 300, "x" * LENGTH, id="one-endless-word"),
    ],
)
def test_makes_a_slug_of_a_title(title, slug):
    assert slugify(title) == slug


@given(st.text())
def test_a_slug_always_names_a_file(text):
    slug = slugify(text)

    assert slug
    assert slug == unicodedata.normalize("NFC", slug)
    assert not set(slug) & set("/\\\0 .")
    assert not slug.startswith("_")
    assert len(slug.encode()) + len(".md") <= 255
    assert slugify(slug) == slug


def test_a_taken_slug_gets_a_number():
    assert unique("a", set()) == "a"
    assert unique("a", {"a", "a-2"}) == "a-3"
