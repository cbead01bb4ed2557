"""A run keeps to every pace at once, and no provider holds up another."""

from bisect import bisect_left
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.clock import SystemClock
from pipeline.delivery.limits import Limits
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.shaping import ProviderShape, Shaping
from pipeline.delivery.stage import Stage
from pipeline.model.delivery import DeliveryState, Lease, Recipient
from pipeline.model.message import Envelope, Message
from pipeline.store.memory import MemoryOutbox
from tests.fakes import FakeClock
from tests.fault_sink import FaultSink, Stall
from tests.sending import ISSUE, Mailing
from tests.simulated_relay import TAKEN, SimulatedRelay, say

S = DeliveryState
SLOW_DOWN = say(421, "4.7.28", "unusual rate of mail")
SUSPEND = say(421, "4.7.0", "[TSS04] Messages temporarily deferred due to user complaints")


def domain(address: str) -> str:
    return address.rpartition("@")[2]


def provider(address: str) -> str:
    return {"gmail.com": "gmail", "yahoo.com": "yahoo"}.get(domain(address), "other")


def readers(**counts: int) -> list[str]:
    """Give so many addresses at each domain, ``gmail=3`` for three at gmail.com."""
    return [f"r{n}@{name}.com" for name, count in counts.items() for n in range(count)]


def compose(recipient: Recipient) -> tuple[Envelope, Message]:
    return Envelope("news@news.example", recipient.address), Message("<1@news.example>", b"x\r\n")


class Run:
    """One issue, and as many runs over it as a test likes."""

    def __init__(self, addresses: list[str], **settings: Any) -> None:
        self.clock = FakeClock()
        self.outbox = MemoryOutbox.with_recipients(
            ISSUE, addresses, provider_of=provider, **settings
        )
        self.mailing = Mailing(self.outbox, self.clock)
        self.began = self.clock.boot_time()

    def send(self, relay: SimulatedRelay, **changes: Any) -> RunReport:
        return self.mailing.send(relay, compose=compose, **changes)

    def left(self) -> Counter[DeliveryState]:
        return Counter(self.mailing.states().values())

    def last(self, relay: SimulatedRelay, name: str) -> float:
        """Give the seconds until the last reader of a domain was answered."""
        return max(at for to, at in relay.answered.items() if domain(to) == name) - self.began


# -- nobody waits for another's provider


@pytest.mark.parametrize("names", [("gmail", "yahoo"), ("slow", "quick"), ("gmail", "quick")])
def test_a_provider_that_stalls_holds_up_nobody_else(names):
    slow, quick = names
    run = Run(readers(**{slow: 60, quick: 3_000}), shard_size=50)
    relay = SimulatedRelay(
        run.clock, seconds=lambda it: 300.0 if slow in it.recipient.address else 0.01
    )

    run.send(relay)

    assert run.left() == {S.ACCEPTED: 3_060}
    # One of four connections is left to them at the beginning, three later on.
    assert run.last(relay, f"{quick}.com") < 3_000 * 0.012


@pytest.mark.parametrize("names", [("gmail", "yahoo"), ("slow", "quick"), ("gmail", "quick")])
def test_with_one_connection_who_stalls_gets_a_quarter_of_the_time(names):
    slow, quick = names
    run = Run(readers(**{slow: 200, quick: 3_000}), shard_size=50)
    relay = SimulatedRelay(
        run.clock,
        connections=1,
        seconds=lambda it: 5.0 if slow in it.recipient.address else 0.01,
    )

    run.send(relay)

    assert run.left() == {S.ACCEPTED: 3_200}
    assert run.last(relay, f"{quick}.com") < 1.1 * 3_000 * 0.011 / 0.75 + 5
    # They rest only while somebody else is there.
    assert run.last(relay, f"{slow}.com") < 1.01 * (200 * 5 + 3_000 * 0.011)


def test_with_one_connection_nobody_rests_when_all_are_slow():
    run = Run(readers(gmail=30, yahoo=30, small=30))
    relay = SimulatedRelay(run.clock, connections=1, seconds=lambda _: 2.0)

    run.send(relay)

    assert run.left() == {S.ACCEPTED: 90}
    assert run.clock.boot_time() - run.began < 1.01 * 90 * 2


