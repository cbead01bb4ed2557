"""Looking at an issue of the ledger, steering it, and settling doubt."""

from collections.abc import Iterator

import pytest

from tests.cli.office import STEERING, Office, Relay
from tests.fault_sink import Drop, FaultSink

A, B = "a@mail.example", "b@mail.example"


@pytest.fixture
def sink() -> Iterator[FaultSink]:
    with FaultSink() as it:
        yield it


@pytest.fixture
def doubtful(office: Office, sink: FaultSink) -> Office:
    """Make an issue of which one message was handed over and never answered."""
    office.set(port=str(sink.port))
    office.read_in(A, B)
    sink.on(".", Drop(takes=True), to=B, times=1)
    assert office("send", "--now", "--yes").code == 4
    return office


def test_status_gives_the_sum_of_the_ledger(sending: Office, relay: Relay):
    relay.answers[B] = "550 5.1.1 no such user"
    sending("send", "--now", "--yes")

    told = sending("status")

    assert told.code == 0
    assert told.out.startswith("Issue 1 is complete\n  subject  The long meeting\n")
    assert "2 planned = 1 accepted + 0 deferred + 1 rejected" in told.out
    assert "tried until" not in told.out


def test_status_as_json_has_what_the_manual_says(sending: Office):
    sending("send", "--now", "--yes")

    document = sending("status", "1", "--json").document

    assert {"issue", "planned", "state", "slot", "slugs", "sha256"} <= set(document)
    assert (document["state"], document["accepted"]) == ("complete", 2)
    assert len(document["sha256"]) == 64


def test_every_command_gives_the_same_document_of_an_issue(sending: Office, relay: Relay):
    sending.edit("[delivery]\n", "[delivery]\nwarm_up = 200\n")
    relay.answers[B] = "451 4.3.0 later"
    sending("send", "--now", "--yes")

    for command in ("pause", "resume", "stop"):
        document = sending(command, "1", "--json").document

        assert document == sending("status", "1", "--json").document
        assert [document] == sending("issues", "--json").document["issues"]
        assert {"next_at", "revisions", "warm_up"} <= set(document)


def test_status_says_how_far_the_plan_of_each_relay_is(sending: Office, relay: Relay):
    sending.edit("[delivery]\n", "[delivery]\nwarm_up = 200\n")
    sending("send", "--now", "--yes")

    name = f"127.0.0.1:{relay.port}"
    assert f"day 1 of 42 by {name}: 200 messages, 2 of them used today" in sending("status").out
    assert sending("status", "--json").document["warm_up"] == [
        {"relay": name, "day": 1, "limit": 200, "used": 2}
    ]


def test_status_is_silent_about_a_plan_that_is_not_there(sending: Office):
    sending("send", "--now", "--yes")

    assert "warm-up" not in sending("status").out
    assert sending("status", "--json").document["warm_up"] == []


def test_status_says_until_when_readers_are_tried(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")

    told = sending("status")

    assert "tried until" in told.out
    assert "goes on      Tuesday, 03 March 2026 at 12:" in told.out
    assert sending("status", "--json").document["next_at"]


def test_status_says_when_the_limit_of_the_account_ends(sending: Office, relay: Relay):
    relay.answers[B] = "452 4.5.3 Daily message limit exceeded"

    told = sending("send", "--now", "--yes")

    assert told.code == 4
    assert "waits until 2026-03-04 00:00 UTC" in told.err
    assert "goes on      Wednesday, 04 March 2026 at 00:00 UTC" in sending("status").out
    relay.answers.clear()
    due = sending("send", "--due")
    assert (due.code, due.out, due.err) == (0, "", "")
    assert B not in relay.readers
    assert sending("send", "--issue", "1").code == 0
    assert relay.readers == [A, B]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["status"], id="status"),
        pytest.param(["issues"], id="issues"),
        pytest.param(["status", "1"], id="status-of-one"),
        pytest.param(["deliveries", "1"], id="deliveries"),
        pytest.param(["published"], id="published"),
        pytest.param(["published", "export"], id="published-export"),
        pytest.param(["subscribers", "list"], id="list"),
        pytest.param(["subscribers", "export"], id="export"),
        pytest.param(["plan"], id="plan"),
        pytest.param(["check"], id="check"),
        pytest.param(["send", "--dry-run"], id="dry-run"),
        pytest.param([], id="overview"),
    ],
)
def test_looking_makes_no_database(office: Office, words):
    office(*words)

    assert not (office.folder / "mailbag.db").exists()


