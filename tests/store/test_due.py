"""Who of an issue may be tried now and who waits, on every database."""

from datetime import timedelta

import pytest

from pipeline.model.delivery import DeliveryEvent, Due, Lease, Result
from pipeline.store.opening import Store
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, add_readers, begin, freeze

LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def issue(store: Store) -> Store:
    """An issue for two readers of one provider and one of another."""
    add_readers(store, ["ann@big.example", "ben@big.example"], provider="big")
    add_readers(store, ["cem@mail.example"])
    begin(store)
    freeze(store)
    return store


def lease(store: Store, *avoid: str) -> Lease:
    held = store.outbox().lease(1, owner="us", now=NOON, until=EXPIRES, avoid=avoid)
    assert held is not None
    return held


def write(store: Store, held: Lease, reader: int, event: DeliveryEvent) -> None:
    next_at = LATER + timedelta(minutes=reader) if event is DeliveryEvent.DEFER else None
    result = Result(lease=held, subscriber_id=reader, event=event, next_at=next_at)
    store.outbox().commit([result], [], now=NOON)


def test_all_of_a_new_issue_are_due(issue: Store) -> None:
    assert issue.outbox().due(1, now=NOON) == Due(now=3)


def test_a_deferred_reader_waits_and_the_first_time_is_said(issue: Store) -> None:
    held = lease(issue, "other")
    for reader in (1, 2):
        write(issue, held, reader, DeliveryEvent.DEFER)

    first, second = LATER + timedelta(minutes=1), LATER + timedelta(minutes=2)
    assert issue.outbox().due(1, now=NOON) == Due(now=1, later=2, next_at=first)
    assert issue.outbox().due(1, now=first) == Due(now=2, later=1, next_at=second)
    assert issue.outbox().due(1, now=second) == Due(now=3)


def test_who_is_done_with_is_not_counted(issue: Store) -> None:
    write(issue, lease(issue, "other"), 1, DeliveryEvent.SUPPRESS)

    assert issue.outbox().due(1, now=NOON) == Due(now=2)


def test_readers_of_a_shard_that_rests_wait_with_it(issue: Store) -> None:
    held = lease(issue, "other")
    write(issue, held, 1, DeliveryEvent.DEFER)
    issue.outbox().release(held, now=NOON, not_before=NOON + timedelta(hours=2))

    resting = issue.outbox().due(1, now=NOON)
    issue.outbox().hurry(1)
    hurried = issue.outbox().due(1, now=NOON)

    assert resting == Due(now=1, later=2, next_at=NOON + timedelta(hours=2))
    assert hurried == Due(now=2, later=1, next_at=LATER + timedelta(minutes=1))
