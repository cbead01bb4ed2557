"""An issue that is mended half-way: who gets which edition, on every ledger that ships."""

import signal
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from pipeline.errors import ConflictError, NotFoundError
from pipeline.model.delivery import (
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
from pipeline.store import steps
from pipeline.store.memory import MemoryOutbox
from pipeline.store.opening import Store
from pipeline.store.outbox import SqlOutbox
from tests.factories import NOON
from tests.store.ledgers import (
    EXPIRES,
    Ledger,
    MakeLedger,
    add_readers,
    begin,
    freeze,
    revise,
    where,
)
from tests.store.programs import start

S, E = DeliveryState, DeliveryEvent
AnyOutbox = MemoryOutbox | SqlOutbox
READERS = ["ann@mail.example", "ben@mail.example", "cem@mail.example"]
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def ledger(make_ledger: MakeLedger) -> Ledger:
    return make_ledger(READERS)


def lease(box: AnyOutbox, owner: str = "first") -> Lease:
    held = box.lease(1, owner=owner, now=NOON, until=EXPIRES)
    assert held is not None
    return held


def hand_over(box: AnyOutbox, held: Lease, reader: int, edition: int = 0) -> list[Refusal]:
    wish = HandOver(lease=held, subscriber_id=reader, edition=edition)
    return list(box.commit([], [wish], now=NOON).values())


def write(box: AnyOutbox, held: Lease, reader: int, event: DeliveryEvent) -> None:
    next_at = NOON if event is E.DEFER else None
    result = Result(lease=held, subscriber_id=reader, event=event, next_at=next_at)
    box.commit([result], [], now=NOON)


def revise_it(ledger: Ledger) -> None:
    """Mend the issue in the middle of a send, as an operator does."""
    ledger.step(IssueEvent.PAUSE)
    ledger.revise()
    ledger.step(IssueEvent.RESUME)


def waiting(box: AnyOutbox, held: Lease, now: datetime = NOON) -> dict[int, int]:
    found = box.waiting(held, after=0, limit=9, now=now)
    return {recipient.subscriber_id: recipient.edition for recipient in found}


def rows(box: AnyOutbox) -> Mapping[int, Delivery]:
    return {it.subscriber_id: it for it in box.deliveries(1)}


def editions(box: AnyOutbox) -> dict[int, int | None]:
    return {reader: it.edition for reader, it in rows(box).items()}


def test_an_issue_begins_with_one_edition(ledger):
    box = ledger.outbox()

    assert waiting(box, lease(box)) == {1: 0, 2: 0, 3: 0}
    assert editions(box) == {1: 0, 2: 0, 3: 0}


def test_who_waits_gets_the_new_edition_and_who_got_one_keeps_it(ledger):
    box = ledger.outbox()
    held = lease(box)
    assert not hand_over(box, held, 1)
    write(box, held, 1, E.ACCEPT)

    revise_it(ledger)

    assert waiting(box, held) == {2: 1, 3: 1}
    assert not hand_over(box, held, 2, edition=1)
    assert editions(box) == {1: 0, 2: 1, 3: 1}


def test_a_deferred_reader_gets_the_new_edition(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.DEFER)

    revise_it(ledger)

    assert waiting(box, held)[1] == 1


def test_a_message_in_hand_keeps_its_edition(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)

    revise_it(ledger)
    assert rows(box)[1].state is S.HANDING
    write(box, held, 1, E.ACCEPT)

    assert (rows(box)[1].state, editions(box)[1]) == (S.ACCEPTED, 0)


def test_a_message_of_the_old_edition_is_not_handed_over_any_more(ledger):
    box = ledger.outbox()
    held = lease(box)

    revise_it(ledger)

    assert hand_over(box, held, 1, edition=0) == [Refusal.SETTLED]
    assert rows(box)[1].state is S.QUEUED
    assert not hand_over(box, held, 1, edition=1)


def test_a_reader_who_left_is_suppressed_in_the_new_edition_too(ledger):
    box = ledger.outbox()
    held = lease(box)
    revise_it(ledger)
    ledger.leave(1)

    assert hand_over(box, held, 1, edition=1) == [Refusal.SUPPRESSED]
    assert (rows(box)[1].state, editions(box)[1]) == (S.SUPPRESSED, None)


def test_doubt_that_is_sent_again_keeps_its_edition(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)
    revise_it(ledger)

    box.resolve(1, [READERS[0]], E.RESEND, now=NOON)

    assert waiting(box, held) == {1: 0, 2: 1, 3: 1}
    assert hand_over(box, held, 1, edition=1) == [Refusal.SETTLED]
    assert not hand_over(box, held, 1, edition=0)


def test_who_may_have_an_edition_gets_no_other_however_often_it_is_put_off(ledger):
    box = ledger.outbox()
    held = lease(box)
    hand_over(box, held, 1)
    write(box, held, 1, E.LOSE_REPLY)
    box.resolve(1, [READERS[0]], E.RESEND, now=NOON)
    hand_over(box, held, 1)
    write(box, held, 1, E.DEFER)

    revise_it(ledger)

    assert waiting(box, held)[1] == 0


@pytest.mark.parametrize("is_heard_of", [True, False], ids=["reply lost", "sender died"])
def test_the_policy_resend_keeps_the_edition_as_well(make_ledger, is_heard_of):
    ledger = make_ledger(READERS, DoubtPolicy.RESEND)
    box = ledger.outbox(alone=True)
    held = lease(box)
    hand_over(box, held, 1)
    if is_heard_of:
        write(box, held, 1, E.LOSE_REPLY)
    revise_it(ledger)

    held = lease(box, owner="second")

    assert waiting(box, held, NOON + steps.RESEND_AFTER) == {1: 0, 2: 1, 3: 1}


def test_an_issue_is_mended_again_and_again(ledger):
    box = ledger.outbox()
    held = lease(box)
    for reader in (1, 2):
        hand_over(box, held, reader, edition=reader - 1)
        write(box, held, reader, E.ACCEPT)
        revise_it(ledger)

    assert editions(box) == {1: 0, 2: 1, 3: 2}
    assert waiting(box, held) == {3: 2}


def test_who_ended_without_a_message_has_no_edition(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT)

    assert editions(box)[1] is None


@pytest.mark.parametrize(
    ("event", "state", "remedy"),
    [
        pytest.param(None, "frozen", "`mailbag pause 1` first", id="frozen"),
        pytest.param(IssueEvent.STOP, "stopped", "the next issue", id="stopped"),
    ],
)
def test_only_a_paused_issue_is_revised(ledger, event, state, remedy):
    if event:
        ledger.step(event)

    with pytest.raises(ConflictError, match=f"issue 1 is {state}, and only a paused") as refused:
        ledger.revise()

    assert remedy in refused.value.remedy


# -- the bytes


@pytest.fixture
def paused(store: Store) -> Store:
    add_readers(store, READERS)
    begin(store)
    freeze(store)
    store.issues.step(1, IssueEvent.PAUSE, now=NOON)
    return store


def test_a_revision_keeps_the_old_bytes_beside_the_new(paused):
    record = revise(paused, now=LATER)

    assert (record.state, record.revision) == (IssueState.PAUSED, 1)
    assert (record.sha256, record.subject) == ("01" * 32, "On green tea")
    assert paused.issues.edition(1) == '{"revision": 1}'
    assert paused.issues.edition(1, 0) == '{"number": 1}'
    first, second = paused.issues.revisions(1)
    assert (first.number, first.subject, first.pinned_at) == (0, "On tea", NOON)
    assert (second.number, second.subject, second.pinned_at) == (1, "On green tea", LATER)


def test_an_edition_that_is_not_there_is_not_found(paused):
    with pytest.raises(NotFoundError):
        paused.issues.edition(1, 1)


def test_a_revision_of_other_bytes_than_those_that_were_looked_at_is_refused(paused):
    seen = paused.issues.get(1).sha256
    revise(paused)

    with pytest.raises(ConflictError, match="was revised meanwhile"):
        revise(paused, replaces=seen)

    assert paused.issues.get(1).revision == 1


_REVISE_AND_DIE = """
import os, signal, sys
from sqlalchemy import Connection
from tests.store.ledgers import open_there, revise
store, left = open_there(sys.argv[1]), int(sys.argv[2])
execute = Connection.execute
def dying(*a, **k):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*a, **k)
Connection.execute = dying
revise(store)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("statements", range(7))
def test_one_that_was_killed_left_the_old_edition_or_the_new_one_whole(paused, statements):
    killed = start(_REVISE_AND_DIE, where(paused), statements)

    assert killed.wait() == -signal.SIGKILL
    record, editions = paused.issues.get(1), paused.issues.revisions(1)
    assert [it.number for it in editions] == list(range(record.revision + 1))
    assert (record.sha256, record.subject) == (editions[-1].sha256, editions[-1].subject)
    assert paused.issues.edition(1) == paused.issues.edition(1, record.revision)
    # The sixth statement is not there any more: it was committed.
    assert record.revision == (statements >= 5)
