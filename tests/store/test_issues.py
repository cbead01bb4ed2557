from datetime import timedelta

import pytest

from pipeline.errors import ConflictError, NotFoundError
from pipeline.model.delivery import DeliveryEvent, DeliveryState, HandOver, Result
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.model.published import PublishedQA
from pipeline.model.record import Draft, SlotState
from pipeline.model.subscriber import SuppressionReason
from pipeline.store.opening import Store
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, add_readers, begin, fingerprint, freeze

ANN, BEN, CEM = "ann@mail.example", "ben@mail.example", "cem@mail.example"
LATER = NOON + timedelta(minutes=5)
S, E = IssueState, IssueEvent


@pytest.fixture
def readers(store: Store) -> Store:
    add_readers(store, [ANN, BEN, CEM])
    return store


def test_the_first_number_is_the_sites_choice(store):
    assert store.issues.next_number(17) == 17


def test_the_next_number_follows_what_another_machine_has_published(store):
    store.published.add([PublishedQA(slug="tea", issue=6), PublishedQA(slug="chairs")], NOON)

    assert [store.issues.next_number(first) for first in (1, 17)] == [7, 17]


def test_the_next_number_follows_the_highest(readers):
    begin(readers, 17)

    assert readers.issues.next_number(1) == 18


def test_an_issue_that_was_begun_is_not_frozen(readers):
    record = begin(readers, slugs=("tea", "milk"))

    assert (record.state, record.is_frozen) == (S.DRAFT, False)
    assert record.slugs == ("tea", "milk")
    assert record.frozen_at == NOON
    assert readers.issues.unfinished() == (record,)
    assert readers.issues.edition(1) == '{"number": 1}'


def test_a_scheduled_issue_takes_its_slot(readers):
    slot = begin(readers, scheduled=True).slot

    record = readers.slots.get(slot.rule, slot.local_date)

    assert (record.state, record.issue) == (SlotState.TAKEN, 1)


def test_an_issue_off_schedule_takes_no_slot(readers):
    begin(readers)

    assert readers.slots.all() == ()


def test_a_draft_with_the_same_bytes_makes_the_issue_an_approved_one(readers):
    slot = begin(readers, 1).slot
    readers.issues.step(1, E.STOP, now=NOON)
    readers.drafts.save(
        Draft(slot=slot, edition="{}", sha256="ab" * 32, approved_at=NOON, inputs={})
    )

    with readers.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM edition")
        connection.exec_driver_sql("DELETE FROM issue")
    record = begin(readers, 1)

    assert record.state is S.APPROVED
    assert readers.drafts.find(slot) is None


@pytest.mark.parametrize(
    ("number", "slugs", "sentence"),
    [
        pytest.param(1, ("milk",), "there is an issue 1 already", id="number"),
        pytest.param(2, ("milk", "tea"), "tea: the Q&A is already reserved by issue 1", id="slug"),
    ],
)
def test_what_is_taken_is_refused_and_nothing_changes(readers, number, slugs, sentence):
    begin(readers)
    before = readers.published.all()

    with pytest.raises(ConflictError) as refusal:
        begin(readers, number, slugs=slugs)

    assert sentence in str(refusal.value)
    assert readers.published.all() == before
    assert len(readers.issues.all()) == 1


def test_a_slot_that_is_settled_is_not_taken(readers):
    slot = begin(readers, 1, scheduled=True).slot
    readers.issues.step(1, E.STOP, now=NOON)

    with pytest.raises(ConflictError, match="the slot is taken by issue 1"):
        readers.issues.begin(
            number=2,
            slot=slot,
            edition_json="{}",
            sha256="",
            subject="",
            published=(),
            nonce="",
            now=NOON,
            expires_at=EXPIRES,
            scheduled=True,
        )


def test_an_issue_nobody_would_get_is_refused(store):
    add_readers(store, [ANN, BEN])
    store.subscribers.unsubscribe(1, now=NOON)
    store.suppressions.add(fingerprint(BEN), SuppressionReason.HARD_BOUNCE, now=NOON)

    assert not store.issues.has_readers()
    with pytest.raises(ConflictError, match="no reader is active"):
        begin(store)
    assert store.published.all().entries == ()


@pytest.mark.parametrize("number", [1, 0, -4])
def test_an_issue_that_the_ledger_does_not_hold_is_not_found(store, number):
    for ask in (store.issues.get, store.issues.edition, store.issues.freeze_range):
        with pytest.raises(NotFoundError, match="the ledger holds no issue"):
            ask(number)


