"""Refusals: each concerns what it speaks about, and nobody else."""

from collections import Counter
from dataclasses import replace

import pytest

from pipeline.delivery.report import StopReason
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import Say
from tests.faults.mailing import FIRST, PATIENT
from tests.sending import addresses

S = DeliveryState


@pytest.mark.fault(20, 22, 23)
@pytest.mark.parametrize("is_eager", [False, True], ids=["", "354 for nobody"])
@pytest.mark.parametrize("step", ["RCPT", "DATA", "."])
@pytest.mark.parametrize("reply", ["450 4.2.0 later", "550 5.2.0 never"])
def test_a_refusal_concerns_its_own_reader_only(mailing, sink, step, reply, is_eager):
    sink.is_eager = is_eager
    never = reply[0] == "5"
    mailing.on(step, Say(reply), to=FIRST)

    report = mailing.run(smtp={"connections": 1})

    assert report.accepted == 19
    assert mailing.states()[FIRST] is (S.REJECTED if never else S.DEFERRED)
    assert sink.connections == 1
    mailing.settle(refused=never)


@pytest.mark.fault(20)
def test_many_refused_recipients_among_others_mix_nothing_up(make_mailing, sink):
    mailing = make_mailing(200)
    gone = addresses(200)[::9]
    for address in gone:
        sink.on("RCPT", Say("550 5.2.0 never"), to=address)

    mailing.run()

    # Each message came from its own reader's sender: see Mailing.check.
    assert mailing.settle(refused=len(gone)) == {S.ACCEPTED: 200 - len(gone), S.REJECTED: len(gone)}


@pytest.mark.fault(21)
def test_one_refused_sender_defers_one_message_at_most(mailing, sink):
    sink.on("MAIL", Say("451 4.3.0 not now"), times=1, after=5)

    report = mailing.run()

    assert (report.in_doubt, report.stopped) == (0, None)
    assert report.accepted >= 19
    mailing.settle()


@pytest.mark.fault(21)
def test_a_sender_that_is_always_refused_ends_the_run_and_touches_nobody(mailing, sink, manner):
    sink.on("MAIL", Say("550 5.1.8 who are you"))

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert "550 5.1.8 who are you" in str(report.relay_error)
    states = Counter(mailing.states().values())
    assert set(states) <= {S.QUEUED, S.DEFERRED}
    assert states[S.DEFERRED] <= manner.early_doubt
    mailing.settle()


@pytest.mark.fault(29)
@pytest.mark.parametrize("step", ["RCPT", "DATA", "."])
@pytest.mark.parametrize("code", ["450", "550"])
def test_a_code_without_text_decides(mailing, step, code):
    mailing.on(step, Say(code), to=FIRST)

    mailing.run()

    assert mailing.states()[FIRST] is (S.DEFERRED if code == "450" else S.REJECTED)
    mailing.settle(refused=code == "550")


@pytest.mark.fault(29)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"what?\r\n", id="no code"),
        pytest.param(b"\xff\xfe\x00\r\n", id="no letters"),
        pytest.param(b"250 " + b"x" * 1_000_000 + b"\r\n", id="1 MB"),
        pytest.param(b"250 ok\r\n250 and ok\r\n", id="a reply too many"),
    ],
)
def test_a_connection_that_talks_junk_is_left(mailing, manner, step, junk):
    mailing.on(step, Say("2", raw=junk), times=1)

    report = mailing.run()

    # With replies out of step nobody can tell which message the next one is about.
    assert report.in_doubt <= (manner.window if manner.window > 1 else 0)
    mailing.settle(doubt=report.in_doubt)


@pytest.mark.fault(29)
def test_junk_after_the_terminator_is_doubt(mailing, manner):
    mailing.sink.on(".", Say("2", raw=b"what?\r\n"), to=FIRST)

    report = mailing.run()

    assert 1 <= report.in_doubt <= manner.window
    assert mailing.settle(doubt=manner.window)[S.IN_DOUBT] == report.in_doubt


@pytest.mark.fault(29)
@pytest.mark.parametrize("reply", ["250 2.0.0 for nothing", "421 4.3.2 going", "552 5.2.3 long"])
def test_a_reply_that_comes_before_its_time_hands_nothing_over(mailing, manner, reply):
    mailing.sink.on("BODY", Say(reply), times=1, after=3)

    report = mailing.run(smtp={"timeouts": replace(PATIENT, final=1.0)})

    assert report.in_doubt <= manner.window
    mailing.settle(doubt=report.in_doubt, refused=report.rejected)


@pytest.mark.fault(32)
def test_greylisting_defers_everybody_once(mailing, sink):
    sink.on("RCPT", Say("451 4.7.1 greylisted, come back"), times=1, each=True)

    first = mailing.run()
    mailing.clock.advance(7 * 60)
    second = mailing.run()

    assert (first.deferred, first.stopped) == (20, None)
    assert (second.accepted, second.stopped) == (20, None)
    mailing.settle()


