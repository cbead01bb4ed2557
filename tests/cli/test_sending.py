"""What ``send`` does, refuses and says, with a real ledger and a real mail server."""

import email
import email.policy
import json
import re
from datetime import datetime, timedelta

import pytest

from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from tests.cli.office import STEERING, Office, Relay
from tests.fakes import FakeClock
from tests.fault_sink import FaultSink, Say

#: From the fixtures' Tuesday noon to just after 9:00 on the next one.
TO_THE_SLOT = timedelta(days=6, hours=21, minutes=1).total_seconds()


def test_now_sends_to_every_reader(sending: Office, relay: Relay):
    told = sending("send", "--now", "--yes")

    assert told.code == 0
    assert relay.readers == ["a@mail.example", "b@mail.example"]
    assert "Issue 1 is complete\n  2 planned = 2 accepted\n" in told.out
    assert "at most 4 in doubt" in told.err


def test_a_second_send_sends_nothing(sending: Office, relay: Relay):
    sending("send", "--now", "--yes")

    told = sending("send", "--due")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert len(relay.taken) == 2


def test_due_is_silent_with_nothing_due(sending: Office, relay: Relay):
    told = sending("send", "--due")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert relay.taken == []


def test_due_is_silent_when_the_slot_comes_and_all_is_well(
    sending: Office, relay: Relay, clock: FakeClock
):
    sending("send", "--due")
    clock.advance(TO_THE_SLOT)

    told = sending("send", "--due")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert relay.readers == ["a@mail.example", "b@mail.example"]


def test_due_is_silent_while_another_sender_is_at_work(sending: Office, clock: FakeClock):
    from pipeline.store.opening import open_store  # noqa: PLC0415 - this test alone

    with open_store("sqlite:///mailbag.db", folder=sending.folder) as store:
        assert store.sender_lock.acquire(0.0, clock)
        due, at_once = sending("send", "--due"), sending("send", "--now", "--yes", "--json")

    assert (due.code, due.out, due.err) == (0, "", "")
    assert at_once.code == 5
    assert "another sender" in at_once.error["message"]


def test_due_speaks_up_when_a_reader_is_lost(sending: Office, relay: Relay, clock: FakeClock):
    relay.answers["b@mail.example"] = "550 5.1.1 no such user"
    sending("send", "--due")
    clock.advance(TO_THE_SLOT)

    told = sending("send", "--due")

    assert told.code == 4
    assert "1 rejected" in told.out
    assert "`mailbag deliveries 1`" in told.out


def test_due_is_silent_about_a_reader_who_is_tried_again(
    sending: Office, relay: Relay, clock: FakeClock
):
    relay.answers["b@mail.example"] = "451 4.7.1 later"
    sending("send", "--due")
    clock.advance(TO_THE_SLOT)
    first = sending("send", "--due")
    del relay.answers["b@mail.example"]
    clock.advance(3600)

    second = sending("send", "--due")

    assert (first.code, first.out, first.err) == (0, "", "")
    assert (second.code, second.out, second.err) == (0, "", "")
    assert relay.readers == ["a@mail.example", "b@mail.example"]


def test_json_gives_the_sums_over_the_issues(sending: Office, relay: Relay):
    relay.answers["b@mail.example"] = "550 5.1.1 no such user"

    told = sending("send", "--now", "--yes", "--json")

    document = told.document
    assert told.code == 4
    assert document["issue"] == 1
    assert (document["planned"], document["accepted"], document["rejected"]) == (2, 1, 1)
    assert document["issues"][0]["issue"] == 1
    parts = ("accepted", "deferred", "rejected", "suppressed", "expired", "cancelled")
    total = sum(document[name] for name in (*parts, "in_doubt", "queued"))
    assert document["planned"] == total


def test_json_of_nothing_due_is_a_document_as_well(sending: Office):
    document = sending("send", "--due", "--json").document

    assert document["issue"] is None
    assert document["issues"] == []


