"""Two hundred on the first day, two hundred thousand on the 42nd, if receivers take it well."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import warming
from pipeline.delivery.report import RunReport
from pipeline.delivery.shaping import Shaping
from pipeline.model.delivery import DeliveryState
from pipeline.model.warm_up import WarmUpDay
from pipeline.store.memory import MemoryOutbox
from tests.factories import NOON
from tests.fakes import FakeClock
from tests.sending import ISSUE, Mailing, addresses
from tests.simulated_relay import SimulatedRelay, say

S = DeliveryState
TODAY = date(2026, 3, 3)
TOMORROW = TODAY + timedelta(days=1)
LATER = say(450, "4.2.0", "try again later")


def day(step: int = 3, *, given: int = 0, deferred: int = 0) -> WarmUpDay:
    return WarmUpDay(day=TODAY, step=step, given=given, deferred=deferred)


@pytest.mark.parametrize(("step", "most"), [(0, 200), (1, 236), (41, 200_000), (42, None)])
def test_the_curve_is_that_of_the_plan(step, most):
    assert warming.limit(200, step) == most


@pytest.mark.parametrize(
    ("last", "step"),
    [
        pytest.param(None, 0, id="the-first-day"),
        pytest.param(day(given=331), 4, id="all-was-used"),
        pytest.param(day(given=100), 3, id="little-was-used"),
        pytest.param(day(given=331, deferred=16), 4, id="a-few-deferrals"),
        pytest.param(day(given=331, deferred=17), 2, id="more-than-5-percent"),
        pytest.param(day(0, given=200, deferred=100), 0, id="no-step-before-the-first"),
        pytest.param(day(given=19, deferred=19), 3, id="too-few-to-tell"),
        pytest.param(day(42, given=10**6), 43, id="past-the-end"),
    ],
)
def test_outcomes_decide_how_the_plan_goes_on(last, step):
    assert warming.begin_day(last, TOMORROW, start=200) == WarmUpDay(day=TOMORROW, step=step)


def test_a_day_is_gone_on_with():
    assert warming.begin_day(day(given=7), TODAY, start=200) == day(given=7)


def test_a_clock_set_back_begins_no_new_day():
    assert warming.begin_day(day(given=7), TODAY - timedelta(days=2), start=200) == day(given=7)


def test_tells_when_an_issue_will_be_out():
    assert warming.seconds_for(200, day(0), NOON, start=200) == 0
    # 200 today, 236 tomorrow.
    assert warming.seconds_for(201, day(0), NOON, start=200) == 12 * 3600
    assert warming.seconds_for(437, day(0), NOON, start=200) == 36 * 3600
    assert warming.seconds_for(10**7, day(42), NOON, start=200) == 0


@given(st.integers(1, 10**7), st.integers(0, 45), st.integers(1, 10**5), st.integers(0, 10**5))
def test_an_issue_is_out_some_day(messages, step, start, given_today):
    today = day(step, given=given_today)

    assert 0 <= warming.seconds_for(messages, today, NOON, start=start) <= 4000 * 86400


# -- in a run


class Run:
    """A mailing of the first day, and those after it."""

    def __init__(self, readers: int) -> None:
        self.clock = FakeClock()
        self.outbox = MemoryOutbox.with_recipients(ISSUE, addresses(readers))
        self.mailing = Mailing(self.outbox, self.clock)

    def send(self, relay: SimulatedRelay, start: int = 100) -> RunReport:
        return self.mailing.send(relay, relay="relay.example:25", shaping=Shaping(warm_up=start))

    @property
    def today(self) -> WarmUpDay:
        today = self.outbox.warm_up("relay.example:25")
        assert today is not None
        return today


def test_what_does_not_fit_goes_out_on_the_next_days():
    run = Run(300)
    relay = SimulatedRelay(run.clock)
    for sent in (100, 218, 300):
        run.send(relay)
        assert len(relay.taken) == sent
        run.send(relay)
        assert len(relay.taken) == sent
        run.clock.advance(86_400)

    run.mailing.check(Counter(address for _, address in relay.taken))


def test_nobody_looks_at_the_issue_before_the_next_day():
    run = Run(300)
    run.send(SimulatedRelay(run.clock))
    midnight = datetime(2026, 3, 4, tzinfo=NOON.tzinfo)

    def lease(at: datetime) -> object:
        return run.outbox.lease(ISSUE, owner="x", now=at, until=at + timedelta(minutes=1))

    assert lease(midnight - timedelta(seconds=1)) is None
    assert lease(midnight) is not None


def test_deferrals_are_counted_and_step_back():
    run = Run(300)
    relay = SimulatedRelay(run.clock, reply=lambda _: LATER)
    run.send(relay)
    assert run.today == replace(day(0, given=100, deferred=100), day=NOON.date())
    run.outbox.warm("relay.example:25", replace(run.today, step=5))
    run.clock.advance(86_400)
    relay = SimulatedRelay(run.clock)
    run.send(relay)

    assert run.today.step == 4
    assert len(relay.taken) == warming.limit(100, 4)


def test_a_killed_sender_may_not_send_the_day_again():
    run = Run(300)

    def die(report: RunReport) -> None:
        if report.accepted >= 60:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run.mailing.send(
            SimulatedRelay(run.clock),
            relay="relay.example:25",
            shaping=Shaping(warm_up=100),
            run={"progress": die},
        )

    assert run.today.given >= 60


def test_each_relay_has_a_plan_of_its_own():
    run = Run(50)
    run.send(SimulatedRelay(run.clock), start=100)

    assert run.outbox.warm_up("another.example:25") is None
    assert run.today.given == 50
