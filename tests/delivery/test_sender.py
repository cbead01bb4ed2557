"""What a run does when the ledger, the clock or an operator gets in its way."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest

from pipeline.delivery.limits import Limits
from pipeline.delivery.ports import Outbox
from pipeline.delivery.report import RunReport, StopReason
from pipeline.errors import DatabaseError
from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.subscriber import Strike, SuppressionReason
from tests.factories import NOON
from tests.fakes import Failing, FakeClock
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.sending import ISSUE, Mailing, addresses, compose

S = DeliveryState
FIRST = "reader-1@mail.example"


@pytest.fixture
def sink():
    with FaultSink() as sink:
        yield sink


@pytest.fixture
def clock():
    return FakeClock()


def after(
    count: int, reason: StopReason
) -> tuple[Callable[[], StopReason | None], list[RunReport]]:
    """Give a ``stop`` that says its reason once so many messages are accepted."""
    seen: list[RunReport] = []

    def stop() -> StopReason | None:
        return reason if seen and seen[-1].accepted >= count else None

    return stop, seen


# -- pause, stop and being asked to end


def test_a_pause_is_obeyed_at_the_next_hand_over(sink):
    mailing = Mailing.to(200)

    def pause(report):
        if report.accepted >= 20:
            _pause(mailing)

    report = mailing.send_smtp(sink, run={"progress": pause})

    assert report.stopped is StopReason.PAUSED
    assert report.accepted < 40
    assert set(mailing.states().values()) == {S.ACCEPTED, S.QUEUED}
    mailing.check(sink.counts)


def test_the_rest_is_sent_after_a_pause(sink):
    mailing = Mailing.to(50)
    stop, seen = after(10, StopReason.PAUSED)
    sink.on(".", Stall(0.05), times=40)
    mailing.send_smtp(sink, run={"stop": stop, "progress": seen.append})
    _pause(mailing)
    mailing.outbox.step(ISSUE, IssueEvent.RESUME)

    report = mailing.send_smtp(sink)

    assert report.stopped is None
    assert sink.counts == dict.fromkeys(addresses(50), 1)


def test_a_stop_is_obeyed_at_the_next_hand_over(sink):
    mailing = Mailing.to(200)

    def stop(report):
        if report.accepted >= 20 and mailing.outbox.state(ISSUE) is IssueState.SENDING:
            mailing.outbox.step(ISSUE, IssueEvent.STOP)

    report = mailing.send_smtp(sink, run={"progress": stop})

    assert report.stopped is StopReason.STOPPED
    mailing.check(sink.counts)


def test_nothing_is_begun_once_the_process_is_asked_to_end(sink):
    mailing = Mailing.to(200)
    # Each message takes longer than half the time between two looks.
    sink.on(".", Stall(0.3))
    stop, seen = after(1, StopReason.INTERRUPTED)

    report = mailing.send_smtp(sink, run={"stop": stop, "progress": seen.append})

    assert report.stopped is StopReason.INTERRUPTED
    assert report.accepted < 20
    assert (report.in_doubt, report.unrecorded) == (0, 0)
    mailing.check(sink.counts)


def test_a_message_whose_terminator_is_out_gets_its_reply_read_before_the_end(sink):
    mailing = Mailing.to(10)
    stall = Stall(1.0)
    sink.on(".", stall)

    def stop():
        return StopReason.INTERRUPTED if stall.begun.is_set() else None

    report = mailing.send_smtp(sink, run={"stop": stop}, smtp={"connections": 1})

    assert (report.accepted, report.in_doubt) == (1, 0)
    assert report.stopped is StopReason.INTERRUPTED
    mailing.check(sink.counts)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_stalled_relay_does_not_keep_a_run_that_is_to_end(sink, step):
    mailing = Mailing.to(10)
    stall = Stall(1.5)
    sink.on(step, stall)

    def stop():
        return StopReason.INTERRUPTED if stall.begun.is_set() else None

    report = mailing.send_smtp(sink, run={"stop": stop})

    assert report.stopped is StopReason.INTERRUPTED
    assert set(mailing.states().values()) == {S.QUEUED}
    assert not sink.messages


def test_shards_are_given_back_at_the_end(sink):
    mailing = Mailing.to(30, shard_size=4)
    stop, seen = after(5, StopReason.INTERRUPTED)
    sink.on(".", Stall(0.05))
    mailing.send_smtp(sink, run={"stop": stop, "progress": seen.append})

    report = mailing.send_smtp(sink, owner="another sender")

    assert report.stopped is None
    assert set(mailing.states().values()) == {S.ACCEPTED}
    mailing.check(sink.counts)


# -- the hand-over


def test_a_reader_who_leaves_meanwhile_gets_nothing(sink):
    mailing = Mailing.to(5)

    def leave(recipient):
        if recipient.subscriber_id == 3:
            mailing.outbox.suppressed[3] = SuppressionReason.UNSUBSCRIBE
        return compose(recipient)

    report = mailing.send_smtp(sink, compose=leave)

    assert (report.accepted, report.suppressed) == (4, 1)
    assert mailing.states()["reader-3@mail.example"] is S.SUPPRESSED
    mailing.check(sink.counts)


def test_many_readers_who_left_are_no_fault_of_the_relay(sink):
    mailing = Mailing.to(40)

    def leave(recipient):
        if recipient.subscriber_id <= 30:
            mailing.outbox.left.add(recipient.subscriber_id)
        return compose(recipient)

    report = mailing.send_smtp(sink, compose=leave)

    assert (report.accepted, report.suppressed, report.stopped) == (10, 30, None)
    mailing.check(sink.counts)


def test_a_shard_that_a_pause_took_from_us_can_be_leased_after_it(sink, clock):
    mailing = Mailing.to(3)
    mailing.clock = clock
    stall = Stall(1.0)
    sink.on("RCPT", stall, times=1)

    def pause():
        if stall.begun.is_set() and mailing.outbox.state(ISSUE) is IssueState.SENDING:
            _pause(mailing)
            clock.advance(20)

    report = mailing.send_smtp(sink, run={"stop": pause}, smtp={"connections": 1})
    assert report.handed_over == 0
    mailing.outbox.step(ISSUE, IssueEvent.RESUME)

    assert mailing.send_smtp(sink).accepted == 3
    mailing.check(sink.counts)


def test_a_lost_lease_writes_no_terminator(sink, clock):
    mailing = Mailing.to(5)
    mailing.clock = clock

    def lose(recipient):
        if recipient.subscriber_id == 1:
            # Another sender finds our lease ended, and takes the shard.
            clock.advance(120)
            now = clock.now()
            mailing.outbox.lease(ISSUE, owner="another", now=now, until=now + timedelta(minutes=1))
        return compose(recipient)

    report = mailing.send_smtp(sink, compose=lose)

    assert report.handed_over == 0
    assert not sink.messages
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_process_that_slept_past_its_lease_writes_no_terminator(sink, clock):
    """The machine sleeps right after the commit: only the boot-time clock can tell."""
    mailing = Mailing.to(3)
    mailing.clock = clock
    slept: list[int] = []

    def sleep(report):
        if report.handed_over and not slept:
            slept.append(report.handed_over)
            clock.suspend(120)

    report = mailing.send_smtp(sink, run={"progress": sleep}, smtp={"connections": 1})

    assert slept == [1]
    assert sink.abandoned == 1
    assert (report.accepted, report.in_doubt) == (3, 0)
    mailing.check(sink.counts)


def test_leases_are_renewed_while_a_reply_is_waited_for(sink, clock):
    mailing = Mailing.to(1)
    mailing.clock = clock
    sink.on(".", Stall(1.2))
    ends = []

    def stop():
        clock.advance(20)
        ends.append(mailing.outbox._issue(ISSUE).shards[1].lease_until)

    report = mailing.send_smtp(sink, run={"stop": stop}, smtp={"connections": 1})

    assert report.accepted == 1
    assert len(set(ends)) > 1
    assert ends[-1] > NOON + timedelta(seconds=60)


# -- the ledger fails (whichever call: tests/faults/test_nth_call.py)


def failing_commits(mailing: Mailing, times: int) -> Outbox:
    error = DatabaseError("the disk is full")
    return cast("Outbox", Failing(mailing.outbox, error, at=2, times=times, only=["commit"]))


def test_known_results_are_written_when_the_ledger_comes_back(sink, clock):
    mailing = Mailing.to(4)
    mailing.clock = clock
    failing = failing_commits(mailing, times=3)

    report = mailing.send_smtp(sink, outbox=failing, smtp={"connections": 1})

    assert report.stopped is StopReason.DATABASE
    assert report.unrecorded == 0
    assert report.accepted == len(sink.messages)
    assert clock.slept
    mailing.check(sink.counts)


def test_a_run_says_how_much_it_could_not_write(sink):
    mailing = Mailing.to(4)
    failing = failing_commits(mailing, times=1000)

    report = mailing.send_smtp(sink, outbox=failing, smtp={"connections": 1})

    assert (report.unrecorded, report.accepted) == (1, 0)
    assert len(sink.messages) == 1
    mailing.check(sink.counts, doubt=1)


# -- a message that cannot be made


def test_a_message_that_cannot_be_made_ends_the_run_with_its_error(sink):
    mailing = Mailing.to(50)

    def fail(recipient):
        if recipient.subscriber_id == 30:
            raise ZeroDivisionError("a template")
        return compose(recipient)

    with pytest.raises(ZeroDivisionError, match="a template"):
        mailing.send_smtp(sink, compose=fail)

    assert S.HANDING not in mailing.states().values()
    assert 0 < len(sink.messages) < 30
    mailing.check(sink.counts)


def test_a_message_that_could_end_early_is_not_sent(sink):
    mailing = Mailing.to(5)

    def smuggle(recipient):
        envelope, message = compose(recipient)
        return envelope, type(message)(message.message_id, message.data + b"\n.\nMAIL FROM:<x>\r\n")

    with pytest.raises(ValueError, match="CR or LF alone"):
        mailing.send_smtp(sink, compose=smuggle)

    assert not sink.messages
    assert set(mailing.states().values()) == {S.QUEUED}


# -- time


def test_a_reader_whose_time_is_up_expires(sink, clock):
    mailing = Mailing.to(5, expires_at=NOON + timedelta(hours=1))
    mailing.clock = clock
    sink.on("RCPT", Say("450 4.2.0 later"), to=FIRST)
    mailing.send_smtp(sink)
    clock.advance(3600)

    report = mailing.send_smtp(sink)

    assert (report.expired, report.handed_over) == (1, 0)
    assert mailing.states()[FIRST] is S.EXPIRED


def test_a_reader_is_tried_again_when_the_time_has_come(sink, clock):
    mailing = Mailing.to(5)
    mailing.clock = clock
    sink.on("RCPT", Say("450 4.2.0 later"), to=FIRST, times=1)
    assert mailing.send_smtp(sink).deferred == 1
    assert mailing.send_smtp(sink).handed_over == 0
    clock.advance(360)

    assert mailing.send_smtp(sink).accepted == 1
    mailing.check(sink.counts)


def test_a_rate_is_kept(sink):
    mailing = Mailing.to(6)
    clock = _StepClock()
    mailing.clock = clock

    report = mailing.send_smtp(sink, limits=Limits.parse("2/s"), run={"stop": clock.step})

    assert report.accepted == 6
    assert clock.steps >= 2
    assert sum(n for _, n in mailing.outbox.spent("relay /1", since=NOON)) == 6


def test_a_rate_is_remembered_by_the_next_run(sink, clock):
    mailing = Mailing.to(6)
    mailing.clock = clock

    stop, seen = after(3, StopReason.INTERRUPTED)
    mailing.send_smtp(sink, limits=Limits.parse("3/d"), run={"stop": stop, "progress": seen.append})

    looks = iter((None, None, StopReason.INTERRUPTED))
    report = mailing.send_smtp(
        sink, limits=Limits.parse("3/d"), run={"stop": lambda: next(looks, None)}
    )

    assert report.handed_over == 0
    assert len(sink.messages) == 3


# -- the whole relay says no


def test_a_broken_signature_pauses_the_issue(sink):
    mailing = Mailing.to(50)
    sink.on(".", Say("550 5.7.515 Access denied, the sending domain is not authenticated"))

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert "5.7.515" in report.pause_because
    assert report.rejected == 0
    assert set(mailing.states().values()) <= {S.QUEUED, S.DEFERRED}
    mailing.check(sink.counts)


def test_a_relay_that_denies_most_readers_pauses_the_issue(sink):
    """A receiver out of order denies readers it has; the list must not pay for it."""
    mailing = Mailing.to(2_000)
    sink.on("RCPT", Say("550 5.1.1 no such user"))

    report = mailing.send_smtp(sink)

    assert "the first 20 readers were all refused with 550 5.1.1" in report.pause_because
    assert report.stopped is StopReason.PAUSED
    assert report.rejected < 40


def test_a_provider_that_denies_most_readers_condemns_none(sink):
    mailing = Mailing.to(2_000)
    sink.on("RCPT", Say("550 5.1.1 no such user"))

    mailing.send_smtp(sink)

    assert mailing.outbox.suppressed == {}


def test_a_reader_who_does_not_exist_among_many_who_do_is_condemned(sink):
    mailing = Mailing.to(100)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    mailing.send_smtp(sink)

    assert mailing.outbox.suppressed == {1: SuppressionReason.HARD_BOUNCE}


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        pytest.param("RCPT", "550 5.7.1 Sender not authorized by policy", id="policy"),
        pytest.param("DATA", "554 5.5.1 no", id="unknown"),
        pytest.param(".", "554 Transaction failed", id="unknown-after-the-body"),
    ],
)
def test_a_relay_that_refuses_everybody_pauses_the_issue(sink, step, reply):
    mailing = Mailing.to(1_000)
    sink.on(step, Say(reply))

    report = mailing.send_smtp(sink)

    assert "the first 20 readers were all refused" in report.pause_because
    assert report.rejected < 40
    assert mailing.outbox.strikes == {reader: {} for reader in mailing.outbox.strikes}


def test_a_reader_refused_for_no_known_reason_gets_a_strike(sink):
    mailing = Mailing.to(100)
    sink.on("RCPT", Say("550 5.4.1 Access denied"), to=FIRST)

    mailing.send_smtp(sink)

    assert mailing.outbox.suppressed == {}
    assert mailing.outbox.strikes == {
        1: {ISSUE: Strike(issue=ISSUE, reason="unknown_5xx", at=NOON)}
    }


def test_a_message_that_is_taken_takes_the_strikes_back(sink):
    mailing = Mailing.to(2)
    for reader in (1, 2):
        kept = Strike(issue=0, reason="unknown_5xx", at=NOON - timedelta(days=7))
        mailing.outbox.strikes[reader] = {0: kept}
    sink.on("RCPT", Say("450 4.2.0 busy"), to=FIRST)

    mailing.send_smtp(sink)

    assert set(mailing.outbox.strikes) == {1}


def test_a_third_strike_in_two_weeks_gives_an_address_up(sink):
    mailing = Mailing.to(30)
    mailing.outbox.strikes[1] = {
        number: Strike(issue=number, reason="unknown_5xx", at=NOON - timedelta(days=days))
        for number, days in ((-1, 14), (0, 7))
    }
    sink.on("RCPT", Say("550 5.4.1 Access denied"), to=FIRST)

    mailing.send_smtp(sink)

    assert mailing.outbox.suppressed == {1: SuppressionReason.HARD_BOUNCE}


def test_a_provider_out_of_order_gives_no_strikes(sink):
    """Also not to those who were refused before it was noticed."""
    mailing = Mailing.to(200)
    mailing.outbox.past = {"other": (1000, 0)}
    for number in range(10, 200, 4):
        sink.on("RCPT", Say("550 5.1.1 no such user"), to=f"reader-{number}@mail.example")
    sink.on("RCPT", Say("550 5.4.1 Access denied"), to=FIRST)

    report = mailing.send_smtp(sink)

    assert "never did before" in report.pause_because
    assert mailing.outbox.suppressed == {}
    assert not any(mailing.outbox.strikes.values())


def test_a_limit_of_our_account_lets_the_issue_wait_and_go_on_by_itself(sink, clock):
    mailing = Mailing.to(30)
    mailing.clock = clock
    sink.on(".", Say("454 Throttling failure: Daily message quota exceeded"), after=10)

    report = mailing.send_smtp(sink)

    until = NOON + timedelta(hours=24)
    assert report.stopped is StopReason.RELAY
    assert report.pause_because == ""
    assert "waits until 2026-" in str(report.relay_error)
    assert report.accepted == 10
    early = until - timedelta(seconds=1)
    assert mailing.outbox.lease(ISSUE, owner="somebody", now=early, until=until) is None
    clock.advance(24 * 3600)
    with FaultSink() as later:
        assert mailing.send_smtp(later).accepted == 20
        mailing.check(sink.counts + later.counts)


def test_a_session_refused_for_a_limit_lets_the_issue_wait(sink, clock):
    mailing = Mailing.to(5)
    mailing.clock = clock
    sink.on("CONNECT", Say("421 4.7.0 Daily message limit exceeded"))

    report = mailing.send_smtp(sink)

    midnight = (NOON + timedelta(days=1)).replace(hour=0, minute=0)
    early = midnight - timedelta(seconds=1)
    assert "waits until" in str(report.relay_error)
    assert mailing.outbox.lease(ISSUE, owner="somebody", now=early, until=midnight) is None
    assert mailing.outbox.lease(ISSUE, owner="somebody", now=midnight, until=midnight)


def test_a_relay_that_never_answers_a_terminator_pauses_the_issue(sink):
    """Else each run, and each minute of cron, would bring more readers into doubt."""
    mailing = Mailing.to(60)
    sink.on(".", Drop())

    report = mailing.send_smtp(sink, smtp={"connections": 4})

    assert "without an answer" in report.pause_because
    assert report.in_doubt == 4


def test_one_lost_reply_among_many_pauses_nothing(sink):
    mailing = Mailing.to(60)
    sink.on(".", Drop(), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.in_doubt, report.pause_because) == (59, 1, "")


def test_progress_is_told_after_each_commit(sink):
    seen: list[RunReport] = []

    Mailing.to(10).send_smtp(sink, run={"progress": seen.append})

    assert seen[-1].accepted == 10
    assert [report.accepted for report in seen] == sorted(report.accepted for report in seen)


def test_the_report_counts_this_run_alone(sink):
    mailing = Mailing.to(10)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)
    sink.on(".", Drop(), to="reader-2@mail.example")

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.rejected, report.in_doubt) == (8, 1, 1)
    assert report.handed_over == 9
    assert mailing.send_smtp(sink).accepted == 0


def _pause(mailing: Mailing) -> None:
    if mailing.outbox.state(ISSUE) is IssueState.SENDING:
        mailing.outbox.step(ISSUE, IssueEvent.PAUSE)


class _StepClock(FakeClock):
    """Goes on a second with each look of the run."""

    steps = 0

    def step(self) -> None:
        self.steps += 1
        self.advance(1)
