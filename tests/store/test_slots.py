from datetime import timedelta

import pytest

from pipeline.model.record import Draft, SlotRecord, SlotState
from tests.factories import NOON, make_slot
from tests.store.ledgers import add_readers, begin

SLOT = make_slot()
LATER = NOON + timedelta(hours=1)


def make_draft(sha256: str = "ab" * 32) -> Draft:
    return Draft(
        slot=SLOT,
        edition='{"subject": "Tea ☕"}',
        sha256=sha256,
        approved_at=NOON,
        inputs={"content/tea.md": "cd" * 32},
    )


def test_a_slot_that_was_never_due_is_unknown(store):
    assert store.slots.get(SLOT.rule, SLOT.local_date) is None


def test_a_waiting_slot_says_why(store):
    store.slots.note_waiting(SLOT, "no readers", now=NOON)
    store.slots.note_waiting(SLOT, "no approval", now=LATER)

    assert store.slots.get(SLOT.rule, SLOT.local_date) == SlotRecord(
        SLOT, SlotState.WAITING, "no approval"
    )


@pytest.mark.parametrize("state", [SlotState.SKIPPED, SlotState.MISSED])
def test_a_slot_is_settled_once(store, state):
    store.slots.note_waiting(SLOT, "no approval", now=NOON)
    first = store.slots.settle(SLOT, state, "first", now=NOON)

    assert first == SlotRecord(SLOT, state, "first")
    assert store.slots.settle(SLOT, SlotState.MISSED, "second", now=LATER) == first
    store.slots.note_waiting(SLOT, "third", now=LATER)
    assert store.slots.all() == (first,)


@pytest.mark.parametrize("state", [SlotState.WAITING, SlotState.TAKEN])
def test_a_slot_is_settled_as_skipped_or_missed_only(store, state):
    with pytest.raises(ValueError, match="not settled"):
        store.slots.settle(SLOT, state, "", now=NOON)


def test_a_slot_that_an_issue_took_is_not_missed(store):
    add_readers(store, ["ann@mail.example"])
    slot = begin(store, scheduled=True).slot

    record = store.slots.settle(slot, SlotState.MISSED, "too late", now=LATER)

    assert record == SlotRecord(slot, SlotState.TAKEN, "", 1)


def test_slots_come_the_oldest_first(store):
    younger = make_slot(NOON.date() + timedelta(weeks=1))
    store.slots.settle(younger, SlotState.MISSED, "", now=NOON)
    store.slots.settle(SLOT, SlotState.MISSED, "", now=NOON)

    assert [it.slot for it in store.slots.all()] == [SLOT, younger]


def test_a_draft_is_kept_until_it_is_dropped(store):
    store.drafts.save(make_draft())
    assert store.drafts.find(SLOT) == make_draft()

    store.drafts.drop(SLOT)

    assert store.drafts.find(SLOT) is None


def test_a_later_draft_takes_the_place_of_the_earlier(store):
    store.drafts.save(make_draft())
    store.drafts.save(make_draft("ef" * 32))

    assert store.drafts.find(SLOT).sha256 == "ef" * 32


def test_the_draft_of_a_missed_slot_is_dropped(store):
    store.drafts.save(make_draft())
    store.slots.settle(SLOT, SlotState.MISSED, "", now=LATER)

    assert store.drafts.find(SLOT) is None
