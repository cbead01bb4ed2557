import pytest

from pipeline.content import keys


def test_no_key_means_two_things():
    own = set(keys.QA_KEYS)

    assert not own & keys.TAKEN_AS.keys()
    assert not own & keys.KEPT
    assert not keys.TAKEN_AS.keys() & keys.KEPT
    assert not keys.DRAFT_SWITCHES.keys() & keys.KEPT


def test_every_key_is_spelled_as_it_is_looked_up():
    spelled = {*keys.QA_KEYS, *keys.ISSUE_KEYS, *keys.TAKEN_AS, *keys.KEPT, *keys.DRAFT_SWITCHES}

    assert {key for key in spelled if keys.canonical(key) != key} == set()


def test_every_foreign_key_is_taken_as_one_of_ours():
    assert set(keys.TAKEN_AS.values()) <= set(keys.QA_KEYS)


@pytest.mark.parametrize("key", ["asked_by", "Asked-By", " asked by "])
def test_the_spelling_of_a_key_does_not_count(key):
    assert keys.canonical(key) == "asked_by"


def test_names_the_nearest_word_or_none():
    assert keys.nearest("anwsered_by", keys.QA_KEYS) == "answered_by"
    assert keys.nearest("wordcount", keys.QA_KEYS) is None
