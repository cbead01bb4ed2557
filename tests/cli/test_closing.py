"""What stands at the end of a send: sums that add up, and who did not get it, in words."""

import re

import pytest

from tests.cli.office import STEERING, Office, Relay
from tests.fakes import FakeClock

A, B = "a@mail.example", "b@mail.example"


def test_each_reader_who_did_not_get_it_is_named_with_the_reason(sending: Office, relay: Relay):
    relay.answers[A] = "550 5.1.1 no such user"
    relay.answers[B] = "452 4.2.2 over quota"

    told = sending("send", "--now", "--yes")

    assert told.code == 4
    assert "  2 planned = 1 deferred + 1 rejected\n" in told.out
    assert "  2 readers did not get it:\n" in told.out
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert f"rejected {A} the address does not exist (550 5.1.1 no such user)" in lines
    assert f"deferred {B} the mailbox is full (452 4.2.2 over quota)" in lines


def test_nobody_is_named_when_everybody_got_it(sending: Office, relay: Relay):
    told = sending("send", "--now", "--yes")

    assert "did not get it" not in told.out


def test_who_left_meanwhile_is_named(sending: Office, relay: Relay, clock: FakeClock):
    relay.answers[B] = "451 4.3.0 later"
    sending("send", "--now", "--yes")
    sending("subscribers", "remove", B)
    relay.answers.clear()  # who is refused at RCPT is looked up no further
    clock.advance(3600)

    told = sending("send", "--issue", "1")

    assert told.code == 0
    assert re.search(f"suppressed +{B} +the reader left, or must not be written to\n", told.out)


def test_a_long_list_is_cut_and_says_where_the_rest_is(sending: Office, relay: Relay):
    readers = [f"r{number}@mail.example" for number in range(60)]
    sending.read_in(*readers)
    relay.answers |= dict.fromkeys(readers, "452 4.2.2 over quota")

    told = sending("send", "--now", "--yes")

    assert len(re.findall("the mailbox is full", told.out)) == 50
    assert "    and 10 more\n  `mailbag deliveries 1` lists" in told.out


def test_as_json_everybody_is_named(sending: Office, relay: Relay):
    readers = [f"r{number}@mail.example" for number in range(60)]
    sending.read_in(*readers)
    relay.answers |= dict.fromkeys(readers, "452 4.2.2 over quota")

    document = sending("send", "--now", "--yes", "--json").document

    (issue,) = document["issues"]
    unreached = issue["unreached"]
    assert sorted(it["address"] for it in unreached) == sorted(readers)
    assert unreached[0]["why"] == "the mailbox is full (452 4.2.2 over quota)"
    assert set(unreached[0]) == {"address", "state", "code", "reply", "reason", "why", "next_at"}
    assert issue["planned"] == issue["accepted"] + len(unreached)


@pytest.mark.parametrize("reply", ["550 5.1.1 \x1b[31m red", "550 5.1.1 \u202e turned"])
def test_a_hostile_reply_cannot_steer_the_terminal(sending: Office, relay: Relay, reply: str):
    relay.answers[B] = reply

    told = sending("send", "--now", "--yes")

    assert "did not get it" in told.out
    assert not STEERING.search(told.out)