def test_with_one_connection_who_rests_goes_on_while_the_others_are_limited():
    run = Run(readers(gmail=20, yahoo=20))
    relay = SimulatedRelay(
        run.clock, connections=1, seconds=lambda it: 2.0 if "gmail" in it.recipient.address else 0.1
    )
    shaping = Shaping(providers={"yahoo": ProviderShape(limits=Limits.parse("6/m"))})

    run.send(relay, shaping=shaping)

    assert run.last(relay, "gmail.com") < 20 * 2.2 + 2
    assert 190 < run.last(relay, "yahoo.com") < 200


def test_a_provider_that_stalls_at_rcpt_holds_up_nobody_else():
    run = Run(readers(gmail=40, yahoo=1_000, small=500))
    relay = SimulatedRelay(
        run.clock, before=lambda it: 290.0 if "gmail" in it.recipient.address else 0.01
    )

    run.send(relay)

    assert run.last(relay, "yahoo.com") < 60
    assert run.last(relay, "small.com") < 60


def test_many_small_domains_do_not_wait_for_one_that_stalls():
    addresses = readers(stuck=1_500) + [f"reader@small-{n}.com" for n in range(2_000)]
    run = Run(addresses)
    relay = SimulatedRelay(
        run.clock, seconds=lambda it: 60.0 if "stuck" in it.recipient.address else 0.01
    )

    run.send(relay)

    others = [at for to, at in relay.answered.items() if "stuck" not in to]
    assert max(others) - run.began < 2_000 * 0.012
    assert run.left() == {S.ACCEPTED: 3_500}


def test_a_provider_alone_gets_every_connection():
    run = Run(readers(gmail=400))
    relay = SimulatedRelay(run.clock, seconds=lambda _: 1.0)

    run.send(relay)

    assert run.last(relay, "gmail.com") < 1.05 * 400 / 4


@pytest.mark.parametrize("connections", [1, 4])
def test_a_limited_provider_holds_up_nobody_else(connections):
    run = Run(readers(gmail=600, yahoo=3_000))
    relay = SimulatedRelay(run.clock, connections=connections)
    shaping = Shaping(providers={"gmail": ProviderShape(limits=Limits.parse("60/m"))})

    run.send(relay, shaping=shaping)

    # One connection has a message in 11 ms, and 33 of Gmail's among them.
    assert run.last(relay, "yahoo.com") < 3_100 * 0.011 / max(1, connections - 1)
    assert 590 < run.last(relay, "gmail.com") < 610


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("name", ["yahoo", "quick"])
def test_who_is_free_does_not_wait_for_the_next_of_who_is_limited(connections, name):
    run = Run(readers(gmail=3, **{name: 300}))
    run.mailing.clock = SystemClock()
    shaping = Shaping(providers={"gmail": ProviderShape(limits=Limits.parse("1/s"))})
    with FaultSink() as sink:
        smtp = {"connections": connections}
        run.mailing.send_smtp(sink, smtp=smtp, compose=compose, shaping=shaping)

        order = [domain(it.recipient) for it in sink.messages]

    # The third of Gmail leaves two seconds after the first, when all others have long gone.
    assert (len(order), order[-1]) == (303, "gmail.com")


def test_a_provider_has_no_more_messages_on_the_way_than_it_is_given():
    run = Run(readers(gmail=50))
    relay = SimulatedRelay(run.clock, connections=8, seconds=lambda _: 1.0)

    run.send(relay, shaping=Shaping(providers={"gmail": ProviderShape(connections=2)}))

    assert run.last(relay, "gmail.com") > 50 / 2


def test_a_relay_that_stalls_for_a_provider_keeps_the_others_waiting_once_for_each_turn():
    run = Run(readers(gmail=4, yahoo=300))
    run.mailing.clock = SystemClock()
    with FaultSink() as sink:
        for number in range(4):
            sink.on("RCPT", Stall(0.4), to=f"r{number}@gmail.com")
        run.mailing.send_smtp(sink, smtp={"connections": 1}, compose=compose)

        order = [domain(it.recipient) for it in sink.messages]

    last = max(place for place, name in enumerate(order) if name == "yahoo.com")
    assert len(order) == 304
    # Each stall is followed by a second or more that is Yahoo's alone.
    assert order[:last].count("gmail.com") <= 2


# -- limits


def fullest(times: list[float], period: float) -> int:
    return max(bisect_left(times, at + period) - place for place, at in enumerate(times))