@pytest.mark.parametrize("words", [[], ["--json"], ["--events"]])
def test_now_sends_nothing_without_a_yes(sending: Office, relay: Relay, words: list[str]):
    told = sending("send", "--now", *words)

    assert told.code == 2
    assert "mailbag: send --now: it asks before it sends, and nobody is there to answer" in told.err
    assert relay.taken == []
    assert sending("issues", "--json").document["issues"] == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--due", "--now"], id="due-and-now"),
        pytest.param(["--due", "--issue", "1"], id="due-and-issue"),
        pytest.param(["--issue", "1", "--now"], id="issue-and-now"),
        pytest.param(["--test", "a@mail.example", "--now"], id="test-and-now"),
        pytest.param(["--test", "a@mail.example", "--dry-run"], id="test-and-dry-run"),
        pytest.param(["--due", "--yes"], id="yes-without-now"),
        pytest.param(["--issue", "0"], id="issue-zero"),
        pytest.param(["--issue", "one"], id="issue-no-number"),
        pytest.param(["--test", "nobody"], id="test-to-no-address"),
        pytest.param(["--issue", "9"], id="unknown-issue"),
        pytest.param(["--dry-run", "--issue", "9"], id="dry-run-of-an-unknown-issue"),
    ],
)
def test_refuses_what_makes_no_sense(sending: Office, relay: Relay, words):
    told = sending("send", *words, "--json")

    assert told.code == 2
    assert told.error["remedy"]
    assert relay.taken == []


def test_refuses_while_a_placeholder_stands_in_the_toml(sending: Office, relay: Relay):
    sending.edit("1 Main Street", "CHANGE-ME")

    for words in (["--now", "--yes"], ["--due"]):
        told = sending("send", *words)
        assert told.code == 2
        assert told.err.startswith("mailbag: newsletter.toml:12: CHANGE-ME still stands in line 12")
    assert relay.taken == []
    assert sending("send", "--dry-run").code == 0


def test_refuses_without_readers(office: Office, relay: Relay):
    office.set(port=str(relay.port))

    told = office("send", "--now", "--yes", "--json")

    assert told.code == 3
    assert "there are no readers" in told.error["message"]


def test_refuses_without_q_and_as(sending: Office, relay: Relay):
    for path in (sending.folder / "content").glob("*.md"):
        path.unlink()

    told = sending("send", "--now", "--yes", "--json")

    assert told.code == 3
    assert "needs 1 Q&As and found 0" in told.error["message"]


def test_a_relay_that_is_not_there_is_4_and_leaves_everybody_queued(office: Office):
    office.set(port="1")
    office.read_in("a@mail.example")

    told = office("send", "--now", "--yes", "--json")

    assert told.code == 4
    assert told.document["queued"] == 1
    assert "127.0.0.1:1" in told.err
    assert office("send", "--due").code == 4


def test_a_clock_set_back_is_5(sending: Office, clock: FakeClock, relay: Relay):
    sending("send", "--due")
    clock.advance(-3600)

    told = sending("send", "--now", "--yes", "--json")

    assert told.code == 5
    assert "doctor --accept-clock" in told.error["remedy"]
    sending("doctor", "--accept-clock")
    assert sending("send", "--now", "--yes").code == 0


def test_another_key_than_the_ledgers_is_5(sending: Office, relay: Relay):
    path = sending.folder / ".secrets" / "suppression.key"
    path.chmod(0o600)
    path.write_text("ab" * 32 + "\n")

    told = sending("send", "--now", "--yes", "--json")

    assert told.code == 5
    assert "key" in told.error["message"]
    assert relay.taken == []


def test_dead_links_are_2(sending: Office, relay: Relay):
    sending.edit("verify_links = false", "verify_links = true")
    sending.edit("https://news.example", "http://127.0.0.1:1")

    told = sending("send", "--now", "--yes", "--json")

    assert told.code == 2
    assert "unsubscribe links would be dead" in told.error["message"]
    assert relay.taken == []


def test_a_dry_run_sends_and_writes_nothing(sending: Office, relay: Relay):
    before = sending("status", "--json").document

    told = sending("send", "--dry-run", "--json")

    assert told.code == 0
    assert told.document["dry_run"] is True
    assert (told.document["issue"], told.document["planned"]) == (1, 2)
    assert sending("status", "--json").document == before
    assert relay.taken == []


def test_a_dry_run_of_due_says_what_is_due(sending: Office, clock: FakeClock):
    sending("send", "--due")
    early = sending("send", "--dry-run", "--due")
    clock.advance(TO_THE_SLOT)

    late = sending("send", "--dry-run", "--due")

    assert early.out == "Nothing is due.\n"
    assert late.out.startswith("Issue 1: The long meeting\n  to 2 readers by 127.0.0.1:")