def to_state(store: Store, state: IssueState) -> None:
    """Lead a new issue to a state by legal steps; nothing of it is handed over."""
    begin(store)
    if state is S.DRAFT:
        return
    if state is S.APPROVED:
        store.issues.step(1, E.APPROVE, now=NOON)
        return
    freeze(store)
    way = {
        S.FROZEN: (),
        S.SENDING: (E.START,),
        S.PAUSED: (E.PAUSE,),
        S.STOPPED: (E.STOP,),
        S.COMPLETE: (E.START,),
    }
    for event in way[state]:
        store.issues.step(1, event, now=NOON)
    if state is S.COMPLETE:
        box = store.outbox()
        held = box.lease(1, owner="first", now=NOON, until=EXPIRES)
        assert held is not None
        box.commit(
            [
                Result(lease=held, subscriber_id=reader, event=DeliveryEvent.REJECT)
                for reader in (1, 2, 3)
            ],
            [],
            now=NOON,
        )
        box.release(held, now=NOON)
        assert store.issues.complete_if_done(1, NOON)


@pytest.mark.parametrize("event", [E.START, E.PAUSE, E.RESUME, E.STOP, E.APPROVE, E.VOID])
@pytest.mark.parametrize(
    "state", [S.DRAFT, S.APPROVED, S.FROZEN, S.SENDING, S.PAUSED, S.STOPPED, S.COMPLETE]
)
def test_what_may_happen_to_an_issue_is_what_the_table_says(readers, state, event):
    to_state(readers, state)
    legal = ISSUE_TRANSITIONS.get((state, event))

    if legal is None:
        with pytest.raises(ConflictError, match=f"issue 1 is {state} and cannot be"):
            readers.issues.step(1, event, now=NOON)
    else:
        readers.issues.step(1, event, now=NOON)

    assert readers.issues.get(1).state is (legal or state)


@pytest.mark.parametrize("event", [E.FREEZE, E.COMPLETE, E.REOPEN, E.SKIP, E.MISS])
def test_what_the_rows_decide_is_not_for_somebody_to_say(readers, event):
    begin(readers)

    with pytest.raises(ValueError, match="not for somebody to say"):
        readers.issues.step(1, event, now=NOON)


def test_why_an_issue_is_paused_is_kept_until_it_is_resumed(readers):
    to_state(readers, S.SENDING)

    assert readers.issues.step(1, E.PAUSE, now=NOON, why="too late").why == "too late"
    resumed = readers.issues.step(1, E.RESUME, now=LATER)
    assert (resumed.why, resumed.ticked_at) == ("", LATER)


def test_a_tick_is_written_down(readers):
    begin(readers)
    readers.issues.tick(1, LATER)

    assert readers.issues.get(1).ticked_at == LATER


def test_an_issue_stopped_before_anybody_got_it_gives_its_qas_back(readers):
    to_state(readers, S.SENDING)
    readers.issues.step(1, E.STOP, now=NOON)

    assert readers.published.all().entries == ()
    assert readers.issues.next_number(1) == 2


def test_an_issue_stopped_after_somebody_got_it_keeps_its_qas(readers):
    to_state(readers, S.SENDING)
    box = readers.outbox()
    held = box.lease(1, owner="first", now=NOON, until=EXPIRES)
    box.commit([], [HandOver(lease=held, subscriber_id=1)], now=NOON)
    readers.issues.step(1, E.STOP, now=NOON)

    assert [it.slug for it in readers.published.all().entries] == ["tea"]


def test_an_issue_that_every_relay_refused_gives_its_qas_back(readers):
    to_state(readers, S.COMPLETE)

    assert readers.published.all().entries == ()
    assert readers.issues.unfinished() == ()


def test_an_issue_stopped_while_it_was_frozen_has_nothing_left_to_freeze(readers):
    begin(readers)
    assert not readers.issues.freeze_range(1, limit=2)
    readers.issues.step(1, E.STOP, now=NOON)

    assert readers.issues.freeze_range(1, limit=2)
    assert readers.issues.stopped_with_rest() == (1,)
    assert readers.issues.cancel_rest(1, NOON) == 2
    assert readers.issues.stopped_with_rest() == ()
    assert readers.outbox().sums(1).cancelled == 2


def test_cancelling_goes_over_many_shards(store):
    add_readers(store, (f"r{number}@mail.example" for number in range(2_500)))
    add_readers(store, (f"s{number}@mail.example" for number in range(100)), provider="gmail")
    begin(store)
    freeze(store, limit=90)
    store.issues.step(1, E.STOP, now=NOON)

    assert store.issues.cancel_rest(1, NOON) == 2_600
    assert {it.state for it in store.outbox().deliveries(1)} == {DeliveryState.CANCELLED}
