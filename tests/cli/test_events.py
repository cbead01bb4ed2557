"""``--events``: one JSON object a line on stderr, whatever a relay says."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cli.office import STEERING, Office, Relay, Told

A, B = "a@mail.example", "b@mail.example"


def events(told: Told) -> list[dict[str, Any]]:
    """Read every line of stderr, each of which is an event."""
    return [json.loads(line) for line in told.err.splitlines()]


def one(told: Told, name: str) -> dict[str, Any]:
    (found,) = [it for it in events(told) if it["event"] == name]
    return found


def send(office: Office, *words: str) -> Told:
    return office("send", "--now", "--yes", "--events", *words)


def test_a_send_that_goes_well_begins_and_ends(sending: Office, relay: Relay):
    told = send(sending)

    assert [it["event"] for it in events(told)] == ["begin", "progress", "end", "done"]
    begin, progress, end, done = events(told)
    assert (begin["issue"], begin["edition"], begin["planned"], begin["waiting"]) == (1, 0, 2, 2)
    assert begin["doubt"] == 4
    assert (progress["handed_over"], progress["accepted"]) == (2, 2)
    assert {"seconds", "rate"} <= progress.keys()
    assert (end["state"], end["planned"], end["accepted"], end["queued"]) == ("complete", 2, 2, 0)
    assert done["exit"] == told.code == 0
    assert "Issue 1 is complete" in told.out


def test_every_instant_is_in_utc(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.3.0 later"

    told = send(sending)

    instants = [it["at"] for it in events(told)] + [one(told, "deferred")["next_at"]]
    assert all(datetime.fromisoformat(at).utcoffset() == timedelta(0) for at in instants)


@pytest.mark.parametrize(
    ("answer", "event", "reason"),
    [
        ("550 5.1.1 no such user", "refused", "address_dead"),
        ("452 4.2.2 over quota", "deferred", "mailbox_full"),
    ],
)
def test_a_reader_who_does_not_get_it_is_an_event(sending, relay, answer, event, reason):
    relay.answers[B] = answer

    found = one(send(sending), event)

    assert (found["issue"], found["address"], found["code"]) == (1, B, int(answer[:3]))
    assert found["reply"] in answer
    assert found["reason"] == reason
    assert found["meaning"]
    assert bool(found["next_at"]) is (event == "deferred")


def test_a_hostile_reply_stays_on_its_line_and_steers_nothing(sending: Office, relay: Relay):
    relay.answers[B] = '550 5.1.1 \x1b[31m"}\u202e \x9b \u2028 {"event": "done"}'

    told = send(sending)

    assert not STEERING.search(told.err)
    assert told.err.isascii()
    assert one(told, "refused")["reply"].endswith('{"event": "done"}')
    assert "\u202e" in one(told, "refused")["reply"]
    assert one(told, "done")["exit"] == 4


def test_a_relay_that_refuses_us_is_an_event(sending: Office, relay: Relay):
    relay.answers[A] = relay.answers[B] = "550 5.7.0 relaying denied"

    told = send(sending)

    assert "relaying denied" in one(told, "relay")["message"]
    assert "relaying denied" in one(told, "trouble")["message"]
    assert one(told, "end")["accepted"] == 0
    assert one(told, "done")["exit"] == told.code == 4


def test_a_relay_that_steps_in_is_an_event(sending: Office, relay: Relay):
    sending.edit(f"port = {relay.port}", "port = 1")
    sending.append(f'[[smtp_backup]]\nhost = "127.0.0.1"\nport = {relay.port}\n')

    told = send(sending)

    found = one(told, "stepped_in")
    assert (found["issue"], found["left"]) == (1, "127.0.0.1:1")
    assert found["relay"] == f"127.0.0.1:{relay.port}"
    assert "127.0.0.1:1" in found["message"]
    names = [it["event"] for it in events(told)]
    assert names.index("begin") < names.index("stepped_in") < names.index("end")
    assert "relay" not in names
    assert told.code == 0


def test_a_pause_is_an_event_with_its_reason(sending: Office, relay: Relay):
    relay.answers[A] = relay.answers[B] = "550 5.7.26 unauthenticated: DMARC policy"

    told = send(sending)

    assert "broken" in one(told, "paused")["why"]
    assert one(told, "end")["state"] == "paused"


def test_stdout_is_the_same_document_with_events(sending: Office, relay: Relay):
    told = send(sending, "--json")

    assert told.document["accepted"] == 2
    assert one(told, "done")


def test_with_nothing_due_the_command_is_done(sending: Office, relay: Relay):
    told = sending("send", "--due", "--events")

    assert [it["event"] for it in events(told)] == ["done"]
    assert told.out == ""


def test_nothing_secret_is_told(sending: Office, relay: Relay):
    relay.answers[B] = "550 5.1.1 no such user"

    told = send(sending)

    token = (sending.folder / ".secrets" / "token.key").read_text().strip()
    assert token not in told.err
    assert "/u/" not in told.err


def test_a_revision_is_named_by_its_edition(sending: Office, relay: Relay, clock):
    relay.answers[B] = "451 4.3.0 later"
    send(sending)
    sending("pause", "1")
    sending.write("the-long-meeting", title="The longest meeting")
    assert sending("revise", "1").code == 0
    relay.answers.clear()
    clock.advance(3600)

    told = sending("send", "--issue", "1", "--events")

    assert (one(told, "begin")["edition"], one(told, "begin")["waiting"]) == (1, 1)