@pytest.mark.fault(33)
def test_a_relay_that_throttles_for_half_an_hour_is_asked_seldom(make_mailing, sink):
    mailing = make_mailing(200)
    sink.on("MAIL", Say("421 4.7.28 too fast", drop=True))

    for _ in range(6):
        # Each look at the run lasts two minutes, else it would take half an hour.
        mailing.run(run={"stop": lambda: mailing.clock.advance(120)})
        mailing.clock.advance(5 * 60)

    assert sink.connections <= 48
    assert not sink.messages
    # It has forgotten how we were slowed down.
    mailing.clock.advance(4 * 3600)
    assert mailing.settle() == {S.ACCEPTED: 200}


@pytest.mark.parametrize("step", ["RCPT", "."])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(
            "550 5.7.515 Access denied, sending domain does not meet the required level",
            marks=pytest.mark.fault(34),
            id="34 not authenticated",
        ),
        pytest.param(
            "550 5.7.20 No passing DKIM signature found",
            marks=pytest.mark.fault(52),
            id="52 no key in DNS",
        ),
    ],
)
def test_a_broken_signature_pauses_the_issue_and_condemns_nobody(make_mailing, sink, step, reply):
    mailing = make_mailing(100)
    sink.on(step, Say(reply))

    report = mailing.run()

    assert report.pause_because
    assert report.rejected <= 4
    assert mailing.condemned() == 0
    mailing.settle(refused=report.rejected)


@pytest.mark.fault(35)
def test_a_relay_that_denies_everybody_pauses_the_issue_and_condemns_nobody(make_mailing, sink):
    mailing = make_mailing(200)
    sink.on("RCPT", Say("550 5.1.1 no such user"))

    report = mailing.run()

    assert report.pause_because
    assert report.rejected == 0
    assert mailing.condemned() == 0
    mailing.settle()


@pytest.mark.fault(35)
@pytest.mark.parametrize("readers", [7, 200])
@pytest.mark.parametrize("step", ["RCPT", "."])
@pytest.mark.parametrize("reply", ["550 5.7.1 not for you", "554 denied", "550 5.1.1 nobody"])
def test_whoever_was_refused_with_everybody_gets_it_when_the_relay_is_mended(
    make_mailing, sink, readers, step, reply
):
    mailing = make_mailing(readers)
    sink.on(step, Say(reply))

    report = mailing.run()

    assert "readers were" in report.pause_because
    assert (report.rejected, set(mailing.states().values())) == (0, {S.QUEUED})
    assert mailing.condemned() == 0
    assert mailing.settle() == {S.ACCEPTED: readers}


@pytest.mark.fault(35)
@pytest.mark.parametrize("readers", [7, 60])
@pytest.mark.parametrize(
    ("step", "reply"),
    [
        (".", "554 5.7.1 spam message rejected"),
        (".", "550 5.7.1 very low reputation of the sending domain"),
        ("RCPT", "550 5.7.606 Access denied, banned sending IP"),
        ("MAIL", "550 5.7.606 Access denied, banned sending IP"),
        ("MAIL", "550 5.7.0 spam"),
    ],
)
def test_what_is_said_about_us_loses_nobody(make_mailing, sink, readers, step, reply):
    mailing = make_mailing(readers)
    sink.on(step, Say(reply))

    report = mailing.run()

    assert report.pause_because or report.relay_error
    assert report.rejected == 0
    assert set(mailing.states().values()) <= {S.QUEUED, S.DEFERRED}
    mailing.clock.advance(24 * 3600)
    assert mailing.settle() == {S.ACCEPTED: readers}


@pytest.mark.fault(35)
@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("RCPT", "554 5.7.1 <reader@mail.example>: Relay access denied"),
        ("RCPT", "530 5.7.0 Authentication required"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        ("MAIL", "550 5.7.1 Authentication required"),
    ],
)
def test_a_relay_that_wants_a_login_touches_nobody_of_a_small_list(make_mailing, sink, step, reply):
    mailing = make_mailing(3)
    sink.on(step, Say(reply))

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert reply[:9] in str(report.relay_error)
    assert set(mailing.states().values()) <= {S.QUEUED, S.DEFERRED}
    assert mailing.settle() == {S.ACCEPTED: 3}


@pytest.mark.fault(35)
def test_the_only_reader_of_a_list_who_does_not_exist_is_condemned(make_mailing, sink):
    mailing = make_mailing(1)
    sink.on("RCPT", Say("550 5.1.1 no such user"))

    report = mailing.run()

    assert not report.pause_because
    assert mailing.condemned() == 1
    mailing.settle(refused=1)


@pytest.mark.fault(35)
def test_a_reader_who_does_not_exist_among_many_who_do_is_condemned(make_mailing, sink):
    mailing = make_mailing(40)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    mailing.run()

    assert mailing.condemned() == 1
    mailing.settle(refused=1)