def test_a_dry_run_names_what_the_issue_waits_for(sending: Office):
    sending.edit('approval = "none" ', 'approval = "required" ')

    told = sending("send", "--dry-run")

    assert "it would wait: issue 1 is not approved" in told.out


def test_a_dry_run_with_a_rate_says_how_long_it_takes(sending: Office):
    sending.edit('rate = ""', 'rate = "1/m"')

    assert "at the set rate in about 0:01:00" in sending("send", "--dry-run").out


def test_what_left_today_takes_room_from_the_next_issue(sending: Office):
    sending.write("another", day=2)
    sending.write("third", day=3)
    sending.edit('rate = ""', 'rate = "2/d"')
    sending.edit("count = ", "count = 1 #")
    sending("send", "--now", "--yes")

    issue = sending("send", "--dry-run", "--json").document["issues"][0]

    assert issue["issue"] == 2
    assert issue["seconds"] == pytest.approx(86_400, abs=120)


def test_a_test_is_marked_and_is_no_delivery(sending: Office, relay: Relay):
    told = sending("send", "--test", "editor@mail.example")
    again = sending("send", "--test", "editor@mail.example", "--json")

    first, second = (
        email.message_from_bytes(data, policy=email.policy.default) for _, data in relay.taken
    )
    assert told.code == 0
    assert again.document["test"] == "editor@mail.example"
    assert first["Subject"] == "[Test 12:00] The long meeting"
    assert first["Message-ID"] != second["Message-ID"]
    assert sending("status").out == "no issue yet\n"


def test_a_test_that_the_relay_refuses_is_4(sending: Office, relay: Relay):
    relay.answers["editor@mail.example"] = "550 5.7.1 not \x1b[31myou"

    told = sending("send", "--test", "editor@mail.example", "--json")

    assert told.code == 4
    assert not STEERING.search(told.out + told.err)


def test_files_take_the_place_of_a_relay(office: Office):
    office.edit('username = ""', 'kind = "eml"\nusername = ""')
    office.read_in("a@mail.example")

    dry = office("send", "--dry-run")
    told = office("send", "--now", "--yes")

    assert "to 1 reader as files in outbox/" in dry.out
    assert told.code == 0
    assert len(list((office.folder / "outbox").glob("*.eml"))) == 1


def test_json_is_never_asked(sending: Office, relay: Relay):
    assert sending("send", "--now", "--yes", "--json").code == 0
    assert len(relay.taken) == 2


def test_a_short_list_that_is_refused_whole_waits_for_a_person_and_is_sent_then(
    sending: Office, relay: Relay
):
    readers = ["a@mail.example", "b@mail.example"]
    relay.answers = dict.fromkeys(readers, "550 5.7.1 you are not known here")

    told = sending("send", "--now", "--yes")
    shown = sending("status").out
    relay.answers = {}
    sending("resume", "1")
    again = sending("send", "--issue", "1")

    assert told.code == 4
    why = "all 2 readers were refused with 550 5.7.1; one reply: 550 5.7.1 you are not known here"
    assert f"Issue 1 is paused: {why}\n" in shown
    assert f"Issue 1 is paused: {why}\n" in told.out
    assert "0 rejected" in shown
    assert "2 queued" in shown
    assert again.code == 0
    assert sorted(relay.readers) == readers


def test_a_second_relay_steps_in_and_that_is_said(sending: Office, relay: Relay):
    sending.edit(f"port = {relay.port}", "port = 1")
    sending.append(f'[[smtp_backup]]\nhost = "127.0.0.1"\nport = {relay.port}\n')

    told = sending("send", "--now", "--yes")

    assert told.code == 0
    assert len(relay.taken) == 2
    assert "another relay stepped in" in told.err
    assert f"taken: 2 by 127.0.0.1:{relay.port}" in told.err
    rows = sending("deliveries", "1", "--json").document["deliveries"]
    assert {row["relay"] for row in rows} == {f"127.0.0.1:{relay.port}"}


def test_who_will_not_get_it_in_time_is_said_beforehand_to_cron_as_well(sending: Office):
    sending.edit('rate = ""', 'rate = "1/d"')
    sending.edit('expire = "72h"', 'expire = "1h"')

    told = sending("send", "--now", "--yes", "--json")

    assert "at the set rates 1 of 2 messages can leave before its time is up" in told.err


