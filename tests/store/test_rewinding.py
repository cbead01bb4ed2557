"""A ledger whose clock was ahead, after an operator said that it is right now."""

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.model.delivery import DeliveryEvent, Due, Result
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from pipeline.store.opening import Store
from tests.factories import NOON
from tests.store.ledgers import add_readers, begin, freeze

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
AHEAD = NOON + 5 * DAY


def spend(store: Store, count: int, at: datetime = AHEAD, key: str = "all /3600") -> None:
    store.outbox().spend(key, count, now=at, bucket_seconds=2)


def test_what_left_in_the_future_left_now(store: Store) -> None:
    spend(store, 3, NOON - MINUTE)
    spend(store, 4)
    spend(store, 5, AHEAD + HOUR)
    spend(store, 6, AHEAD, key="relay a /60")

    store.meta.reset_clock(NOON)

    box = store.outbox()
    assert box.spent("all /3600", since=NOON - DAY) == ((NOON - MINUTE, 3), (NOON, 9))
    assert box.spent("relay a /60", since=NOON - DAY) == ((NOON, 6),)


def test_what_left_in_the_future_is_added_to_what_left_now(store: Store) -> None:
    spend(store, 3, NOON)
    spend(store, 4)

    store.meta.reset_clock(NOON)

    assert store.outbox().spent("all /3600", since=NOON - DAY) == ((NOON, 7),)


def test_what_a_sender_strikes_out_later_leaves_nothing_below_nothing(store: Store) -> None:
    spend(store, 4)
    store.meta.reset_clock(NOON)

    spend(store, -2)

    assert store.outbox().spent("all /3600", since=NOON - DAY) == ((NOON, 4),)


def test_a_plan_makes_one_day_of_those_to_come(store: Store) -> None:
    box = store.outbox()
    past = WarmUpDay(day=NOON.date() - DAY, step=2, given=30)
    for day in (
        past,
        WarmUpDay(day=NOON.date(), step=3, given=5, deferred=1),
        WarmUpDay(day=AHEAD.date(), step=4, given=7, deferred=2),
    ):
        box.warm("a:25", day)
    box.warm("b:25", WarmUpDay(day=AHEAD.date(), step=1, given=20))
    box.warm("c:25", past)

    store.meta.reset_clock(NOON)

    assert box.warm_up("a:25") == WarmUpDay(day=NOON.date(), step=3, given=12, deferred=3)
    assert box.warm_up("b:25") == WarmUpDay(day=NOON.date(), step=1, given=20)
    assert box.warm_up("c:25") == past


def test_a_provider_is_spared_for_as_long_as_it_asked_from_now(store: Store) -> None:
    before = Restraint(
        share=0.5, speed=2.0, since=NOON - HOUR, until=NOON + HOUR, per_minute=0, crawls_until=NOON
    )
    ahead = replace(before, since=AHEAD, until=AHEAD + HOUR, crawls_until=AHEAD + 2 * HOUR)
    store.outbox().restrain("provider gmail", before)
    store.outbox().restrain("provider yahoo", ahead)

    store.meta.reset_clock(NOON)

    assert store.outbox().restraints() == {
        "provider gmail": before,
        "provider yahoo": replace(
            ahead, since=NOON, until=NOON + HOUR, crawls_until=NOON + 2 * HOUR
        ),
    }


def test_who_was_told_to_come_later_waits_as_long_from_now(store: Store) -> None:
    add_readers(store, ["ann@mail.example", "ben@mail.example"])
    begin(store)
    freeze(store)
    box = store.outbox()
    held = box.lease(1, owner="us", now=AHEAD, until=AHEAD + MINUTE)
    assert held is not None
    for reader, at in ((1, AHEAD), (2, NOON - HOUR)):
        next_at = at + timedelta(hours=reader * 2)
        box.commit(
            [Result(lease=held, subscriber_id=reader, event=DeliveryEvent.DEFER, next_at=next_at)],
            [],
            now=at,
        )
    box.release(held, now=AHEAD, not_before=AHEAD + HOUR)
    assert not box.has_work(1, now=NOON)

    store.meta.reset_clock(NOON)

    assert box.has_work(1, now=NOON)
    assert box.due(1, now=NOON + 2 * HOUR) == Due(now=1, later=1, next_at=NOON + 3 * HOUR)


def test_a_sender_that_died_ahead_of_time_holds_nobody_for_longer_than_a_minute(
    store: Store,
) -> None:
    add_readers(store, ["ann@mail.example"])
    begin(store)
    freeze(store)
    box = store.outbox()
    assert box.lease(1, owner="dead", now=AHEAD, until=AHEAD + MINUTE)

    store.meta.reset_clock(NOON)

    assert box.lease(1, owner="us", now=NOON, until=NOON + MINUTE) is None
    assert box.lease(1, owner="us", now=NOON + MINUTE, until=NOON + 2 * MINUTE)


def test_a_rule_that_began_in_the_future_is_in_force_from_now(store: Store) -> None:
    store.meta.rule_since("tuesday 09:00", now=AHEAD)

    store.meta.reset_clock(NOON)

    assert store.meta.rule_in_force("tuesday 09:00") == NOON