@pytest.mark.parametrize("connections", [1, 4, 50])
@pytest.mark.parametrize("scope", ["all", "relay", "provider"])
def test_600_a_minute_are_594_to_600_in_any_minute_at_any_concurrency(connections, scope):
    run = Run(readers(gmail=2_400))
    rng = iter([0.011, 0.04, 0.02, 0.07] * 1_000)
    relay = SimulatedRelay(run.clock, connections=connections, before=lambda _: next(rng))
    limits = Limits.parse("600/m")
    settings: dict[str, dict[str, Any]] = {
        "all": {"shaping": Shaping(limits=limits)},
        "relay": {"limits": limits},
        "provider": {"shaping": Shaping(providers={"gmail": ProviderShape(limits=limits)})},
    }

    run.send(relay, **settings[scope])

    times = [at for at, _ in relay.taken]
    assert fullest(times, 60.0) <= 600
    begin = times[0] + 61
    assert 594 <= sum(begin <= at < begin + 60 for at in times) <= 600


@pytest.mark.parametrize("connections", [1, 10])
def test_14_a_second_are_14_at_the_most_in_any_second_and_99_percent_of_them(connections):
    run = Run(readers(gmail=1_400))
    rng = iter([0.011, 0.013, 0.012, 0.02] * 1_000)
    relay = SimulatedRelay(run.clock, connections=connections, before=lambda _: next(rng))

    run.send(relay, limits=Limits.parse("14/s"))

    times = [at for at, _ in relay.taken]
    assert fullest(times, 1.0) <= 14
    assert times[-1] - times[0] <= 1_400 / 14 / 0.99


def test_a_limit_of_a_day_ends_the_run_and_the_next_one_goes_on_when_it_may():
    run = Run(readers(gmail=25))
    limits = Limits.parse("10/d")
    relay = SimulatedRelay(run.clock)

    for sent in (10, 20, 25):
        run.send(relay, limits=limits)
        assert len(relay.taken) == sent
        run.send(relay, limits=limits)
        assert len(relay.taken) == sent
        assert run.clock.boot_time() - run.began < 86_500 * 3
        run.clock.advance(86_470)

    times = [at for at, _ in relay.taken]
    assert fullest(times, 86_400) == 10


def test_nobody_looks_at_an_issue_before_its_limit_allows_more():
    run = Run(readers(gmail=5))
    run.send(SimulatedRelay(run.clock), limits=Limits.parse("3/d"))
    now = run.clock.now()

    def lease(at: datetime) -> Lease | None:
        return run.outbox.lease(ISSUE, owner="x", now=at, until=at + timedelta(minutes=1))

    assert lease(now + timedelta(hours=23)) is None
    assert lease(now + timedelta(hours=25)) is not None


# -- providers that ask us to slow down


def throttling(clock: FakeClock, until: float, reply=SLOW_DOWN, name: str = "gmail"):
    """Give the replies of a provider that has enough of us until then."""
    end = clock.boot_time() + until
    return lambda it: reply if name in it.recipient.address and clock.boot_time() < end else TAKEN


def test_a_provider_that_throttles_us_gets_fewer_and_fewer_and_the_others_all():
    run = Run(readers(gmail=3_000, yahoo=3_000))
    relay = SimulatedRelay(run.clock, reply=throttling(run.clock, 1_800))

    run.send(relay)

    tried = [at - run.began for at, to in relay.taken if "gmail" in to]
    assert run.last(relay, "yahoo.com") < 30
    assert sum(at < 60 for at in tried) > 3
    assert [sum(m * 60 <= at < m * 60 + 60 for at in tried) for m in (10, 20, 29)] == [1, 1, 1]
    assert run.left() == {S.ACCEPTED: 6_000}


def test_what_was_on_its_way_does_not_slow_us_again():
    run = Run(readers(gmail=100))
    relay = SimulatedRelay(
        run.clock, connections=20, seconds=lambda _: 1.0, reply=throttling(run.clock, 1.5)
    )

    run.send(relay)

    (restraint,) = run.outbox.restraints().values()
    assert restraint.share == 0.5


def test_a_provider_that_suspends_us_gets_nothing_for_two_hours_across_restarts():
    run = Run(readers(yahoo=500, gmail=500))
    relay = SimulatedRelay(run.clock, reply=throttling(run.clock, 60, SUSPEND, "yahoo"))
    run.send(relay)
    assert run.left()[S.QUEUED] > 400
    assert sum("gmail" in to for _, to in relay.taken) == 500
    before = len(relay.taken)

    run.clock.advance(3_600)
    run.send(relay)
    assert sum("yahoo" in to for _, to in relay.taken[before:]) == 0

    run.clock.advance(3_700)
    run.send(relay)
    assert run.left() == {S.ACCEPTED: 1_000}