@pytest.mark.parametrize(("used", "seconds"), [(1, 43_200), (0, 0)])
def test_a_dry_run_counts_how_far_the_plan_of_a_backup_is(
    sending: Office, clock: FakeClock, used: int, seconds: int
):
    from pipeline.store.opening import open_store  # noqa: PLC0415 - few tests need it

    sending.edit('rate = ""', 'rate = "1/d"')
    sending.edit("[delivery]\n", "[delivery]\nwarm_up = 1\n")
    sending.append('[[smtp_backup]]\nhost = "127.0.0.1"\nport = 1\n')
    sending("send", "--due")
    with open_store("sqlite:///mailbag.db", folder=sending.folder) as store:
        day = WarmUpDay(day=clock.now().date(), step=0, given=used)
        store.outbox().warm("127.0.0.1:1", day)

    issue = sending("send", "--dry-run", "--json").document["issues"][0]

    assert issue["seconds"] == pytest.approx(seconds, abs=60)


def test_a_relay_that_takes_nothing_from_our_address_is_named_with_the_remedy(office: Office):
    with FaultSink() as sink:
        office.set(port=str(sink.port))
        office.read_in("a@mail.example")
        sink.on("MAIL", Say("550 5.7.1 sender rejected"))

        told = office("send", "--now", "--yes")

    assert told.code == 4
    assert told.err.splitlines()[-1] == (
        f"mailbag: 127.0.0.1:{sink.port}: the relay refuses us: 550 5.7.1 sender rejected;"
        " mend the account there, [smtp], or the address that sends ([newsletter] from and"
        " return_path); `mailbag send --test ADDR` tries it"
    )


#: Refused one by one, in the words of a provider that thinks badly of us.
BAD_NAME = "550 5.7.1 very low reputation of the sending domain"


def begin_issue(office: Office, relay: Relay, clock: FakeClock) -> None:
    """Freeze an issue for cron while the relay is busy."""
    relay.answers = dict.fromkeys(["a@mail.example", "b@mail.example"], "451 4.3.0 later")
    office("send", "--now", "--yes")
    clock.advance(3_600)


@pytest.mark.parametrize("reply", ["550 5.7.1 not known here", "554 no", BAD_NAME])
def test_due_says_once_that_an_issue_paused_itself_and_why_and_what_to_do(
    sending: Office, relay: Relay, clock: FakeClock, reply: str
):
    begin_issue(sending, relay, clock)
    relay.answers = dict.fromkeys(relay.answers, reply)
    sending.read_in("c@mail.example")

    told, again = sending("send", "--due"), sending("send", "--due")

    assert told.code == 4
    assert "Issue 1 is paused: all 2 readers were refused with 55" in told.out
    assert "2 readers wait for a later `mailbag send --issue 1`" in told.out
    assert (again.code, again.out, again.err) == (0, "", "")


def test_due_says_once_that_an_issue_was_left_alone_for_long(
    sending: Office, relay: Relay, clock: FakeClock
):
    begin_issue(sending, relay, clock)
    clock.advance(timedelta(hours=30).total_seconds())

    told, again = sending("send", "--due"), sending("send", "--due")

    assert told.code == 4
    assert "issue 1 is paused: nobody looked after it for 31 hours" in told.out
    assert "`mailbag send --issue 1` goes on with it" in told.out
    assert (again.code, again.out, again.err) == (0, "", "")


def rest(office: Office, clock: FakeClock, name: str, reason: str, said: str) -> None:
    """Have the ledger hold back from somebody."""
    from pipeline.store.opening import open_store  # noqa: PLC0415 - few tests need it

    with open_store("sqlite:///mailbag.db", folder=office.folder) as store:
        store.outbox().restrain(
            name,
            Restraint(
                share=0.5,
                speed=1.0,
                since=clock.now(),
                until=clock.now() + timedelta(hours=2),
                per_minute=0,
                crawls_until=clock.now(),
                reason=reason,
                said=said,
            ),
        )


