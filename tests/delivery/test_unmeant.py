"""Whoever was refused for what was said about us, or about a whole provider, gets the issue."""

from collections import Counter
from datetime import timedelta

import pytest

from pipeline.delivery.parcel import Parcel
from pipeline.delivery.relays import Relay
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.stage import Stage
from pipeline.model.delivery import OTHER_PROVIDERS, DeliveryState
from pipeline.model.issue import IssueEvent
from pipeline.store.memory import MemoryOutbox
from tests.fakes import FakeClock
from tests.sending import ISSUE, Mailing
from tests.simulated_relay import TAKEN, SimulatedRelay, say

S = DeliveryState
GONE = say(550, "5.1.1", "user unknown")


@pytest.fixture
def clock():
    return FakeClock()


def mailing_to(addresses: list[str], clock: FakeClock, **past: tuple[int, int]) -> Mailing:
    """Write to readers at Gmail and elsewhere."""
    outbox = MemoryOutbox.with_recipients(
        ISSUE, addresses, provider_of=lambda it: "gmail" if "gmail" in it else OTHER_PROVIDERS
    )
    outbox.past = past
    return Mailing(outbox, clock)


def mixed(elsewhere: int, gmail: int) -> list[str]:
    readers = [f"r{number}@mail-{number}.example" for number in range(elsewhere)]
    return readers + [f"g{number}@gmail.com" for number in range(gmail)]


def get_over(mailing: Mailing, report: RunReport, relays: list[SimulatedRelay]) -> None:
    """Resume with a good relay; everybody gets it once."""
    assert isinstance(mailing.clock, FakeClock)
    if report.pause_because:
        mailing.outbox.step(ISSUE, IssueEvent.PAUSE)
        mailing.outbox.step(ISSUE, IssueEvent.RESUME)
    good = SimulatedRelay(mailing.clock)
    for _ in range(4):
        mailing.clock.advance(timedelta(hours=3).total_seconds())
        mailing.outbox.hurry(ISSUE)
        mailing.send(good)
    # What was refused was not taken.
    took = Counter(to for _, to in good.taken)
    took += Counter(to for it in relays for _, to in it.taken if to not in took)
    assert set(mailing.states().values()) == {S.ACCEPTED}
    mailing.check(took)


@pytest.mark.parametrize("readers", [4, 10, 30])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(say(554, "5.7.1", "spam message rejected"), id="content"),
        pytest.param(say(550, "5.7.1", "very low reputation of the domain"), id="reputation"),
        pytest.param(say(552, "5.2.3", "message too large for the mailbox"), id="size"),
        pytest.param(say(550, "5.7.26", "unauthenticated mail"), id="our signature"),
        pytest.param(say(554, "5.6.0", "malformed header"), id="our bytes"),
    ],
)
def test_what_is_said_of_the_message_loses_nobody(clock, readers, reply):
    mailing = mailing_to(mixed(readers, 0), clock)
    relay = SimulatedRelay(clock, reply=lambda _: reply)

    report = mailing.send(relay)

    assert report.pause_because
    assert report.rejected == 0
    assert set(mailing.states().values()) <= {S.QUEUED, S.DEFERRED}
    get_over(mailing, report, [relay])


def test_those_refused_for_our_reputation_before_the_pause_wait_again(clock):
    """Two in a hundred, until it is too much."""
    mailing = mailing_to(mixed(200, 0), clock)

    def reply(parcel: Parcel):
        bad = parcel.recipient.subscriber_id in {10, 30, 31, 32}
        return say(550, "5.7.1", "very low reputation") if bad else TAKEN

    relay = SimulatedRelay(clock, connections=1, reply=reply)
    report = mailing.send(relay)

    assert "refuses us for our reputation" in report.pause_because
    assert (report.rejected, report.accepted) == (0, 28)
    get_over(mailing, report, [relay])


@pytest.mark.parametrize(
    ("code", "enhanced", "words"),
    [
        (550, "5.7.606", "Access denied, banned sending IP [192.0.2.1]"),
        (554, "5.7.1", "Service unavailable; Client host blocked using zen.spamhaus.org"),
        (552, "5.3.4", "message size exceeds fixed limit"),
        (550, "5.7.0", "spam"),
        (550, "5.7.511", "Access denied, banned sender"),
    ],
)
@pytest.mark.parametrize("readers", [2, 30])
def test_a_sender_that_is_refused_for_good_is_no_fault_of_the_readers(
    clock, readers, code, enhanced, words
):
    mailing = mailing_to(mixed(readers, 0), clock)
    relay = SimulatedRelay(clock, stage=Stage.MAIL, reply=lambda _: say(code, enhanced, words))

    report = mailing.send(relay)

    assert report.stopped is StopReason.RELAY
    assert words in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}
    get_over(mailing, report, [])


