"""Whether a message of an issue can go out a second time, and what the issue is signed with."""

from datetime import timedelta

import pytest

from pipeline.model.delivery import DeliveryState
from pipeline.store.opening import Store
from pipeline.store.tables import delivery
from tests.factories import NOON
from tests.store.ledgers import add_readers, begin, freeze


@pytest.fixture
def store(store: Store) -> Store:
    add_readers(store, ["a@mail.example", "b@mail.example"])
    begin(store)
    freeze(store)
    return store


@pytest.mark.parametrize(
    ("state", "attempts", "expected"),
    [
        pytest.param(DeliveryState.QUEUED, 0, False, id="queued"),
        pytest.param(DeliveryState.QUEUED, 1, True, id="queued again"),
        pytest.param(DeliveryState.HANDING, 1, True, id="in hand"),
        pytest.param(DeliveryState.IN_DOUBT, 1, True, id="in doubt"),
        pytest.param(DeliveryState.DEFERRED, 1, False, id="refused for now"),
        pytest.param(DeliveryState.ACCEPTED, 1, False, id="accepted"),
        pytest.param(DeliveryState.CLOSED, 1, False, id="closed"),
    ],
)
def test_a_message_may_go_out_again_while_nobody_knows(store, state, attempts, expected):
    with store.database.writing() as connection:
        connection.execute(
            delivery.update()
            .where(delivery.c.subscriber_id == 1)
            .values(state=state, attempts=attempts)
        )

    assert store.issues.may_repeat(1) is expected
    assert not store.issues.may_repeat(2)


def test_a_try_that_handed_nothing_over_repeats_nothing(store):
    box = store.outbox(alone=True)
    lease = box.lease(1, owner="a sender", now=NOON, until=NOON + timedelta(minutes=1))
    box.release(lease, now=NOON)

    assert not store.issues.may_repeat(1)


def test_what_an_issue_is_signed_with_is_remembered_for_each(store):
    assert store.meta.signing(1) is None

    store.meta.remember_signing(1, "{}")
    store.meta.remember_signing(2, "another")
    store.meta.remember_signing(1, "changed")

    assert (store.meta.signing(1), store.meta.signing(2)) == ("changed", "another")
