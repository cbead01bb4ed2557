"""Providers that must wait: shards that are avoided, shards that rest, and what is remembered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from tests.factories import NOON
from tests.store.ledgers import EXPIRES
from tests.store.test_contract import LATER, UNTIL, lease


def restraint(**changes: Any) -> Restraint:
    it = Restraint(share=0.5, speed=14.5, since=NOON, until=NOON, per_minute=0, crawls_until=NOON)
    return replace(it, **changes)


def test_a_shard_of_a_provider_to_be_avoided_is_not_leased(make_ledger):
    box = make_ledger(["a@mail.example"]).outbox()

    for avoid, is_leased in (({"other", "gmail"}, False), ({"gmail"}, True)):
        held = box.lease(1, owner="first", now=NOON, until=UNTIL, avoid=avoid)
        assert (held is not None) is is_leased


def test_a_shard_rests_until_the_time_it_was_given_back_for(make_ledger):
    box = make_ledger(["a@mail.example"]).outbox()
    later = NOON + timedelta(hours=2)
    box.release(lease(box), now=NOON, not_before=later)

    assert box.lease(1, owner="x", now=later - timedelta(seconds=1), until=EXPIRES) is None
    assert box.lease(1, owner="x", now=later, until=EXPIRES) is not None


def test_remembers_how_far_we_hold_back_from_whom(make_ledger):
    box = make_ledger(["a@mail.example"]).outbox()
    first = restraint()
    box.restrain("provider gmail", first)
    box.restrain("provider yahoo", first)
    second = replace(first, share=0.25, per_minute=1, until=LATER, crawls_until=EXPIRES)
    second = replace(second, reason="throttle", said="451 4.7.0 too fast")
    box.restrain("provider gmail", second)

    assert box.restraints() == {"provider gmail": second, "provider yahoo": first}


def test_remembers_the_last_day_of_each_relays_plan(make_ledger):
    box = make_ledger(["a@mail.example"]).outbox()
    first = WarmUpDay(day=NOON.date(), step=0, given=7)
    assert box.warm_up("a:25") is None
    box.warm("a:25", first)
    box.warm("a:25", replace(first, given=9, deferred=1))
    box.warm("b:25", first)
    last = WarmUpDay(day=NOON.date() + timedelta(days=7), step=1)
    box.warm("b:25", last)

    assert box.warm_up("a:25") == replace(first, given=9, deferred=1)
    assert box.warm_up("b:25") == last