def test_a_pause_quotes_one_reply_of_those_it_is_about_and_names_no_reader(clock):
    mailing = mailing_to(mixed(200, 60), clock)

    def reply(parcel: Parcel):
        address = parcel.recipient.address
        if "gmail" in address:
            return say(550, "5.7.1", f"<{address}> very low reputation" + " and" * 200)
        return say(450, "4.2.0", "busy") if parcel.recipient.subscriber_id % 5 else TAKEN

    report = mailing.send(SimulatedRelay(clock, reply=reply))

    why, _, quote = report.pause_because.partition("; one reply: ")
    assert why.startswith("gmail refuses us for our reputation (")
    assert quote.startswith("550 5.7.1 <ADDR> very low")
    assert len(quote) == 200
    assert "@" not in report.pause_because


def test_a_provider_that_denies_everybody_loses_nobody(clock):
    mailing = mailing_to(mixed(241, 60), clock)
    relay = SimulatedRelay(
        clock, reply=lambda it: GONE if "gmail" in it.recipient.address else TAKEN
    )

    report = mailing.send(relay)

    assert "gmail says of most readers that they do not exist" in report.pause_because
    assert report.rejected == 0
    assert mailing.outbox.suppressed == {}
    get_over(mailing, report, [relay])


def test_a_provider_that_suddenly_denies_some_loses_nobody(clock):
    mailing = mailing_to(mixed(100, 200), clock, gmail=(1_000, 1))

    def reply(parcel: Parcel):
        at_gmail = "gmail" in parcel.recipient.address
        return GONE if at_gmail and parcel.recipient.subscriber_id % 5 == 0 else TAKEN

    relay = SimulatedRelay(clock, reply=reply)
    report = mailing.send(relay)

    assert "never did before" in report.pause_because
    assert report.rejected == 0
    assert mailing.outbox.suppressed == {}
    get_over(mailing, report, [relay])


def test_the_trouble_of_one_provider_does_not_excuse_another(clock):
    mailing = mailing_to(mixed(60, 60), clock)

    def reply(parcel: Parcel):
        gone = "gmail" in parcel.recipient.address or parcel.recipient.subscriber_id == 1
        return GONE if gone else TAKEN

    mailing.send(SimulatedRelay(clock, reply=reply))

    assert list(mailing.outbox.suppressed) == [1]
    assert [it for it, state in mailing.states().items() if state is S.REJECTED] == [
        "r0@mail-0.example"
    ]


@pytest.mark.parametrize(
    ("reply", "pauses"),
    [
        pytest.param(say(554, "5.0.0", "Email address is not verified"), False, id="config"),
        pytest.param(say(550, "5.7.26", "unauthenticated mail"), True, id="our signature"),
        pytest.param(say(554, "5.6.0", "malformed header"), True, id="our bytes"),
        pytest.param(say(454, "4.7.0", "Daily message quota exceeded"), False, id="limit"),
    ],
)
def test_nobody_has_to_wait_because_the_relay_refused_us_at_the_end_of_data(clock, reply, pauses):
    """However often cron tries: once it is mended, everybody is due."""
    mailing = mailing_to(mixed(12, 0), clock)
    bad = SimulatedRelay(clock, reply=lambda _: reply)
    for _ in range(3):
        report = mailing.send(bad)
        mailing.outbox.hurry(ISSUE)
        assert (report.rejected, report.deferred) == (0, 0)
        assert bool(report.pause_because) is pauses
    good = SimulatedRelay(clock)

    mailing.send(good)

    assert len(good.taken) == 12
    assert set(mailing.states().values()) == {S.ACCEPTED}


def test_the_next_relay_gets_those_too_whom_the_first_refused_at_the_end_of_data(clock):
    mailing = mailing_to(mixed(12, 0), clock)
    refuses = say(554, "5.0.0", "Email address is not verified")
    second = SimulatedRelay(clock)

    report = mailing.send(
        SimulatedRelay(clock, reply=lambda _: refuses),
        relay="first",
        backups=[Relay(transport=second, name="second")],
    )

    assert (report.accepted, report.stopped) == (12, None)
    assert len(second.taken) == 12


def test_a_pause_for_one_reply_cuts_it_and_names_no_reader(clock):
    mailing = mailing_to(mixed(5, 0), clock)

    def reply(parcel: Parcel):
        words = f"<{parcel.recipient.address}> message is malformed" + " and" * 8_000
        return say(554, "5.6.0", words)

    report = mailing.send(SimulatedRelay(clock, reply=reply))

    assert "554 5.6.0 <ADDR> message is malformed" in report.pause_because
    assert len(report.pause_because) < 300
    assert "@" not in report.pause_because


def test_what_a_provider_said_when_it_slowed_us_names_no_reader(clock):
    mailing = mailing_to(mixed(5, 0), clock)

    def reply(parcel: Parcel):
        return say(421, "4.7.28", f"<{parcel.recipient.address}> unusual rate")

    mailing.send(SimulatedRelay(clock, reply=reply))

    said = [it.said for it in mailing.outbox.restraints().values()]
    assert said
    assert not any("@" in it for it in said)