@pytest.mark.parametrize("whom", ["provider mail.example", "relay"])
def test_a_hold_is_said_wherever_somebody_looks(
    sending: Office, relay: Relay, clock: FakeClock, whom: str
):
    begin_issue(sending, relay, clock)
    scope = whom if whom != "relay" else f"relay 127.0.0.1:{relay.port}"
    rest(sending, clock, scope, "throttle", "451 4.7.0 [TSS04] too many")
    rest(sending, clock, "provider nobody.example", "throttle", "451 no reader of ours")
    name = scope.partition(" ")[2]
    until = f"{clock.now() + timedelta(hours=2):%Y-%m-%d %H:%M} UTC"
    said = f"nothing goes to {name} until {until}, since it said: 451 4.7.0 [TSS04] too many"

    dry, dry_json = sending("send", "--dry-run"), sending("send", "--dry-run", "--json")
    status, status_json = sending("status"), sending("status", "--json")
    doctor = sending("doctor")
    told = sending("send", "--issue", "1")

    assert f"it would wait: {said}\n" in dry.out
    assert dry_json.document["issues"][0]["waits_for"] == said
    assert f"  waits        {said}\n" in status.out or said in status.out
    assert status_json.document["waits_for"] == said
    assert said in doctor.out
    assert said in told.out
    assert "nobody.example" not in told.out
    assert relay.taken == []


@pytest.mark.parametrize("words", [["send", "--issue", "1"], ["resume", "1"]])
def test_who_says_that_our_name_is_mended_does_not_wait(
    sending: Office, relay: Relay, clock: FakeClock, words: list[str]
):
    relay.answers = {"a@mail.example": "451 4.3.0 later"}
    sending("send", "--now", "--yes")
    clock.advance(3_600)
    relay.answers = {}
    rest(sending, clock, "provider mail.example", "reputation", BAD_NAME)
    held = sending("send", "--due")
    dry = sending("send", "--dry-run")
    sending("pause", "1")

    sending(*words)
    sending("send", "--due")

    assert held.code == 0
    assert f"{BAD_NAME}; once it is mended, `mailbag send --issue 1` does not wait" in dry.out
    assert relay.readers == ["a@mail.example", "b@mail.example"]


def test_a_limit_that_is_waited_for_is_said(sending: Office, relay: Relay, clock: FakeClock):
    sending.edit('rate = ""', 'rate = "1/d"')
    sending("send", "--now", "--yes")

    told = sending("send", "--dry-run", "--json").document["issues"][0]

    assert told["waits_for"].startswith(
        "a sending limit is reached ([smtp] rate: 1/d), so nobody is tried before 20"
    )
    assert "`mailbag send --issue 1` tries at once" in told["waits_for"]


PLAN = "[delivery] warm_up: day 1 of 42 by 127.0.0.1:PORT: 1 messages, 1 of them used today"


@pytest.mark.parametrize(
    ("edits", "which"),
    [
        pytest.param({'rate = ""': 'rate = "9/m, 1/d"'}, "[smtp] rate: 1/d", id="the relay"),
        pytest.param(
            {"[delivery]\n": '[delivery]\nrate = "1/h"\n'}, "[delivery] rate: 1/h", id="all mail"
        ),
        pytest.param({"[delivery]\n": "[delivery]\nwarm_up = 1\n"}, PLAN, id="a plan"),
        pytest.param(
            {"[delivery]\n": "[delivery]\nwarm_up = 1\n", 'rate = ""': 'rate = "1/d"'},
            f"[smtp] rate: 1/d; {PLAN}",
            id="two at once",
        ),
    ],
)
def test_the_limit_that_is_waited_for_is_named_wherever_somebody_looks(
    sending: Office, relay: Relay, edits: dict[str, str], which: str
):
    for before, after in edits.items():
        sending.edit(before, after)

    told = sending("send", "--now", "--yes")
    status, document = sending("status"), sending("status", "--json").document
    dry = sending("send", "--dry-run")

    said = f"a sending limit is reached ({which.replace('PORT', str(relay.port))}), so nobody"
    assert len(relay.taken) == 1
    assert document["waits_for"].startswith(said)
    assert all(said in it.out for it in (told, status, dry))


