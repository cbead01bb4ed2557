"""Every promise of the outbox, on every ledger that ships."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.delivery.ports import Outbox
from pipeline.errors import ConflictError, NotFoundError
from pipeline.model.delivery import (
    DELIVERY_TRANSITIONS,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    HandOver,
    Lease,
    Refusal,
    Result,
)
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.subscriber import SuppressionReason
from pipeline.store import steps
from pipeline.store.memory import MemoryOutbox
from pipeline.store.outbox import SqlOutbox
from tests.factories import NOON
from tests.store.ledgers import EXPIRES, Ledger, MakeLedger

S, E = DeliveryState, DeliveryEvent
AnyOutbox = MemoryOutbox | SqlOutbox
LATER = NOON + timedelta(minutes=10)
UNTIL = NOON + timedelta(seconds=60)
READERS = ["ann@mail.example", "ben@mail.example", "cem@mail.example"]


@pytest.fixture
def ledger(make_ledger: MakeLedger) -> Ledger:
    return make_ledger(READERS)


def lease(
    box: Outbox, owner: str = "first", now: datetime = NOON, until: datetime | None = None
) -> Lease:
    held = box.lease(1, owner=owner, now=now, until=until or now + timedelta(seconds=60))
    assert held is not None
    return held


def hand_over(
    box: Outbox, held: Lease, *readers: int, now: datetime = NOON
) -> Mapping[HandOver, Refusal]:
    return box.commit(
        [], [HandOver(lease=held, subscriber_id=reader) for reader in readers], now=now
    )


def write(
    box: Outbox,
    held: Lease,
    reader: int,
    event: DeliveryEvent,
    now: datetime = NOON,
    **changes: Any,
) -> None:
    box.commit([Result(lease=held, subscriber_id=reader, event=event, **changes)], [], now=now)


def states(box: AnyOutbox) -> list[DeliveryState]:
    return [row.state for row in sorted(box.deliveries(1), key=lambda row: row.subscriber_id)]


def row(box: AnyOutbox, reader: int = 1) -> Delivery:
    (found,) = [it for it in box.deliveries(1) if it.subscriber_id == reader]
    return found


def ids(
    box: Outbox, held: Lease, *, after: int = 0, limit: int = 9, now: datetime = NOON
) -> list[int]:
    waiting = box.waiting(held, after=after, limit=limit, now=now)
    return [recipient.subscriber_id for recipient in waiting]


def test_both_outboxes_fit_the_port():
    fits: tuple[type[Outbox], ...] = (MemoryOutbox, SqlOutbox)

    assert fits


# -- leases


def test_the_first_lease_of_a_frozen_issue_starts_it(ledger):
    assert ledger.state() is IssueState.FROZEN

    held = lease(ledger.outbox())

    assert ledger.state() is IssueState.SENDING
    assert (held.epoch, held.provider, held.owner) == (1, "other", "first")


def test_a_shard_is_leased_to_one_sender_only(ledger):
    lease(ledger.outbox())

    assert ledger.outbox().lease(1, owner="second", now=NOON, until=UNTIL) is None
    assert ledger.outbox().lease(1, owner="first", now=NOON, until=UNTIL) is None


def test_an_unknown_issue_has_nothing_to_lease(ledger):
    assert ledger.outbox().lease(9, owner="first", now=NOON, until=UNTIL) is None


@pytest.mark.parametrize("event", [IssueEvent.PAUSE, IssueEvent.STOP])
def test_a_paused_or_stopped_issue_has_nothing_to_lease(ledger, event):
    ledger.step(event)

    assert ledger.outbox().lease(1, owner="first", now=NOON, until=UNTIL) is None


def test_a_lease_that_is_past_goes_to_the_next_sender_with_the_next_epoch(ledger):
    lease(ledger.outbox())

    taken = lease(ledger.outbox(), owner="second", now=LATER)

    assert taken.epoch == 2


def test_a_sender_that_is_alone_takes_over_at_once(ledger):
    lease(ledger.outbox(), until=EXPIRES)

    taken = lease(ledger.outbox(alone=True), owner="second")

    assert taken.epoch == 2


def test_a_sender_that_is_alone_does_not_take_over_from_itself(ledger):
    lease(ledger.outbox(alone=True))

    assert ledger.outbox(alone=True).lease(1, owner="first", now=NOON, until=UNTIL) is None


def test_a_lease_is_renewed_while_it_is_held(ledger):
    box = ledger.outbox()
    held = lease(box)

    assert box.renew([held], now=NOON, until=EXPIRES) == {held}
    assert box.lease(1, owner="second", now=LATER, until=EXPIRES) is None


def test_a_lost_lease_is_not_renewed(ledger):
    box = ledger.outbox()
    held = lease(box)
    taken = lease(box, owner="second", now=LATER)

    assert box.renew([held, taken], now=LATER, until=EXPIRES) == {taken}


def test_no_lease_of_a_paused_issue_is_renewed(ledger):
    box = ledger.outbox()
    held = lease(box)
    ledger.step(IssueEvent.PAUSE)

    assert not box.renew([held], now=NOON, until=EXPIRES)


def test_a_shard_that_is_given_back_with_readers_left_is_leased_again(ledger):
    box = ledger.outbox()
    box.release(lease(box), now=NOON)

    assert lease(box).epoch == 2


def test_a_shard_whose_readers_are_all_settled_is_done(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1, 2, 3)
    for reader in (1, 2, 3):
        write(box, held, reader, E.ACCEPT)
    box.release(held, now=NOON)

    assert box.lease(1, owner="first", now=EXPIRES, until=EXPIRES) is None
    assert ledger.complete_if_done()


def test_a_shard_with_deferred_readers_only_comes_back_when_the_first_is_due(ledger):
    box = ledger.outbox()
    held = lease(box)
    for reader, minutes in ((1, 30), (2, 20), (3, 25)):
        write(box, held, reader, E.DEFER, next_at=NOON + timedelta(minutes=minutes))
    box.release(held, now=NOON)

    early, due = NOON + timedelta(minutes=19), NOON + timedelta(minutes=20)
    assert box.lease(1, owner="first", now=early, until=EXPIRES) is None
    held = lease(box, now=due)
    assert ids(box, held, now=due) == [2]


def test_giving_back_a_lost_lease_changes_nothing(ledger):
    box = ledger.outbox()
    old = lease(box)
    lease(box, owner="second", now=LATER, until=EXPIRES)
    box.release(old, now=LATER)

    assert box.lease(1, owner="third", now=LATER, until=EXPIRES) is None


# -- what is waiting


def test_waiting_readers_come_by_id_and_in_pages(ledger):
    box = ledger.outbox()
    held = lease(box)

    assert ids(box, held, limit=2) == [1, 2]
    assert ids(box, held, after=2) == [3]


def test_a_waiting_reader_comes_with_address_attempts_and_end(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.DEFER, next_at=NOON)

    (recipient,) = box.waiting(held, after=0, limit=1, now=NOON)

    assert recipient.address == "ann@mail.example"
    assert recipient.attempts == 1
    assert recipient.expires_at == EXPIRES


def test_a_lost_lease_has_nothing_waiting(ledger):
    box = ledger.outbox()
    held = lease(box)
    lease(box, owner="second", now=LATER)

    assert not ids(box, held)


def test_every_deferred_reader_is_due_when_the_issue_expires(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 2, E.DEFER, next_at=EXPIRES + timedelta(days=9))
    box.release(held, now=NOON)

    held = lease(box, now=EXPIRES, until=EXPIRES + timedelta(seconds=60))

    assert ids(box, held, now=EXPIRES) == [1, 2, 3]


# -- hand-over


def test_a_hand_over_is_granted_once(ledger):
    box = ledger.outbox()
    held = lease(box)

    assert not hand_over(box, held, 1)
    assert list(hand_over(box, held, 1).values()) == [Refusal.SETTLED]
    assert states(box) == [S.HANDING, S.QUEUED, S.QUEUED]


def test_a_deferred_reader_is_handed_over_again(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.DEFER, next_at=NOON)

    assert not hand_over(box, held, 1)
    assert row(box).attempts == 2
    assert row(box).next_at is None


def test_the_first_hand_over_publishes_the_issue(ledger):
    box = ledger.outbox()
    held = lease(box)
    assert not ledger.is_published()

    hand_over(box, held, 1)

    assert ledger.is_published()


@pytest.mark.parametrize(
    ("event", "refusal"),
    [(IssueEvent.PAUSE, Refusal.PAUSED), (IssueEvent.STOP, Refusal.STOPPED)],
)
def test_nothing_of_a_paused_or_stopped_issue_is_handed_over(ledger, event, refusal):
    box = ledger.outbox()
    held = lease(box)
    ledger.step(event)

    assert list(hand_over(box, held, 1).values()) == [refusal]
    assert not ledger.is_published()


def test_nothing_is_handed_over_under_a_lost_lease(ledger):
    box = ledger.outbox()
    held = lease(box)
    lease(box, owner="second", now=LATER)

    assert list(hand_over(box, held, 1, now=LATER).values()) == [Refusal.LEASE_LOST]


def test_nothing_is_handed_over_under_a_lease_that_is_past(ledger):
    box = ledger.outbox()
    held = lease(box)

    assert list(hand_over(box, held, 1, now=UNTIL).values()) == [Refusal.LEASE_LOST]


def test_nothing_is_handed_over_to_a_reader_who_left(ledger):
    box = ledger.outbox()
    held = lease(box)
    ledger.leave(2)

    refused = hand_over(box, held, 1, 2, 3)

    assert {wish.subscriber_id: why for wish, why in refused.items()} == {2: Refusal.SUPPRESSED}
    assert states(box) == [S.HANDING, S.SUPPRESSED, S.HANDING]


def test_results_and_hand_overs_of_one_commit_go_together(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)

    refused = box.commit(
        [Result(lease=held, subscriber_id=1, event=E.ACCEPT, code=250, reply="2.0.0 Ok")],
        [HandOver(lease=held, subscriber_id=2)],
        now=NOON,
    )

    assert not refused
    assert states(box) == [S.ACCEPTED, S.HANDING, S.QUEUED]
    assert (row(box).code, row(box).reply) == (250, "2.0.0 Ok")


# -- results


def bring_to(box: AnyOutbox, held: Lease, state: DeliveryState) -> None:
    """Lead the first reader to a state by legal steps."""
    handed = {
        S.ACCEPTED: E.ACCEPT,
        S.REJECTED: E.REJECT,
        S.IN_DOUBT: E.LOSE_REPLY,
        S.CLOSED: E.LOSE_REPLY,
    }
    waited = {
        S.DEFERRED: E.DEFER,
        S.SUPPRESSED: E.SUPPRESS,
        S.EXPIRED: E.EXPIRE,
        S.CANCELLED: E.CANCEL,
    }
    if state is S.HANDING or state in handed:
        hand_over(box, held, 1)
    if state in handed:
        write(box, held, 1, handed[state])
    if state in waited:
        write(box, held, 1, waited[state], next_at=LATER)
    if state is S.CLOSED:
        box.resolve(1, None, E.CLOSE, now=NOON)
    assert row(box).state is state


def let_happen(box: AnyOutbox, held: Lease, event: DeliveryEvent) -> None:
    if event is E.HAND_OVER:
        hand_over(box, held, 1)
    elif event in {E.RESEND, E.CLOSE}:
        box.resolve(1, ["ann@mail.example"], event, now=NOON)
    elif event is E.TAKE_BACK:
        box.forgive(1, [1], requeues=True)
    else:
        write(box, held, 1, event, next_at=LATER)


@pytest.mark.parametrize("event", list(E))
@pytest.mark.parametrize("state", list(S))
def test_what_may_happen_is_what_the_table_says(ledger, state, event):
    box = ledger.outbox()
    held = lease(box)
    bring_to(box, held, state)

    let_happen(box, held, event)

    assert row(box).state is DELIVERY_TRANSITIONS.get((state, event), state)


@pytest.mark.parametrize("event", sorted(set(E) - steps.RESULTS))
def test_what_is_no_result_of_a_try_is_refused(ledger, event):
    box = ledger.outbox()
    held = lease(box)

    with pytest.raises(ValueError, match="no result"):
        write(box, held, 1, event)


def test_a_refusal_before_the_hand_over_counts_as_a_try(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT, code=550, reply="5.1.1 no such user")

    assert (row(box).state, row(box).attempts, row(box).code) == (S.REJECTED, 1, 550)


def test_an_expired_reader_keeps_the_last_reply(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.DEFER, code=450, reply="4.2.1 busy", next_at=LATER)
    write(box, held, 1, E.EXPIRE)

    assert (row(box).state, row(box).code, row(box).reply) == (S.EXPIRED, 450, "4.2.1 busy")


def test_a_long_reply_is_cut(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.DEFER, reply="x" * 5000, next_at=LATER)

    assert len(row(box).reply) == steps.REPLY_LENGTH


def test_a_reply_that_condemns_the_address_suppresses_it(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT, suppress=SuppressionReason.HARD_BOUNCE)

    assert ledger.suppression(1) is SuppressionReason.HARD_BOUNCE
    assert ledger.suppression(2) is None


def test_a_reply_that_comes_too_late_condemns_nobody(ledger):
    box = ledger.outbox()
    held = lease(box)
    lease(box, owner="second", now=LATER)
    write(box, held, 1, E.REJECT, suppress=SuppressionReason.HARD_BOUNCE)

    assert ledger.suppression(1) is None
    assert row(box).state is S.QUEUED


# -- the death of a sender


def test_what_a_dead_sender_had_in_hand_is_in_doubt_and_the_rest_is_queued(ledger):
    box = ledger.outbox()
    hand_over(box, lease(box), 1)

    held = lease(box, owner="second", now=LATER)

    assert states(box) == [S.IN_DOUBT, S.QUEUED, S.QUEUED]
    assert ids(box, held, now=LATER) == [2, 3]


def test_under_resend_what_a_dead_sender_had_in_hand_is_sent_again_later(make_ledger):
    box = make_ledger(READERS, DoubtPolicy.RESEND).outbox()
    old = lease(box)
    hand_over(box, old, 1)
    lease(box, owner="second", now=LATER)

    write(box, old, 1, E.ACCEPT, now=LATER)  # too late: it is sent again

    assert states(box) == [S.DEFERRED, S.QUEUED, S.QUEUED]
    assert row(box).next_at == LATER + steps.RESEND_AFTER


def test_under_assume_accepted_what_a_dead_sender_had_in_hand_is_accepted(make_ledger):
    box = make_ledger(READERS, DoubtPolicy.ASSUME_ACCEPTED).outbox()
    hand_over(box, lease(box), 1)
    lease(box, owner="second", now=LATER)

    assert states(box) == [S.ACCEPTED, S.QUEUED, S.QUEUED]


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (DoubtPolicy.HOLD, S.IN_DOUBT),
        (DoubtPolicy.RESEND, S.DEFERRED),
        (DoubtPolicy.ASSUME_ACCEPTED, S.ACCEPTED),
    ],
)
def test_the_policy_decides_about_a_reply_that_was_not_read(make_ledger, policy, state):
    box = make_ledger(READERS, policy).outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)

    assert row(box).state is state


def test_under_resend_a_second_doubt_is_held(make_ledger):
    box = make_ledger(READERS, DoubtPolicy.RESEND).outbox()
    held = lease(box)
    for _ in range(2):
        assert not hand_over(box, held, 1)
        write(box, held, 1, E.LOSE_REPLY)

    assert row(box).state is S.IN_DOUBT
    assert row(box).attempts == 2


def test_under_resend_who_was_put_off_before_is_sent_again_as_others_are(make_ledger):
    box = make_ledger(READERS, DoubtPolicy.RESEND).outbox()
    held = lease(box)
    for _ in range(5):
        write(box, held, 1, E.DEFER, next_at=NOON)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)

    assert row(box).state is S.DEFERRED


def test_under_resend_a_doubtful_message_waits_before_it_goes_out_again(make_ledger):
    box = make_ledger(READERS, DoubtPolicy.RESEND).outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)

    assert row(box).next_at == NOON + steps.RESEND_AFTER
    due = box.waiting(held, after=0, limit=10, now=NOON + timedelta(minutes=1))
    assert 1 not in [it.subscriber_id for it in due]


@pytest.mark.parametrize("event", [E.ACCEPT, E.REJECT, E.DEFER])
def test_a_late_reply_to_a_sender_taken_for_dead_is_still_written(ledger, event):
    box = ledger.outbox()
    old = lease(box)
    hand_over(box, old, 1)
    lease(box, owner="second", now=LATER)

    write(box, old, 1, event, now=LATER, next_at=LATER)

    assert row(box).state is steps.target(event)


def test_a_late_deferral_opens_the_shard_and_the_issue_again(make_ledger):
    ledger = make_ledger(READERS[:1])
    box = ledger.outbox()
    old = lease(box)
    hand_over(box, old, 1)
    box.release(lease(box, owner="second", now=LATER), now=LATER)
    assert ledger.complete_if_done()

    write(box, old, 1, E.DEFER, now=LATER, next_at=LATER)

    assert ledger.state() is IssueState.SENDING
    assert ids(box, lease(box, now=LATER), now=LATER) == [1]


# -- the end of an issue


def test_an_issue_is_not_complete_while_a_reader_is_queued_deferred_or_in_hand(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1, 2)
    write(box, held, 1, E.ACCEPT)
    write(box, held, 3, E.DEFER, next_at=LATER)
    box.release(held, now=NOON)

    assert not ledger.complete_if_done()


def test_doubt_does_not_keep_an_issue_open(make_ledger):
    ledger = make_ledger(READERS[:1])
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)
    box.release(held, now=NOON)

    assert ledger.complete_if_done()
    assert ledger.state() is IssueState.COMPLETE


def test_stopping_cancels_who_was_not_handed_over(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 2, E.DEFER, next_at=LATER)
    ledger.step(IssueEvent.STOP)

    assert ledger.cancel_rest() == 2
    assert ledger.cancel_rest() == 0
    assert states(box) == [S.HANDING, S.CANCELLED, S.CANCELLED]


def test_only_a_stopped_issue_is_cancelled(ledger):
    with pytest.raises(ConflictError, match="frozen, not stopped"):
        ledger.cancel_rest()


def test_a_deferral_that_comes_after_the_stop_is_cancelled(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    ledger.step(IssueEvent.STOP)
    ledger.cancel_rest()

    write(box, held, 1, E.DEFER, next_at=LATER)

    assert states(box) == [S.CANCELLED] * 3


# -- sums


def test_sums_count_in_hand_and_closed_as_doubt(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1, 2)
    write(box, held, 2, E.LOSE_REPLY)
    box.resolve(1, None, E.CLOSE, now=NOON)

    sums = box.sums(1)

    assert (sums.planned, sums.in_doubt, sums.queued, sums.unfinished) == (3, 2, 1, 1)


def test_deliveries_of_one_state_are_given(ledger):
    box = ledger.outbox()
    hand_over(box, lease(box), 2)

    assert [it.address for it in box.deliveries(1, S.HANDING)] == ["ben@mail.example"]
    assert len(list(box.deliveries(1))) == 3


def test_sums_of_an_unknown_issue_are_an_error(ledger):
    with pytest.raises(NotFoundError):
        ledger.outbox().sums(9)


# -- an operator's word


@pytest.fixture
def doubtful(ledger: Ledger) -> Ledger:
    """Readers 1 and 2 in doubt, 3 accepted, the issue complete."""
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1, 2, 3)
    write(box, held, 1, E.LOSE_REPLY)
    write(box, held, 2, E.LOSE_REPLY)
    write(box, held, 3, E.ACCEPT)
    box.release(held, now=NOON)
    assert ledger.complete_if_done()
    return ledger


@pytest.mark.parametrize(
    ("event", "state"), [(E.ACCEPT, S.ACCEPTED), (E.CLOSE, S.CLOSED), (E.RESEND, S.QUEUED)]
)
def test_only_doubt_is_resolved(doubtful, event, state):
    box = doubtful.outbox()

    assert box.resolve(1, None, event, now=LATER) == 2
    assert states(box) == [state, state, S.ACCEPTED]


def test_only_the_readers_named_are_resolved(doubtful):
    box = doubtful.outbox()

    assert box.resolve(1, [READERS[1], READERS[2]], E.CLOSE, now=LATER) == 1
    assert states(box) == [S.IN_DOUBT, S.CLOSED, S.ACCEPTED]


def test_sending_again_reopens_the_issue(doubtful):
    box = doubtful.outbox()
    box.resolve(1, [READERS[0]], E.RESEND, now=LATER)

    assert doubtful.state() is IssueState.SENDING
    assert ids(box, lease(box, now=LATER), now=LATER) == [1]


def test_closing_doubt_leaves_the_issue_complete(doubtful):
    doubtful.outbox().resolve(1, None, E.CLOSE, now=LATER)

    assert doubtful.state() is IssueState.COMPLETE


def test_nothing_is_sent_again_when_the_time_is_up(doubtful):
    with pytest.raises(ConflictError, match="time of issue 1 was up"):
        doubtful.outbox().resolve(1, None, E.RESEND, now=EXPIRES)


def test_nothing_of_a_stopped_issue_is_sent_again(ledger):
    ledger.step(IssueEvent.STOP)

    with pytest.raises(ConflictError, match="stopped"):
        ledger.outbox().resolve(1, None, E.RESEND, now=NOON)


def test_what_resolves_no_doubt_is_refused(doubtful):
    with pytest.raises(ValueError, match="resolves no doubt"):
        doubtful.outbox().resolve(1, None, E.EXPIRE, now=NOON)


def test_what_a_dead_sender_left_in_hand_can_be_resolved(ledger):
    box = ledger.outbox()
    hand_over(box, lease(box), 1)

    assert box.resolve(1, None, E.ACCEPT, now=NOON) == 0  # its lease has not ended
    assert box.resolve(1, None, E.ACCEPT, now=UNTIL) == 1


def test_of_many_hand_overs_at_once_each_has_its_own_answer(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    ledger.leave(2)

    refused = hand_over(box, held, 1, 2, 3)

    assert {it.subscriber_id: why for it, why in refused.items()} == {
        1: Refusal.SETTLED,
        2: Refusal.SUPPRESSED,
    }
    assert states(box) == [S.HANDING, S.SUPPRESSED, S.HANDING]


# -- rates


def test_what_was_spent_is_read_back_by_bucket(ledger):
    box = ledger.outbox()
    at = NOON + timedelta(seconds=7)
    box.spend("relay", 3, now=at, bucket_seconds=60)
    box.spend("relay", 4, now=at + timedelta(seconds=10), bucket_seconds=60)
    box.spend("relay", 5, now=at + timedelta(seconds=60), bucket_seconds=60)
    box.spend("other", 9, now=at, bucket_seconds=60)

    assert box.spent("relay", since=NOON) == ((NOON, 7), (UNTIL, 5))
    assert box.spent("relay", since=UNTIL) == ((UNTIL, 5),)


# -- one transaction


def test_many_readers_are_given_in_pages(make_ledger):
    box = make_ledger(f"r{number}@mail.example" for number in range(2500)).outbox()

    assert len({it.subscriber_id for it in box.deliveries(1)}) == 2500
    assert box.sums(1).queued == 2500
