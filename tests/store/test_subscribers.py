from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.model.subscriber import NewSubscriber, SubscriberStatus, SuppressionReason
from pipeline.store.opening import Store
from pipeline.store.subscribers import Added
from tests.factories import NOON
from tests.store.ledgers import add_readers, fingerprint, make_reader

ANN, BEN, CEM = "ann@mail.example", "ben@mail.example", "cem@mail.example"
LATER = NOON + timedelta(days=1)


def add(store: Store, *canonicals: str) -> Added:
    return store.subscribers.add_all(
        [(line, make_reader(it)) for line, it in enumerate(canonicals, start=2)], now=NOON
    )


def test_a_list_is_added(store):
    assert add(store, ANN, BEN) == Added(added=2, existing=0)
    assert [str(it.address) for it in store.subscribers.list()] == [ANN, BEN]


def test_a_reader_keeps_name_and_spelling(store):
    reader = make_reader(ANN, address="Ann@Mail.Example", name="Ann O'Hara")
    store.subscribers.add_all([(2, reader)], now=NOON)

    found = store.subscribers.find(ANN)

    assert found is not None
    assert str(found.address) == "Ann O'Hara <Ann@Mail.Example>"
    assert found.since == NOON
    assert found == store.subscribers.get(found.id)


def test_who_is_on_the_list_is_not_added_again(store):
    add(store, ANN)

    assert add(store, ANN, BEN, BEN) == Added(added=1, existing=2)


def test_who_left_is_not_brought_back_by_a_list(store):
    add(store, ANN, BEN)
    store.subscribers.unsubscribe(1, now=LATER)

    assert add(store, ANN, BEN, CEM) == Added(added=1, existing=1, not_added=((2, "unsubscribe"),))
    assert store.subscribers.count(SubscriberStatus.ACTIVE) == 2


def test_a_suppressed_address_is_not_added(store):
    store.suppressions.add(fingerprint(BEN), SuppressionReason.COMPLAINT, now=NOON)

    assert add(store, ANN, BEN) == Added(added=1, existing=0, not_added=((3, "complaint"),))


def test_who_left_is_reported_even_when_the_suppression_was_lifted(store):
    add(store, ANN)
    store.subscribers.unsubscribe(1, now=LATER)
    store.suppressions.lift(fingerprint(ANN))

    assert add(store, ANN).not_added == ((2, "unsubscribe"),)


def test_nothing_of_a_list_that_breaks_off_is_added(store):
    def broken() -> Iterator[tuple[int, NewSubscriber]]:
        for number in range(12_000):
            yield number, make_reader(f"r{number}@mail.example")
        raise OSError("the file cannot be read on")

    with pytest.raises(OSError, match="read on"):
        store.subscribers.add_all(broken(), now=NOON)

    assert store.subscribers.count() == 0


def test_nobody_waits_while_a_list_is_read(store):
    def slow() -> Iterator[tuple[int, NewSubscriber]]:
        for number in range(6_000):
            yield number, make_reader(f"r{number}@mail.example")
        # Somebody else's transaction in the middle of the list.
        store.meta.see(NOON)

    assert store.subscribers.add_all(slow(), now=NOON).added == 6_000
    assert store.meta.seen_at() == NOON


def test_a_long_list_is_given_in_the_order_of_joining(store):
    addresses = [f"r{number}@mail.example" for number in range(2_345)]
    add_readers(store, addresses)

    assert [it.address.addr_spec for it in store.subscribers.list()] == addresses


def test_the_list_can_be_read_while_it_changes(store):
    add_readers(store, [f"r{number}@mail.example" for number in range(1_500)])

    for it in store.subscribers.list(SubscriberStatus.ACTIVE):
        store.subscribers.unsubscribe(it.id, now=LATER)

    assert store.subscribers.count(SubscriberStatus.UNSUBSCRIBED) == 1_500


def test_unsubscribing_changes_status_and_suppression_together(store):
    add(store, ANN)

    assert store.subscribers.unsubscribe(1, now=LATER)
    (it,) = store.subscribers.list()
    assert it.status is SubscriberStatus.UNSUBSCRIBED
    assert store.suppressions.find(fingerprint(ANN)).reason is SuppressionReason.UNSUBSCRIBE


def test_unsubscribing_twice_changes_nothing(store):
    add(store, ANN)
    store.subscribers.unsubscribe(1, now=NOON)

    assert not store.subscribers.unsubscribe(1, now=LATER)
    assert store.suppressions.find(fingerprint(ANN)).since == NOON


def test_unsubscribing_nobody_changes_nothing(store):
    assert not store.subscribers.unsubscribe(99, now=NOON)


def test_an_operator_removes_a_reader(store):
    add(store, ANN)

    assert store.subscribers.remove(ANN, now=LATER)
    assert not store.subscribers.remove(ANN, now=LATER)
    assert not store.subscribers.remove(BEN, now=LATER)
    assert store.suppressions.find(fingerprint(ANN)).reason is SuppressionReason.MANUAL


@pytest.mark.parametrize("reason", [SuppressionReason.UNSUBSCRIBE, SuppressionReason.MANUAL])
def test_a_reader_who_asks_comes_back(store, reason):
    add(store, ANN)
    store.subscribers.unsubscribe(1, now=NOON)
    store.suppressions.add(fingerprint(ANN), reason, now=NOON)

    assert store.subscribers.again(make_reader(ANN), now=LATER) is None
    it = store.subscribers.get(1)
    assert (it.status, it.since) == (SubscriberStatus.ACTIVE, LATER)
    assert store.suppressions.find(fingerprint(ANN)) is None


def test_a_bounce_is_lifted_by_asking(store):
    store.suppressions.add(fingerprint(ANN), SuppressionReason.HARD_BOUNCE, now=NOON)

    assert store.subscribers.again(make_reader(ANN), now=LATER) is None
    assert store.subscribers.reachable() == 1


def test_the_suppressed_and_those_who_left_are_not_reachable(store):
    store.subscribers.add_all(
        [
            (1, make_reader(ANN)),
            (2, make_reader("bob@mail.example")),
            (3, make_reader("eve@mail.example")),
        ],
        now=NOON,
    )
    store.subscribers.remove(ANN, now=LATER)
    store.suppressions.add(fingerprint("bob@mail.example"), SuppressionReason.COMPLAINT, now=NOON)

    assert store.subscribers.reachable() == 1


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT])
def test_a_complaint_is_not_lifted_by_asking(store, reason):
    store.suppressions.add(fingerprint(ANN), reason, now=NOON)

    assert store.subscribers.again(make_reader(ANN), now=LATER) is reason
    assert store.subscribers.find(ANN) is None


def test_asking_again_changes_nothing_for_an_active_reader(store):
    add(store, ANN)

    assert store.subscribers.again(make_reader(ANN, name="Other"), now=LATER) is None
    assert store.subscribers.get(1).since == NOON


def test_a_new_reader_may_ask(store):
    assert store.subscribers.again(make_reader(ANN), now=NOON) is None
    assert store.subscribers.find(ANN).status is SubscriberStatus.ACTIVE


def test_an_id_is_never_given_twice(store):
    add(store, ANN, BEN)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM subscriber WHERE id = 2")

    add(store, CEM)

    assert store.subscribers.find(CEM).id == 3
