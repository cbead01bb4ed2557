from datetime import timedelta

import pytest

from pipeline.errors import SecretKeyError
from tests.factories import NOON

EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def test_a_fresh_database_knows_no_key(store):
    assert store.meta.fingerprint("token") is None


def test_the_first_key_is_remembered(store):
    store.meta.remember_fingerprint("token", "aaaa")
    store.meta.remember_fingerprint("token", "aaaa")

    assert store.meta.fingerprint("token") == "aaaa"
    assert store.meta.fingerprint("suppression") is None


def test_another_key_is_refused_by_name(store):
    store.meta.remember_fingerprint("suppression", "aaaa")

    with pytest.raises(SecretKeyError, match="the key suppression is not the one"):
        store.meta.remember_fingerprint("suppression", "bbbb")

    assert store.meta.fingerprint("suppression") == "aaaa"


def test_a_rule_is_in_force_from_its_first_tick(store):
    assert store.meta.rule_since("tuesday 09:00", now=NOON) == NOON
    assert store.meta.rule_since("tuesday 09:00", now=LATER) == NOON


def test_a_rule_that_comes_back_is_in_force_from_its_return(store):
    store.meta.rule_since("tuesday 09:00", now=EARLIER)
    store.meta.rule_since("friday 09:00", now=NOON)

    assert store.meta.rule_since("tuesday 09:00", now=LATER) == LATER


def test_the_latest_time_seen_only_goes_up(store):
    assert store.meta.seen_at() is None

    for now in (NOON, LATER, EARLIER):
        store.meta.see(now)

    assert store.meta.seen_at() == LATER


def test_an_operator_takes_the_latest_time_back(store):
    store.meta.see(LATER)
    store.meta.reset_clock(EARLIER)

    assert store.meta.seen_at() == EARLIER


def test_a_note_of_untold_doubt_stays_until_a_report(store):
    assert store.meta.note_untold(1, 2) == 2
    assert store.meta.note_untold(1, 6) == 2  # the run before died
    assert store.meta.note_untold(2, 0) == 0
    assert store.meta.untold() == {1: 2, 2: 0}

    store.meta.note_told(1, None)
    store.meta.note_told(2, 3)

    assert store.meta.untold() == {2: 3}
