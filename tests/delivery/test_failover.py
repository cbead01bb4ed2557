"""Another relay steps in for what was not handed over, and for nothing else."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.delivery.limits import Limits
from pipeline.delivery.ports import Feed
from pipeline.delivery.relays import Relay, Turn
from pipeline.delivery.report import StopReason
from pipeline.delivery.shaping import Shaping
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError
from pipeline.model.delivery import DeliveryState
from tests.fakes import FakeClock
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.sending import ISSUE, QUICK, Mailing, addresses, options
from tests.simulated_relay import SimulatedRelay, say

S = DeliveryState


class Unreachable:
    """Cannot be used, but for the times when it can."""

    doubt = 4

    def __init__(self, then: SimulatedRelay | None = None, *, works: Callable[[], bool]) -> None:
        self.then, self.works, self.tried = then, works, 0

    def run(self, feed: Feed) -> None:
        self.tried += 1
        if self.then is None or not self.works():
            raise RelayError("connection refused", place="first.example:25")
        self.then.run(feed)


def dead() -> Unreachable:
    return Unreachable(works=lambda: False)


@pytest.fixture
def clock():
    return FakeClock()


def backup(relay: SimulatedRelay, limits: str = "", name: str = "backup.example:25") -> Relay:
    return Relay(transport=relay, name=name, limits=Limits.parse(limits))


def test_the_next_relay_takes_everything_when_the_first_cannot_be_reached(clock):
    mailing = Mailing.to(20)
    mailing.clock = clock
    second = SimulatedRelay(clock)

    report = mailing.send(dead(), relay="first.example:25", backups=[backup(second)])

    assert (report.accepted, report.stopped, report.relay_error) == (20, None, None)
    assert report.by_relay == (("backup.example:25", 20),)
    assert [str(error) for error in report.left_relays] == ["first.example:25: connection refused"]
    mailing.check(Counter(to for _, to in second.taken))


def test_who_took_a_message_is_written_down_when_it_was_not_the_first(clock):
    mailing = Mailing.to(2)
    mailing.clock = clock
    mailing.send(dead(), backups=[backup(SimulatedRelay(clock))])

    assert {it.relay for it in mailing.outbox.deliveries(ISSUE)} == {"backup.example:25"}


def test_the_next_relay_steps_in_when_the_first_has_not_greeted_once(clock):
    mailing = Mailing.to(20)
    mailing.clock = clock
    second = SimulatedRelay(clock)
    with FaultSink() as sink:
        sink.on("CONNECT", Stall(5))
        silent = replace(options(sink.port), timeouts=replace(QUICK, greeting=0.3))

        report = mailing.send(SmtpTransport(silent), relay="first", backups=[backup(second)])

        assert sink.connections <= silent.connections
    assert (report.accepted, report.stopped) == (20, None)
    assert "no greeting within 0.3 s" in str(report.left_relays[0])


def test_nothing_is_noted_of_the_first(clock):
    mailing = Mailing.to(2)
    mailing.clock = clock
    mailing.send(SimulatedRelay(clock), relay="first", backups=[backup(SimulatedRelay(clock))])

    assert {it.relay for it in mailing.outbox.deliveries(ISSUE)} == {""}


def test_the_run_ends_when_no_relay_can_be_used(clock):
    mailing = Mailing.to(3)
    mailing.clock = clock

    report = mailing.send(dead(), backups=[Relay(transport=dead(), name="backup")])

    assert report.stopped is StopReason.RELAY
    assert len(report.left_relays) == 2
    assert set(mailing.states().values()) == {S.QUEUED}


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "words"),
    [
        pytest.param(Stage.MAIL, 550, "5.4.5", "Daily user sending quota exceeded", id="limit"),
        pytest.param(Stage.MAIL, 530, "5.7.0", "Authentication required", id="login"),
        pytest.param(Stage.RCPT, 554, "5.7.1", "Relay access denied", id="relaying"),
    ],
)
def test_the_next_relay_goes_on_with_what_the_first_refuses(clock, stage, code, enhanced, words):
    mailing = Mailing.to(40)
    mailing.clock = clock
    first = SimulatedRelay(clock, stage=stage, reply=lambda _: say(code, enhanced, words))
    second = SimulatedRelay(clock)

    report = mailing.send(first, relay="first", backups=[backup(second)])

    assert (report.accepted, report.stopped, report.pause_because) == (40, None, "")
    mailing.check(Counter(to for _, to in second.taken))


def test_what_stops_every_relay_is_left_to_a_person(clock):
    mailing = Mailing.to(40)
    mailing.clock = clock
    first = SimulatedRelay(clock, reply=lambda _: say(550, "5.7.26", "unauthenticated mail"))
    second = SimulatedRelay(clock)

    report = mailing.send(first, backups=[backup(second)])

    assert report.pause_because
    assert second.taken == []


def test_messages_in_doubt_stay_with_the_first(clock):
    mailing = Mailing.to(30)
    with FaultSink() as first, FaultSink() as second:
        first.on(".", Drop(), times=2)
        first.on("CONNECT", Drop(), after=2)

        report = mailing.send(
            SmtpTransport(options(first.port)),
            relay="first",
            backups=[Relay(transport=SmtpTransport(options(second.port)), name="second")],
        )

        assert report.in_doubt == 2
        assert report.accepted == 28
        mailing.check(first.counts + second.counts, doubt=2)


def test_a_first_relay_that_dies_in_the_midst_loses_nobody():
    mailing = Mailing.to(60)
    with FaultSink() as first, FaultSink() as second:
        first.on("MAIL", Say("421 4.3.2 going down", drop=True), after=20)
        first.on("CONNECT", Drop(), after=2)

        report = mailing.send(
            SmtpTransport(options(first.port)),
            relay="first",
            backups=[Relay(transport=SmtpTransport(options(second.port)), name="second")],
        )

        assert (report.accepted, report.stopped) == (60, None)
        assert first.counts + second.counts == dict.fromkeys(addresses(60), 1)
        mailing.check(first.counts + second.counts)


def test_each_relay_has_limits_of_its_own(clock):
    mailing = Mailing.to(100)
    mailing.clock = clock
    second = SimulatedRelay(clock)

    mailing.send(dead(), limits=Limits.parse("1/h"), backups=[backup(second, "60/m")])

    assert len(second.taken) == 100
    assert 95 < second.taken[-1][0] - second.taken[0][0] < 105


def test_the_first_is_tried_again_after_a_quarter_of_an_hour(clock):
    mailing = Mailing.to(2_000)
    mailing.clock = clock
    began = clock.boot_time()
    again = SimulatedRelay(clock)
    first = Unreachable(again, works=lambda: clock.boot_time() > began + 1_200)
    second = SimulatedRelay(clock)

    report = mailing.send(first, relay="first", backups=[backup(second, "1/s")])

    assert report.accepted == 2_000
    assert first.tried == 3
    assert 1_700 < len(second.taken) < 1_850
    assert clock.boot_time() - began < 2_000
    mailing.check(Counter(to for _, to in second.taken + again.taken))


def test_each_turn_to_another_relay_is_told(clock):
    mailing = Mailing.to(2_000)
    mailing.clock = clock
    began = clock.boot_time()
    first = Unreachable(SimulatedRelay(clock), works=lambda: clock.boot_time() > began + 1_200)
    turns: list[Turn] = []

    mailing.send(
        first,
        relay="first",
        backups=[backup(SimulatedRelay(clock), "1/s", name="second")],
        run={"turned": turns.append},
    )

    there, back = ("first", "second", True), ("second", "first", False)
    told = [(it.left, it.now, it.error is not None) for it in turns]
    assert told == [there, back, there, back]


def test_a_relay_that_is_the_last_is_left_for_none(clock):
    mailing = Mailing.to(3)
    mailing.clock = clock
    turns: list[Turn] = []

    mailing.send(dead(), relay="first", run={"turned": turns.append})

    assert turns == []


def test_the_next_run_begins_with_the_first(clock):
    mailing = Mailing.to(2)
    mailing.clock = clock
    mailing.send(dead(), relay="first", backups=[backup(SimulatedRelay(clock))])
    mailing.outbox.freeze(ISSUE, addresses(2))
    first = SimulatedRelay(clock)

    mailing.send(first, relay="first", backups=[backup(SimulatedRelay(clock))])

    assert len(first.taken) == 2


def test_a_stop_is_obeyed_while_another_relay_steps_in(clock):
    mailing = Mailing.to(400)
    mailing.clock = clock
    second = SimulatedRelay(clock, seconds=lambda _: 1.0)

    report = mailing.send(
        dead(),
        backups=[backup(second)],
        run={"stop": lambda: StopReason.INTERRUPTED if len(second.taken) > 10 else None},
    )

    assert report.stopped is StopReason.INTERRUPTED
    assert len(second.taken) < 40


def used_up(clock: FakeClock, limits: str, readers: int = 20, second: str = "", **changes):
    mailing = Mailing.to(readers)
    mailing.clock = clock
    first, other = SimulatedRelay(clock), SimulatedRelay(clock)
    turns: list[Turn] = []
    report = mailing.send(
        first,
        relay="first",
        limits=Limits.parse(limits),
        backups=[backup(other, second, name="second")],
        run={"turned": turns.append},
        **changes,
    )
    mailing.check(Counter(to for _, to in first.taken + other.taken))
    return len(first.taken), len(other.taken), report, turns


@pytest.mark.parametrize("limits", ["5/h", "5/d", "14/s, 5/d"])
def test_the_next_relay_steps_in_when_the_limit_of_hours_or_days_is_used_up(clock, limits):
    first, second, report, turns = used_up(clock, limits)

    assert (first, second, report.stopped) == (5, 15, None)
    # It is no fault of the first, so nobody needs to hear of it but who asks for events.
    assert report.left_relays == ()
    assert [str(it.error) for it in turns] == [f"first: its limit of {limits} is used up"]


@pytest.mark.parametrize("limits", ["2/s", "10/m"])
def test_a_limit_of_seconds_or_minutes_is_waited_for(clock, limits):
    first, second, _, turns = used_up(clock, limits)

    assert (first, second, turns) == (20, 0, [])


def test_what_no_relay_may_take_any_more_waits_for_the_first_that_may(clock):
    began = clock.now()
    mailing = Mailing.to(20)
    mailing.clock = clock
    relays = [SimulatedRelay(clock), SimulatedRelay(clock)]

    def send() -> int:
        mailing.send(
            relays[0],
            relay="first",
            limits=Limits.parse("5/h"),
            backups=[backup(relays[1], "5/d", name="second")],
        )
        return sum(len(it.taken) for it in relays)

    assert send() == 10
    clock.advance(1_800)
    assert send() == 10
    clock.advance(began.timestamp() + 3_660 - clock.now().timestamp())
    assert send() == 15


def test_a_limit_of_all_mail_is_kept_by_every_relay(clock):
    shaping = Shaping(limits=Limits.parse("6/d"))
    first, second, _, _ = used_up(clock, "5/d", shaping=shaping)

    assert (first, second) == (5, 1)


def test_a_relay_whose_limit_slides_is_not_tried_for_each_message(clock):
    first, second, _, turns = used_up(clock, "100/h", readers=5_000, second="1/s")

    assert first >= 100
    assert first + second == 5_000
    assert len(turns) <= 14


def test_who_cannot_use_any_relay_hears_of_each(clock):
    mailing = Mailing.to(3)
    mailing.clock = clock
    refuses = SimulatedRelay(clock, stage=Stage.MAIL, reply=lambda _: say(550, "5.7.1", "not you"))

    report = mailing.send(dead(), relay="first.example:25", backups=[backup(refuses)])

    assert report.stopped is StopReason.RELAY
    last, first = str(report.relay_error).splitlines()
    assert last.startswith("backup.example:25: the relay refuses us: 550 5.7.1 not you; ")
    assert "mend the account there, [[smtp_backup]], or" in last
    assert first == "first.example:25: connection refused"


def test_a_relay_that_refuses_us_keeps_its_remedy_when_another_steps_in(clock):
    mailing = Mailing.to(3)
    mailing.clock = clock
    refuses = SimulatedRelay(clock, stage=Stage.MAIL, reply=lambda _: say(550, "5.7.1", "not you"))

    report = mailing.send(
        refuses, relay="first.example:25", backups=[backup(SimulatedRelay(clock))]
    )

    (left,) = report.left_relays
    assert "mend the account there, [smtp], or" in left.remedy