@pytest.mark.parametrize(
    ("edit", "opens"),
    [
        pytest.param(('rate = ""', 'rate = "1/h"'), 3_609, id="an hour"),
        pytest.param(("[delivery]\n", '[delivery]\nrate = "1/d"\n'), 86_700, id="a day"),
        pytest.param(("[delivery]\n", "[delivery]\nwarm_up = 1\n"), 12 * 3600, id="a plan"),
    ],
)
def test_a_limit_holds_for_its_own_period_after_a_clock_that_was_ahead(
    sending: Office, relay: Relay, clock: FakeClock, edit: tuple[str, str], opens: int
):
    ahead = 5 * 86_400
    sending.edit(*edit)
    clock.advance(ahead)
    sending("send", "--now", "--yes")
    clock.advance(-ahead)
    accepted = clock.now()
    sending("doctor", "--accept-clock")

    early = sending("send", "--issue", "1")
    said = re.search(r"nobody is tried before (\S+ \S+) UTC", early.out)
    clock.advance(opens)
    in_time = sending("send", "--issue", "1")

    assert len(relay.taken) == 2, in_time.out
    assert said is not None, early.out
    told = datetime.strptime(f"{said[1]} +0000", "%Y-%m-%d %H:%M %z")
    assert accepted < told <= clock.now()


@pytest.mark.parametrize(
    ("providers", "which"),
    [
        pytest.param(["gmail.com"], '[providers."gmail.com"] rate: 1/h', id="theirs"),
        pytest.param(["gmail.com", "yahoo.com"], '[providers."gmail.com"] rate: 1/h', id="one of"),
    ],
)
def test_a_providers_limit_is_named_where_its_readers_wait(
    sending: Office, relay: Relay, providers: list[str], which: str
):
    sending.read_in("one@gmail.com", "two@gmail.com")
    for domain in providers:
        sending.append(f'[providers."{domain}"]\nrate = "1/h"\n')

    sending("send", "--now", "--yes")

    assert len(relay.taken) == 3
    assert f"reached ({which}), so" in sending("status", "--json").document["waits_for"]


def test_a_small_domains_limit_is_named_while_its_neighbours_get_theirs(
    sending: Office, relay: Relay
):
    sending.read_in("one@small.example", "two@small.example")
    sending.append('[providers."small.example"]\nrate = "1/h"\n')

    told = sending("send", "--now", "--yes")

    assert len(relay.taken) == 3
    said = sending("status", "--json").document["waits_for"]
    assert re.fullmatch(
        r'\[providers\."small\.example"\] rate: 1/h is used up, so its readers wait until'
        r" 20\d\d-\d\d-\d\d \d\d:\d\d UTC",
        said or "",
    )
    assert said in told.out


def test_the_limits_of_all_relays_are_named_where_none_may_take_more(sending: Office, relay: Relay):
    with Relay().running() as second:
        sending.read_in("c@mail.example")
        sending.edit('rate = ""', 'rate = "1/d"')
        sending.append(f'[[smtp_backup]]\nhost = "127.0.0.1"\nport = {second.port}\nrate = "1/d"\n')

        sending("send", "--now", "--yes")

    both = f"[smtp] rate: 1/d; [[smtp_backup]] rate of 127.0.0.1:{second.port}: 1/d"
    assert (len(relay.taken), len(second.taken)) == (1, 1)
    assert f"reached ({both}), so" in sending("status", "--json").document["waits_for"]


def test_a_dead_backup_does_not_hide_what_is_wrong_with_the_first_relay(office: Office):
    with FaultSink() as sink:
        office.set(port=str(sink.port))
        office.append('[[smtp_backup]]\nhost = "127.0.0.1"\nport = 1\n')
        office.read_in("a@mail.example")
        sink.on("MAIL", Say("550 5.7.1 sender rejected"))

        told = office("send", "--now", "--yes")

    backup, first = told.err.splitlines()[-2:]
    assert backup.startswith("mailbag: 127.0.0.1:1: no connection: ")
    assert backup.endswith(
        "check that the relay runs and that [[smtp_backup]] host and port are right"
    )
    assert first.startswith(
        f"127.0.0.1:{sink.port}: the relay refuses us: 550 5.7.1 sender rejected;"
    )


def test_what_the_relay_does_not_offer_is_not_told_as_its_word(office: Office):
    with FaultSink() as sink:
        sink.capabilities = tuple(it for it in sink.capabilities if it != "SMTPUTF8")
        office.set(port=str(sink.port))
        office.read_in("a@mail.example", "b@mail.example", "jürgen@mail.example")

        told = office("send", "--now", "--yes", "--json")

    (unreached,) = told.document["issues"][0]["unreached"]
    assert (unreached["state"], unreached["code"]) == ("rejected", 0)
    assert unreached["why"] == (
        "the relay cannot write to an address beyond ASCII"
        " (it does not offer SMTPUTF8; use one that does)"
    )


