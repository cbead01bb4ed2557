import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience.tokens import TEST_READER, Keyring

OLD, NEW = b"o" * 32, b"n" * 32
IDS = st.integers(0, 2**63 - 1)


@given(IDS)
def test_a_token_comes_back_as_its_subscriber(subscriber_id):
    ring = Keyring(NEW)

    assert ring.read(ring.mint(subscriber_id)) == subscriber_id


def test_a_subscriber_always_has_the_same_token():
    assert Keyring(NEW).mint(7) == Keyring(NEW).mint(7)


def test_the_token_of_a_test_message_is_nobodys():
    ring = Keyring(NEW)

    assert ring.read(ring.mint(TEST_READER)) == TEST_READER


@given(IDS)
def test_a_token_fits_a_url_and_ends_where_a_link_finder_expects(subscriber_id):
    token = Keyring(NEW).mint(subscriber_id)

    assert len(token) == 40
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert token[-1].isalnum()


def test_tokens_of_neighbours_have_nothing_in_common():
    ring = Keyring(NEW)
    raw = [base64.urlsafe_b64decode(ring.mint(number))[:24] for number in (1, 2)]

    assert sum(a == b for a, b in zip(*raw, strict=True)) <= 4


def test_an_older_key_is_still_understood():
    ring = Keyring(NEW, [OLD])

    assert ring.read(Keyring(OLD).mint(7)) == 7
    assert ring.mint(7) == Keyring(NEW).mint(7)


def test_a_key_that_was_dropped_is_not_understood():
    assert Keyring(NEW).read(Keyring(OLD).mint(7)) is None


@given(IDS, st.integers(0, 239))
def test_a_token_with_one_bit_changed_is_none(subscriber_id, bit):
    ring = Keyring(NEW, [OLD])
    raw = bytearray(base64.urlsafe_b64decode(ring.mint(subscriber_id)))
    raw[bit // 8] ^= 1 << bit % 8

    assert ring.read(base64.urlsafe_b64encode(raw).decode()) is None


@given(st.text() | st.text(st.sampled_from("AZaz09-_="), min_size=38, max_size=42))
def test_what_nobody_minted_is_none(token):
    assert Keyring(NEW).read(token) is None


@pytest.mark.parametrize("form", ["{0}=", "{0}\n", " {0}", "{0}{0}", "{1}", "{2}"])
def test_a_token_that_was_changed_on_the_way_is_none(form):
    token = Keyring(NEW).mint(7)

    assert Keyring(NEW).read(form.format(token, token.lower(), token.upper())) is None


def test_knows_its_keys_by_fingerprints_the_current_one_first():
    assert Keyring(NEW, [OLD]).fingerprints == (
        *Keyring(NEW).fingerprints,
        *Keyring(OLD).fingerprints,
    )


def test_the_same_key_may_be_named_twice():
    assert Keyring(NEW, [NEW]).read(Keyring(NEW).mint(7)) == 7


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
def test_refuses_a_key_of_the_wrong_length(key):
    with pytest.raises(ValueError, match="a key has 32 bytes"):
        Keyring(key)