def test_a_relay_that_throttles_us_slows_every_provider():
    run = Run(readers(yahoo=50, gmail=50))
    relay = SimulatedRelay(
        run.clock,
        stage=Stage.MAIL,
        reply=lambda _: say(451, "4.7.1", "too many messages, slow down"),
    )

    run.send(relay)

    assert set(run.outbox.restraints()) == {"relay"}


def test_a_provider_that_thinks_badly_of_us_is_left_alone_for_half_an_hour():
    run = Run(readers(gmail=300, yahoo=300))
    listed = say(550, "5.7.1", "blocked: very low reputation of the sending domain")
    bad = iter([listed])
    relay = SimulatedRelay(
        run.clock, reply=lambda it: next(bad, TAKEN) if "gmail" in it.recipient.address else TAKEN
    )

    run.send(relay)

    assert sum("yahoo" in to for _, to in relay.taken) == 300
    assert sum("gmail" in to for _, to in relay.taken) < 10
    run.clock.advance(1_801)
    run.send(relay)
    assert run.left() == {S.ACCEPTED: 599, S.REJECTED: 1}


def test_a_hundred_thousand_readers_do_not_wait_for_one_provider():
    run = Run(
        readers(gmail=30_000, yahoo=30_000, small=900)
        + [f"reader@small-{number}.com" for number in range(39_100)]
    )
    relay = SimulatedRelay(
        run.clock,
        connections=10,
        seconds=lambda it: 600.0 if "gmail" in it.recipient.address else 0.01,
    )

    def stop() -> StopReason | None:
        done = len(relay.answered) >= 70_000
        return StopReason.INTERRUPTED if done else None

    run.send(relay, run={"stop": stop})

    others = [at for to, at in relay.answered.items() if "gmail" not in to]
    assert len(others) >= 69_900
    # Ten connections, two of which are left to them at the worst.
    assert max(others) - run.began < 70_000 * 0.012 / 2


# -- several that are slow at once


@pytest.mark.parametrize("connections", [2, 4, 10])
def test_two_that_stall_from_the_beginning_hold_up_nobody_else(connections):
    run = Run([*readers(gmail=60, yahoo=400, small=200), "one@elsewhere.com"])
    relay = SimulatedRelay(
        run.clock,
        connections=connections,
        seconds=lambda it: (
            20.0 if domain(it.recipient.address) in {"gmail.com", "elsewhere.com"} else 0.01
        ),
    )

    run.send(relay)

    last = max(run.last(relay, "yahoo.com"), run.last(relay, "small.com"))
    assert run.left() == {S.ACCEPTED: 661}
    if connections > 2:
        assert last < 600 * 0.012
    # Of two connections both may be held once, before anybody is known to be slow.
    assert last < 20 + 600 * 0.012


def test_those_known_to_be_slow_do_not_hold_every_place_together():
    slow = [f"slow-{n}" for n in range(8)]
    run = Run(readers(**dict.fromkeys(slow, 20), yahoo=3_000))
    relay = SimulatedRelay(
        run.clock, seconds=lambda it: 20.0 if "slow" in it.recipient.address else 0.01
    )

    run.send(relay)

    assert run.left() == {S.ACCEPTED: 3_160}
    # All four may be held while nobody knows them, twice for eight, and never again.
    assert run.last(relay, "yahoo.com") < 2 * 20 + 2 + 3_000 * 0.012


def test_who_begins_to_stall_in_the_middle_holds_up_nobody_else_together_with_who_stalled_before():
    run = Run(readers(gmail=600, stuck=60, yahoo=3_000))
    end = run.began + 3

    def seconds(parcel: Any) -> float:
        name = domain(parcel.recipient.address)
        if name == "stuck.com" or (name == "gmail.com" and run.clock.boot_time() > end):
            return 60.0
        return 0.01

    run.send(SimulatedRelay(run.clock, seconds=seconds), run={"stop": _after(run, 300)})

    others = [it for it in run.mailing.outbox.deliveries(ISSUE) if "yahoo" in it.address]
    assert all(it.state is S.ACCEPTED for it in others)


def test_all_connections_are_used_where_everybody_is_slow():
    run = Run(readers(gmail=40, yahoo=40))
    relay = SimulatedRelay(run.clock, seconds=lambda _: 15.0)

    run.send(relay)

    assert run.clock.boot_time() - run.began < 1.1 * 80 * 15 / 4 + 2 * 15


def _after(run: Run, seconds: float):
    end = run.began + seconds
    return lambda: StopReason.INTERRUPTED if run.clock.boot_time() > end else None