@pytest.mark.parametrize("command", ["status", "deliveries", "pause", "resume", "stop"])
def test_an_issue_that_nobody_knows_is_2(sending: Office, command):
    told = sending(command, "9", "--json")

    assert told.code == 2
    assert "issue 9" in told.error["message"]
    assert told.error["remedy"]


@pytest.mark.parametrize("command", ["status", "deliveries"])
def test_an_issue_is_2_where_there_is_no_ledger(office: Office, command):
    told = office(command, "1", "--json")

    assert told.code == 2
    assert "no database here" in told.error["message"]


@pytest.mark.parametrize("number", ["0", "-1", "one", "1.5", "९"])
def test_what_is_no_number_of_an_issue_is_2(sending: Office, number):
    told = sending("status", "--json", "--", number)

    assert told.code == 2
    assert "is no issue's number" in told.error["message"]


def test_issues_lists_each_with_its_state(sending: Office):
    sending("send", "--now", "--yes")

    told = sending("issues")

    assert told.out == (
        "issue  day         state     accepted  subject\n"
        "1      2026-03-03  complete  2 of 2    The long meeting\n"
    )
    assert sending("issues", "--json").document["issues"][0]["state"] == "complete"


def test_pause_resume_and_stop_say_what_comes_next(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")

    paused, resumed = sending("pause", "1"), sending("resume", "1")
    stopped = sending("stop", "1", "--json")

    assert paused.out == "Issue 1 is paused; `mailbag resume 1` goes on with it\n"
    assert resumed.out == "Issue 1 is sending; the next `mailbag send --due` goes on with it\n"
    assert (stopped.document["state"], stopped.document["cancelled"]) == ("stopped", 1)


def test_a_paused_issue_waits_for_a_person(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")
    sending("pause", "1")

    due, at_once = sending("send", "--due"), sending("send", "--now", "--yes", "--json")

    assert (due.code, due.out, due.err) == (0, "", "")
    assert at_once.code == 5
    assert "`mailbag send --issue 1` goes on with it" in at_once.error["remedy"]


def test_a_dry_run_of_a_paused_issue_says_that_it_is_and_what_goes_on_with_it(
    sending: Office, relay: Relay
):
    relay.answers = dict.fromkeys([A, B], "550 5.7.1 you are not known here")
    sending("send", "--now", "--yes")
    why = sending("status", "1", "--json").document["why"]

    told = sending("send", "--dry-run", "--issue", "1")
    document = sending("send", "--dry-run", "--issue", "1", "--json").document["issues"][0]

    said = f"issue 1 is paused: {why}; `mailbag send --issue 1` goes on with it, `mailbag stop 1`"
    assert "you are not known here" in why
    assert f"  to 2 readers by 127.0.0.1:{relay.port}\n  {said} ends it\n" in told.out
    assert (document["state"], document["why"], document["queued"]) == ("paused", why, 2)


def test_a_dry_run_of_now_refuses_where_the_send_would(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")
    sending("pause", "1")

    dry, real = sending("send", "--dry-run", "--json"), sending("send", "--now", "--yes", "--json")

    assert dry.code == real.code == 5
    assert dry.error == real.error
    assert dry.error["message"] == "issue 1 is paused: an operator paused it"


def test_a_dry_run_of_an_issue_that_is_not_begun_has_no_state(sending: Office):
    document = sending("send", "--dry-run", "--json").document["issues"][0]

    assert (document["state"], document["why"]) == (None, "")


def test_a_stopped_issue_is_over(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")
    sending("stop", "1")

    for words in (
        ["pause", "1"],
        ["resume", "1"],
        ["send", "--issue", "1"],
        ["send", "--issue", "1", "--dry-run"],
    ):
        told = sending(*words, "--json")
        assert told.code == 5
        assert "stopped" in told.error["message"]
        assert told.error["remedy"]


def test_a_dry_run_of_a_stopped_issue_says_why_it_is(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")
    sending("stop", "1")

    told = sending("send", "--dry-run", "--issue", "1", "--json")

    assert told.error["message"] == "issue 1 was stopped: an operator stopped it"


def test_deliveries_say_who_got_it_and_why_others_did_not(sending: Office, relay: Relay):
    relay.answers[B] = "550 5.1.1 no such user"
    sending("send", "--now", "--yes")

    told = sending("deliveries", "1")

    assert told.out.splitlines() == [
        f"accepted    {A:<32}  250 2.0.0 taken",
        f"rejected    {B:<32}  550 5.1.1 no such user [the address does not exist]",
    ]


def test_deliveries_of_one_state_as_json(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")

    document = sending("deliveries", "1", "--state", "deferred", "--json").document

    assert document["issue"] == 1
    (row,) = document["deliveries"]
    assert set(row) == {
        "address",
        "state",
        "message_id",
        "attempts",
        "code",
        "reply",
        "relay",
        "relay_id",
        "reason",
        "meaning",
        "next_at",
        "edition",
    }
    assert (row["address"], row["state"], row["code"]) == (B, "deferred", 451)
    assert row["reason"] == "unknown_4xx"
    assert row["meaning"] == "the reader's server said no for now, and not why"
    assert row["next_at"]


def test_a_deferred_reader_is_shown_with_the_time_of_the_next_try(sending: Office, relay: Relay):
    relay.answers[B] = "451 4.7.1 later"
    sending("send", "--now", "--yes")

    assert "; again at 03 Mar 12:" in sending("deliveries", "1").out


def test_a_relay_cannot_steer_the_terminal(sending: Office, relay: Relay):
    relay.answers[B] = "550 5.1.1 \x1b]0;owned\x07 \x9b2J no"
    sending("send", "--now", "--yes")

    for words in (["deliveries", "1"], ["deliveries", "1", "--json"], ["status"], []):
        told = sending(*words)
        assert not STEERING.search(told.out + told.err)
    assert sending("deliveries", "1", "--json").document


def test_doubt_is_4_and_named(doubtful: Office):
    told = doubtful("deliveries", "1", "--state", "in_doubt")

    assert told.out.startswith(f"in_doubt    {B}")
    assert "1 in doubt" in doubtful("status").out
    assert "`mailbag resolve" in doubtful().out


def test_resolve_settles_doubt(doubtful: Office):
    told = doubtful("resolve", "1", "--accepted")

    assert told.out == "1 message counted as accepted now\n"
    assert doubtful("status", "--json").document["accepted"] == 2
    assert doubtful("resolve", "1", "--accepted").out == "no message of issue 1 is in doubt\n"


def test_a_message_sent_again_is_the_same_message(doubtful: Office, sink: FaultSink):
    doubtful("resolve", "1", B, "--resend", "--json")

    told = doubtful("send", "--due")

    assert (told.code, told.out, told.err) == (0, "", "")
    first, second = (message.data for message in sink.messages if message.recipient == B)
    assert first == second


def test_a_resend_by_a_relay_with_its_own_message_ids_is_warned_of(doubtful: Office):
    doubtful.edit("[smtp]\n", '[smtp]\nrewrites = ["Message-ID"]\n')

    told = doubtful("resolve", "1", "--resend")

    assert told.code == 0
    assert "no mailbox can fold the two" in told.err
    # There is nothing to warn of any more.
    assert doubtful("resolve", "1", "--resend").err == ""


def test_a_resend_by_a_relay_that_keeps_message_ids_is_not(doubtful: Office):
    assert doubtful("resolve", "1", "--resend").err == ""


def test_closed_doubt_stays_in_doubt_in_the_sums(doubtful: Office):
    document = doubtful("resolve", "1", "--close", "--json").document

    assert (document["resolved"], document["in_doubt"]) == (1, 1)
    assert doubtful("deliveries", "1", "--state", "closed").out.startswith("closed")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["1"], "choose one of", id="no-decision"),
        pytest.param(["1", "--close", "--resend"], "choose one of", id="two-decisions"),
        pytest.param(["1", A, "--close"], "is not in doubt", id="not-in-doubt"),
        pytest.param(["1", "nobody", "--close"], "no address", id="no-address"),
        pytest.param(["9", "--close"], "no issue 9", id="no-issue"),
    ],
)
def test_resolve_refuses_and_changes_nothing(doubtful: Office, words, said):
    told = doubtful("resolve", *words, "--json")

    assert told.code == 2
    assert said in told.error["message"]
    assert doubtful("status", "--json").document["in_doubt"] == 1
