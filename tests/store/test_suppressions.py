from datetime import timedelta
from itertools import pairwise

import pytest

from pipeline.model.subscriber import Suppression, SuppressionReason
from pipeline.store.suppressions import STRENGTH
from tests.factories import NOON
from tests.store.ledgers import fingerprint

ANN = fingerprint("ann@mail.example")
LATER = NOON + timedelta(days=1)


def test_an_address_is_found_with_reason_and_note(store):
    store.suppressions.add(ANN, SuppressionReason.COMPLAINT, now=NOON, note="by telephone")

    assert store.suppressions.find(ANN) == Suppression(
        reason=SuppressionReason.COMPLAINT, since=NOON, note="by telephone"
    )
    assert store.suppressions.find(fingerprint("ben@mail.example")) is None


@pytest.mark.parametrize(("weaker", "stronger"), list(pairwise(STRENGTH)))
def test_a_stronger_reason_stays(store, weaker, stronger):
    for reason in (weaker, stronger, weaker):
        store.suppressions.add(ANN, reason, now=NOON)

    assert store.suppressions.find(ANN).reason is stronger


def test_the_same_reason_keeps_its_date(store):
    store.suppressions.add(ANN, SuppressionReason.MANUAL, now=NOON)
    store.suppressions.add(ANN, SuppressionReason.MANUAL, now=LATER)

    assert store.suppressions.find(ANN).since == NOON


def test_a_suppression_is_lifted_once(store):
    store.suppressions.add(ANN, SuppressionReason.MANUAL, now=NOON)

    assert store.suppressions.lift(ANN)
    assert not store.suppressions.lift(ANN)


def test_every_reason_has_a_strength():
    assert set(STRENGTH) == set(SuppressionReason)
