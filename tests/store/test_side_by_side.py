"""Several senders and people at once, on a database where many write: as if one after another."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.errors import ConflictError
from pipeline.model.delivery import DeliveryEvent, DeliveryState, HandOver, Lease, Refusal, Result
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.published import PublishedQA
from pipeline.model.subscriber import SuppressionReason
from pipeline.store import leasing
from pipeline.store.opening import Store
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, add_readers, begin, fingerprint, freeze

E = DeliveryEvent
THREADS = 4
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def store(server_store: Store) -> Store:
    return server_store


@pytest.fixture
def pool():
    with ThreadPoolExecutor(THREADS) as pool:
        yield pool


def frozen(store: Store, readers: int, providers: int = 1) -> None:
    """Freeze an issue with a shard for each provider."""
    for number in range(providers):
        names = [f"r{reader}@p{number}.example" for reader in range(readers // providers)]
        add_readers(store, names, provider=f"p{number}")
    begin(store)
    freeze(store)


def at_once(pool: ThreadPoolExecutor, *calls: Callable[[], Any]) -> list[Future[Any]]:
    """Begin all of them at one moment, and wait for their ends."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        return call()

    found = [pool.submit(run, call) for call in calls]
    for it in found:
        it.exception()
    return found


def wait_for_waiting(store: Store, count: int = 1) -> None:
    """Wait until so many transactions wait for a lock."""
    waiting = 0
    while waiting < count:
        with store.database.reading() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).scalar_one()


def lease(store: Store, owner: str, now: datetime = NOON) -> Lease | None:
    return store.outbox().lease(1, owner=owner, now=now, until=now + timedelta(minutes=1))


def test_senders_at_once_take_different_shards(store, pool):
    frozen(store, 40, providers=40)

    def take_all(owner: str) -> list[int]:
        taken = []
        while (held := lease(store, owner)) is not None:
            taken.append(held.shard)
        return taken

    found = at_once(pool, *(lambda owner=f"s{n}": take_all(owner) for n in range(THREADS)))

    taken = [shard for it in found for shard in it.result()]
    assert sorted(taken) == list(range(1, 41))


def test_a_hand_over_waits_for_who_takes_the_shard_over_and_is_refused(store, pool):
    frozen(store, 3)
    old = lease(store, "first")
    assert old is not None
    with store.database.writing_rows() as connection:
        part = leasing.find(connection, 1, owner="second", now=LATER, alone=False, locks=True)
        assert part == 1
        leasing.take(
            connection,
            1,
            part,
            owner="second",
            now=LATER,
            until=EXPIRES,
            policy=store.outbox().policy,
        )
        wish = HandOver(lease=old, subscriber_id=1)
        commit = pool.submit(store.outbox().commit, [], [wish], now=NOON)
        wait_for_waiting(store)
        assert not commit.done()

    assert list(commit.result().values()) == [Refusal.LEASE_LOST]


def test_a_shard_in_whose_rows_somebody_writes_is_not_taken_over_meanwhile(store):
    frozen(store, 3)
    assert lease(store, "first") is not None
    with store.database.writing_raw() as raw:
        raw.execute("SELECT epoch FROM shard WHERE issue = ? AND number = ? FOR UPDATE", (1, 1))

        assert lease(store, "second", LATER) is None

    assert lease(store, "second", LATER) is not None


def test_a_pause_waits_for_the_hand_over_that_has_begun_and_stops_every_later_one(store, pool):
    frozen(store, 3)
    held = lease(store, "first")
    assert held is not None
    with store.database.writing_raw():
        pause = pool.submit(store.issues.step, 1, IssueEvent.PAUSE, now=NOON)
        wait_for_waiting(store)
        # Nobody overtakes it.
        commit = pool.submit(
            store.outbox().commit, [], [HandOver(lease=held, subscriber_id=1)], now=NOON
        )
        wait_for_waiting(store, 2)
        assert not pause.done()
        assert not commit.done()

    assert pause.result().state is IssueState.PAUSED
    assert list(commit.result().values()) == [Refusal.PAUSED]


