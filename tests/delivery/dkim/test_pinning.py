from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.delivery.dkim import pinning
from pipeline.delivery.dkim.canonical import Canonicalization
from pipeline.delivery.dkim.pinning import KeyName, Pin, Stuck
from pipeline.delivery.dkim.signing import LIFE, Terms
from tests.factories import NOON
from tests.signatures import DOMAIN

OLD, NEW = KeyName("s2025", "00"), KeyName("s2026", "11")
TERMS = Terms(domain=DOMAIN, signed_at=NOON)
PINNED, WANTED = (
    Pin((OLD,), TERMS),
    Pin((NEW,), replace(TERMS, signed_at=NOON + timedelta(hours=1))),
)
UNSIGNED = Pin()
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("may_repeat", [False, True])
def test_an_issue_begins_with_what_is_wanted(may_repeat):
    assert pinning.choose(None, WANTED, [NEW], may_repeat=may_repeat, now=LATER) is WANTED


def test_an_issue_goes_on_as_it_began():
    wanted = replace(PINNED, terms=replace(TERMS, signed_at=LATER))

    assert pinning.choose(PINNED, wanted, [OLD], may_repeat=False, now=LATER) is PINNED


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(WANTED, id="another key"),
        pytest.param(Pin((OLD, NEW), TERMS), id="one more key"),
        pytest.param(Pin((OLD,), replace(TERMS, domain="other.example")), id="another domain"),
        pytest.param(Pin((OLD,), replace(TERMS, left_out=frozenset({"date"}))), id="less signed"),
        pytest.param(
            Pin((OLD,), replace(TERMS, canonicalization=Canonicalization.SIMPLE_BODY)), id="form"
        ),
        pytest.param(UNSIGNED, id="no signature"),
    ],
)
def test_a_change_holds_at_once_unless_a_message_may_go_out_again(wanted):
    at_hand = [OLD, NEW]

    assert pinning.choose(PINNED, wanted, at_hand, may_repeat=False, now=LATER) == wanted
    assert pinning.choose(PINNED, wanted, at_hand, may_repeat=True, now=LATER) is PINNED


def test_an_issue_begun_without_signatures_is_repeated_without():
    assert pinning.choose(UNSIGNED, WANTED, [NEW], may_repeat=True, now=LATER) is UNSIGNED
    assert pinning.choose(UNSIGNED, WANTED, [NEW], may_repeat=False, now=LATER) is WANTED


@pytest.mark.parametrize(
    "at_hand",
    [
        pytest.param([], id="no key"),
        pytest.param([NEW], id="another"),
        pytest.param([KeyName(OLD.selector, "22")], id="another under the same selector"),
    ],
)
def test_a_message_is_not_repeated_without_the_key_that_signed_it(at_hand):
    chosen = pinning.choose(PINNED, WANTED, at_hand, may_repeat=True, now=LATER)

    assert chosen is Stuck.KEY_GONE


def test_a_signature_that_ends_soon_is_made_anew():
    now = NOON + LIFE - timedelta(days=13)
    wanted = Pin((OLD,), replace(TERMS, signed_at=now))

    assert pinning.choose(PINNED, wanted, [OLD], may_repeat=False, now=now) is wanted
    assert pinning.choose(PINNED, wanted, [OLD], may_repeat=True, now=now) is PINNED


def test_a_message_is_not_repeated_with_a_signature_that_is_over():
    now = NOON + LIFE

    assert pinning.choose(PINNED, PINNED, [OLD], may_repeat=True, now=now) is Stuck.EXPIRED


@pytest.mark.parametrize(
    "pin",
    [
        pytest.param(UNSIGNED, id="unsigned"),
        pytest.param(PINNED, id="one key"),
        pytest.param(
            Pin(
                (NEW, OLD),
                replace(
                    TERMS,
                    left_out=frozenset({"date", "message-id"}),
                    canonicalization=Canonicalization.SIMPLE_BODY,
                ),
            ),
            id="everything",
        ),
    ],
)
def test_what_is_written_down_is_read_again(pin):
    assert Pin.from_json(pin.to_json()) == pin


def test_keys_come_with_terms():
    with pytest.raises(ValueError, match="together"):
        Pin((OLD,), None)
    with pytest.raises(ValueError, match="together"):
        Pin((), TERMS)