def test_a_list_that_the_relay_cannot_write_to_at_all_waits_for_another(office: Office):
    with FaultSink() as sink:
        sink.capabilities = tuple(it for it in sink.capabilities if it != "SMTPUTF8")
        office.set(port=str(sink.port))
        office.read_in("jörg@mail.example", "jürgen@mail.example")

        told = office("send", "--now", "--yes", "--json").document

    assert (told["rejected"], told["queued"]) == (0, 2)
    assert office("status", "--json").document["why"] == (
        "all 2 readers were refused with SMTPUTF8 missing at the relay:"
        " it does not offer SMTPUTF8; use one that does"
    )


def test_a_message_larger_than_the_relay_takes_waits_and_is_not_to_be_reported(office: Office):
    with FaultSink() as sink:
        sink.capabilities = ("SIZE 2000", *sink.capabilities[1:])
        office.set(port=str(sink.port))
        office.read_in("a@mail.example")

        trial = office("send", "--test", "me@mail.example")
        told = office("send", "--now", "--yes")
        status = office("status", "--json").document

    assert told.code == 4
    last = told.err.splitlines()[-1]
    assert (
        f"127.0.0.1:{sink.port}: the message is too large for the relay: the message has " in last
    )
    assert last.endswith(
        "the relay takes 2,000; attach no images ([images] delivery), or make the issue shorter"
    )
    assert (status["state"], status["queued"]) == ("sending", 1)
    assert "the relay takes 2,000" in trial.err
    assert "552" not in told.err + trial.err


def test_a_limit_that_is_the_relays_own_is_not_taken_for_ours(office: Office):
    with FaultSink() as sink:
        office.set(port=str(sink.port))
        office.edit('rate = ""', 'rate = "100/d"')
        office.read_in("a@mail.example", "b@mail.example")
        sink.on("MAIL", Say("550 5.4.5 Daily user sending quota exceeded"))

        office("send", "--now", "--yes")

    waits = office("status", "--json").document["waits_for"]
    assert "reached (the relay's own, or one that was changed here since), so nobody" in waits


def test_who_waits_for_a_later_time_is_not_said_to_be_handed_over(
    sending: Office, relay: Relay, clock: FakeClock
):
    relay.answers["b@mail.example"] = "451 4.3.0 later"
    sending("send", "--now", "--yes")
    until = sending("status", "1", "--json").document["next_at"][:16].replace("T", " ")

    dry, dry_json = (sending("send", "--dry-run", *more) for more in ((), ("--json",)))
    told = sending("send", "--issue", "1")

    assert f"Issue 1: nothing to hand over now; 1 waits until {until} UTC\n" in told.err
    assert "in doubt" not in told.err
    assert f"  to 0 readers by 127.0.0.1:{relay.port}\n  1 waits until {until} UTC\n" in dry.out
    issue = dry_json.document["issues"][0]
    assert (issue["planned"], issue["queued"], issue["deferred"]) == (1, 0, 1)


@pytest.mark.parametrize("has_events", [True, False])
def test_who_is_due_and_who_waits_are_told_apart(
    sending: Office, relay: Relay, clock: FakeClock, *, has_events: bool
):
    relay.answers = dict.fromkeys(["a@mail.example", "b@mail.example"], "451 4.3.0 later")
    sending("send", "--now", "--yes")
    rows = sending("deliveries", "1", "--json").document["deliveries"]
    first, second = sorted(datetime.fromisoformat(row["next_at"]) for row in rows)
    clock.advance((first + (second - first) / 2 - clock.now()).total_seconds())

    dry = sending("send", "--dry-run")
    told = sending("send", "--issue", "1", *(["--events"] if has_events else []))

    waits = f"1 waits until {second:%Y-%m-%d %H:%M} UTC"
    assert f"  to 1 reader by 127.0.0.1:{relay.port}\n  {waits}\n" in dry.out
    if has_events:
        begin = json.loads(told.err.splitlines()[0])
        assert (begin["event"], begin["waiting"], begin["later"]) == ("begin", 2, 1)
        assert begin["next_at"] == second.isoformat()
    else:
        assert f"1 message to hand over, at most 4 in doubt at any time; {waits}\n" in told.err