def test_senders_that_lose_their_leases_all_the_time_hand_nobody_over_twice(store, pool):
    """Each comes late with what it knows, and beside the others."""
    frozen(store, 120, providers=6)
    granted: Counter[int] = Counter()
    counting = threading.Lock()
    clock = iter(range(10_000))

    def now() -> datetime:
        with counting:
            return NOON + timedelta(seconds=next(clock) * 7)

    def send(owner: str) -> None:
        box = store.outbox()
        for _ in range(40):
            begun = now()
            held = box.lease(1, owner=owner, now=begun, until=begun + timedelta(seconds=20))
            if held is None:
                continue
            results: list[Result] = []
            for recipient in box.waiting(held, after=0, limit=6, now=begun):
                wish = HandOver(lease=held, subscriber_id=recipient.subscriber_id)
                refused = box.commit(results, [wish], now=now() if len(results) % 3 else begun)
                results = []
                if wish in refused:
                    break
                with counting:
                    granted[recipient.subscriber_id] += 1
                results = [
                    Result(lease=held, subscriber_id=recipient.subscriber_id, event=E.ACCEPT)
                ]
            box.renew([held], now=begun, until=begun + timedelta(seconds=20))
            box.commit(results, [], now=begun)
            box.release(held, now=begun)

    for it in at_once(pool, *(lambda owner=f"s{n}": send(owner) for n in range(THREADS))):
        it.result()

    assert set(granted.values()) == {1}
    sums = store.outbox().sums(1)
    assert sums.accepted + sums.in_doubt == len(granted)
    assert sums.planned == 120


def test_results_for_the_same_shards_in_another_order_do_not_hold_each_other_up(store, pool):
    frozen(store, 40, providers=4)
    held = [lease(store, "first") for _ in range(4)]
    readers = {
        it: [row.subscriber_id for row in store.outbox().waiting(it, after=0, limit=10, now=NOON)]
        for it in held
        if it is not None
    }

    def hand_over(order: int, which: int) -> None:
        for index in range(which, 10, THREADS):
            wishes = [HandOver(lease=it, subscriber_id=ids[index]) for it, ids in readers.items()]
            assert not store.outbox().commit([], wishes[::order], now=NOON)

    for it in at_once(
        pool, *(lambda n=n: hand_over(1 if n % 2 else -1, n) for n in range(THREADS))
    ):
        it.result()

    assert len(list(store.outbox().deliveries(1, DeliveryState.HANDING))) == 40


def test_what_is_spent_at_once_is_counted(store, pool):
    def spend() -> None:
        for _ in range(25):
            store.outbox().spend("relay", 1, now=NOON, bucket_seconds=60)

    for it in at_once(pool, *[spend] * THREADS):
        it.result()

    assert store.outbox().spent("relay", since=NOON) == ((NOON, 25 * THREADS),)


def test_one_of_several_who_begin_an_issue_at_once_begins_it(store, pool):
    add_readers(store, ["ann@mail.example"])

    found = at_once(pool, *[lambda: begin(store, scheduled=True)] * THREADS)

    errors = [it.exception() for it in found if it.exception() is not None]
    assert len(errors) == THREADS - 1
    assert all(isinstance(error, ConflictError) for error in errors)
    assert store.issues.next_number(1) == 2


def test_one_of_several_issues_that_want_a_question_at_once_gets_it(store, pool):
    add_readers(store, ["ann@mail.example"])

    found = at_once(pool, *(lambda n=n: begin(store, n, slugs=("tea",)) for n in (1, 2, 3)))

    assert sum(it.exception() is None for it in found) == 1
    assert len(store.issues.all()) == 1


def test_the_same_word_said_several_times_at_once_is_said_once(store, pool):
    add_readers(store, ["ann@mail.example"])
    key = fingerprint("ann@mail.example")
    tea = PublishedQA(slug="tea", question_hash="hash of tea")

    left = at_once(pool, *[lambda: store.subscribers.unsubscribe(1, now=NOON)] * THREADS)
    said = at_once(
        pool,
        *(
            lambda reason=reason: store.suppressions.add(key, reason, now=NOON)
            for reason in (SuppressionReason.COMPLAINT, *[SuppressionReason.MANUAL] * 3)
        ),
    )
    added = at_once(pool, *[lambda: store.published.add([tea], NOON)] * THREADS)

    assert sum(it.result() for it in left) == 1
    assert [it.result() for it in said] == [None] * THREADS
    assert sum(it.result() for it in added) == 1
    found = store.suppressions.find(key)
    assert found is not None
    assert found.reason is SuppressionReason.COMPLAINT


def test_lists_with_the_same_readers_are_imported_at_once(store, pool):
    names = [f"r{number}@mail.example" for number in range(200)]

    for it in at_once(pool, *[lambda: add_readers(store, names)] * THREADS):
        it.result()

    assert store.subscribers.count() == 200


def test_several_who_freeze_at_once_write_every_row_once(store, pool):
    add_readers(store, [f"r{number}@mail.example" for number in range(400)])
    begin(store)

    for it in at_once(pool, *[lambda: freeze(store, limit=30)] * THREADS):
        it.result()

    assert store.outbox().sums(1).planned == 400
