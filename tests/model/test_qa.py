"""A question is known again by its words."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.published import Published, PublishedQA
from pipeline.model.qa import Question
from tests.factories import make_qa

_ASKED = "May I stop? I've had enough \u2013 caf\u00e9 talk, every day!"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_ASKED.upper(), id="upper case"),
        pytest.param(_ASKED.replace("'", "\u2019"), id="curly apostrophe"),
        pytest.param(f"\u201c{_ASKED}\u201d", id="in quotes"),
        pytest.param(_ASKED.replace("?", ".").replace("!", ""), id="other punctuation"),
        pytest.param(_ASKED.replace(" ", "\n"), id="reflowed"),
        pytest.param(_ASKED.replace(" ", "\u00a0"), id="non-breaking spaces"),
        pytest.param(f"\r\n  {_ASKED}  \r\n", id="space around"),
        pytest.param(unicodedata.normalize("NFD", _ASKED), id="decomposed"),
        pytest.param(_ASKED.replace("stop", "*stop*"), id="emphasis"),
        pytest.param(_ASKED.replace("I", "\uff29"), id="full width"),
    ],
)
def test_same_words_are_the_same_question(text: str) -> None:
    assert Question(text).hash == Question(_ASKED).hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("May I stop?", "May I stay?", id="a word"),
        pytest.param("May I stop?", "I may stop?", id="order"),
        pytest.param("May I stop?", "May I stop now?", id="a word more"),
        pytest.param("no table", "not able", id="where words end"),
        pytest.param("Is 7 enough?", "Is 8 enough?", id="a number"),
        pytest.param("???", "!!!", id="no word at all"),
        pytest.param("r\u00e9sum\u00e9", "resume", id="accents"),
    ],
)
def test_other_words_are_another_question(one: str, other: str) -> None:
    assert Question(one).hash != Question(other).hash


def test_who_asked_and_when_does_not_count() -> None:
    assert Question(_ASKED, "A reader in Boston").hash == Question(_ASKED).hash


@given(st.text(min_size=1))
def test_hash_is_hexadecimal_and_stable(text: str) -> None:
    found = Question(text).hash

    assert len(found) == 64
    assert int(found, 16) >= 0
    assert Question(unicodedata.normalize("NFC", text)).hash in {found, Question(text).hash}


@pytest.mark.parametrize("name", ["slug", "title"])
def test_qa_refuses_an_empty_part(name: str) -> None:
    with pytest.raises(ValueError, match="a QA needs"):
        make_qa(**{name: ""})


def test_qa_refuses_an_empty_question() -> None:
    with pytest.raises(ValueError, match="a QA needs"):
        make_qa(question=Question(""))


def test_qa_is_published_by_its_slug_or_by_its_words() -> None:
    qa = make_qa()
    by_slug = PublishedQA(slug=qa.slug, issue=1)
    by_words = PublishedQA(slug="another-name", question_hash=qa.question.hash, issue=2)

    assert Published((by_slug,)).find(qa) == by_slug
    assert Published((by_words,)).find(qa) == by_words
    assert Published((PublishedQA(slug="another-name"),)).find(qa) is None


def test_unknown_words_are_nobodys() -> None:
    assert Published((PublishedQA(slug="a"), PublishedQA(slug="b"))).find(make_qa()) is None


@pytest.mark.parametrize(
    "changes", [pytest.param({"slug": ""}, id="slug"), pytest.param({"issue": 0}, id="issue")]
)
def test_publication_refuses_what_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a published Q&A has"):
        PublishedQA(**{"slug": "a", **changes})


def test_a_question_is_the_same_before_and_after_its_hash_was_asked_for() -> None:
    asked, other = Question(_ASKED), Question(_ASKED)

    assert asked.hash
    assert (asked, repr(asked)) == (other, repr(other))


def test_a_changed_question_forgets_its_hash() -> None:
    asked = Question(_ASKED)

    assert asked.hash != replace(asked, text="Something else?").hash
