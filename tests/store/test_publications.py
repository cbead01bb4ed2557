import pytest

from pipeline.errors import ConflictError
from pipeline.model.published import PublishedQA
from tests.factories import NOON, make_qa
from tests.store.ledgers import add_readers, begin

TEA = PublishedQA(slug="tea", question_hash="hash of tea", issue=3)


def test_what_was_added_counts_as_published(store):
    assert store.published.add([TEA, PublishedQA(slug="old")], NOON) == 2
    assert set(store.published.all().entries) == {TEA, PublishedQA(slug="old")}


def test_adding_twice_changes_nothing(store):
    store.published.add([TEA], NOON)

    assert store.published.add([PublishedQA(slug="tea", issue=9)], NOON) == 0
    assert store.published.all().entries == (TEA,)


def test_the_words_of_a_question_are_added_to_a_slug_that_had_none(store):
    store.published.add([PublishedQA(slug="tea", issue=3)], NOON)
    store.published.add([TEA], NOON)

    assert store.published.all().entries == (TEA,)


def test_two_slugs_with_one_question_both_count(store):
    store.published.add([TEA, PublishedQA(slug="chai", question_hash="hash of tea")], NOON)

    assert {it.slug for it in store.published.all().entries} == {"tea", "chai"}
    assert store.published.all().find(make_qa("chai")) is not None


def test_what_was_removed_counts_no_more(store):
    store.published.add([TEA], NOON)

    assert store.published.remove(["tea", "unknown"]) == 1
    assert store.published.all().entries == ()


def test_what_an_issue_has_reserved_is_not_removed(store):
    add_readers(store, ["ann@mail.example"])
    begin(store, slugs=("tea", "milk"))
    store.published.add([PublishedQA(slug="old")], NOON)

    with pytest.raises(ConflictError, match="issue 1 is about to publish it"):
        store.published.remove(["old", "tea"])

    assert len(store.published.all().entries) == 3


def test_what_an_issue_has_reserved_counts_as_published(store):
    add_readers(store, ["ann@mail.example"])
    begin(store, slugs=("tea",))

    assert store.published.all().entries == (
        PublishedQA(slug="tea", question_hash="hash of tea", issue=1),
    )
