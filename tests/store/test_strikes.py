"""What counts against an address, on every ledger that ships; and what only the real one has."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.delivery.ports import Outbox
from pipeline.model.delivery import DeliveryEvent, HandOver, Lease, Result
from pipeline.model.subscriber import Strike, SubscriberStatus, SuppressionReason
from tests.factories import NOON
from tests.store.ledgers import (
    EXPIRES,
    Ledger,
    MakeLedger,
    add_readers,
    begin,
    fingerprint,
    freeze,
    make_reader,
)

E = DeliveryEvent
LATER = NOON + timedelta(days=7)
READERS = ["ann@mail.example", "ben@mail.example", "cem@mail.example"]
STRIKE: Mapping[str, Any] = {"reason": "unknown_5xx", "strikes": True}


@pytest.fixture
def ledger(make_ledger: MakeLedger) -> Ledger:
    return make_ledger(READERS)


def lease(box: Outbox, issue: int = 1, now: datetime = NOON) -> Lease:
    held = box.lease(issue, owner="first", now=now, until=now + timedelta(seconds=60))
    assert held is not None
    return held


def write(
    box: Outbox,
    held: Lease,
    reader: int,
    event: DeliveryEvent,
    now: datetime = NOON,
    **changes: Any,
) -> None:
    box.commit([Result(lease=held, subscriber_id=reader, event=event, **changes)], [], now=now)


def test_a_refusal_that_counts_is_kept_with_its_issue_and_time(ledger):
    box = ledger.outbox()
    write(box, lease(box), 1, E.REJECT, **STRIKE)

    assert ledger.strikes(1) == (Strike(issue=1, reason="unknown_5xx", at=NOON),)
    assert ledger.strikes(2) == ()


def test_a_refusal_that_does_not_count_leaves_nothing(ledger):
    box = ledger.outbox()
    write(box, lease(box), 1, E.REJECT, reason="address_dead")

    assert ledger.strikes(1) == ()


def test_an_issue_counts_once_from_its_first_refusal_under_its_last_name(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.DEFER, next_at=NOON, reason="mailbox_full", strikes=True)
    write(box, held, 1, E.REJECT, now=NOON + timedelta(seconds=5), **STRIKE)

    assert ledger.strikes(1) == (Strike(issue=1, reason="unknown_5xx", at=NOON),)


def test_a_reply_that_comes_too_late_gives_no_strike(ledger):
    box = ledger.outbox()
    held = lease(box)
    lease(box, now=NOON + timedelta(seconds=90))
    write(box, held, 1, E.REJECT, **STRIKE)

    assert ledger.strikes(1) == ()


def test_a_waiting_reader_comes_with_what_counts_so_far(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 2, E.DEFER, next_at=NOON, reason="mailbox_full", strikes=True)

    waiting = box.waiting(held, after=0, limit=9, now=NOON)

    assert [it.strikes for it in waiting] == [
        (),
        (Strike(issue=1, reason="mailbox_full", at=NOON),),
        (),
    ]


def test_a_message_that_is_taken_takes_everything_back(ledger):
    box = ledger.outbox()
    held = lease(box)
    for reader in (1, 2):
        write(box, held, reader, E.DEFER, next_at=NOON, reason="mailbox_full", strikes=True)
    box.commit([], [HandOver(lease=held, subscriber_id=1)], now=NOON)
    write(box, held, 1, E.ACCEPT, forgives=True)

    assert ledger.strikes(1) == ()
    assert len(ledger.strikes(2)) == 1


def test_what_an_issue_wrote_is_forgiven_together(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT, suppress=SuppressionReason.HARD_BOUNCE)
    write(box, held, 2, E.REJECT, **STRIKE)
    write(box, held, 3, E.REJECT, **STRIKE)

    box.forgive(1, [1, 2])

    assert ledger.suppression(1) is None
    assert [len(ledger.strikes(reader)) for reader in (1, 2, 3)] == [0, 0, 1]


def test_whoever_was_rejected_with_everybody_waits_again(ledger):
    box = ledger.outbox()
    held = lease(box)
    for reader in (1, 2, 3):
        write(box, held, reader, E.REJECT, code=550, reply="not you", **STRIKE)
    box.release(held, now=NOON)

    assert box.forgive(1, [1, 2], requeues=True) == 2

    waiting = box.waiting(lease(box), after=0, limit=10, now=NOON)
    assert [it.subscriber_id for it in waiting] == [1, 2]
    assert [it.code for it in box.deliveries(1)] == [550, 550, 550]


def test_whoever_was_taken_does_not_wait_again(ledger):
    box = ledger.outbox()
    held = lease(box)
    box.commit([], [HandOver(lease=held, subscriber_id=1)], now=NOON)
    write(box, held, 1, E.ACCEPT)

    assert box.forgive(1, [1], requeues=True) == 0
    assert box.sums(1).accepted == 1


def test_a_run_is_told_how_many_readers_wait_if_they_are_few(ledger):
    box = ledger.outbox()
    held = lease(box)
    assert box.history(1, dead="address_dead").waiting == 3
    write(box, held, 1, E.REJECT)
    write(box, held, 2, E.DEFER, next_at=LATER)

    history = box.history(1, dead="address_dead")

    assert (history.settled, history.waiting) == (1, 2)


def test_more_readers_than_a_small_list_has_are_not_counted(make_ledger):
    box = make_ledger([f"r{number}@mail.example" for number in range(30)]).outbox()

    assert box.history(1, dead="address_dead").waiting == 20


# -- waiting for a limit to end


def test_a_postponed_issue_is_left_alone_until_then(ledger):
    box = ledger.outbox()
    box.release(lease(box), now=NOON)
    until = NOON + timedelta(hours=24)
    box.postpone(1, until=until)

    assert box.lease(1, owner="x", now=until - timedelta(seconds=1), until=EXPIRES) is None
    assert lease(box, now=until).epoch == 2


def test_a_postponed_issue_expires_in_time(ledger):
    box = ledger.outbox()
    box.release(lease(box), now=NOON)
    box.postpone(1, until=EXPIRES + timedelta(days=1))

    assert lease(box, now=EXPIRES).epoch == 2


def test_a_postponed_issue_goes_on_when_somebody_says_so(ledger):
    box = ledger.outbox()
    box.release(lease(box), now=NOON)
    box.postpone(1, until=NOON + timedelta(hours=24))
    box.hurry(1)

    assert lease(box).epoch == 2


def test_a_shard_in_somebodys_hands_is_not_postponed(ledger):
    box = ledger.outbox()
    held = lease(box)
    box.postpone(1, until=EXPIRES)
    box.release(held, now=NOON)

    assert lease(box).epoch == 2


# -- what went before


def test_an_issue_nobody_began_has_no_outcomes(ledger):
    assert ledger.outbox().history(1, dead="address_dead").settled == 0


def test_the_outcomes_of_an_issue_are_counted(ledger):
    box = ledger.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT, reason="address_dead")
    write(box, held, 2, E.DEFER, next_at=NOON)
    box.commit([], [HandOver(lease=held, subscriber_id=3)], now=NOON)
    write(box, held, 3, E.ACCEPT)

    assert box.history(1, dead="address_dead").settled == 2


def _issue_with_outcomes(store, number: int, *, dead: int) -> None:
    """Send an issue of which so many readers do not exist, of each provider."""
    begin(store, number, slugs=(f"slug-{number}",))
    freeze(store, number)
    box = store.outbox()
    while held := box.lease(number, owner="first", now=NOON, until=NOON + timedelta(seconds=60)):
        readers = box.waiting(held, after=0, limit=999, now=NOON)
        box.commit(
            [], [HandOver(lease=held, subscriber_id=it.subscriber_id) for it in readers], now=NOON
        )
        for place, reader in enumerate(readers):
            is_dead = place < dead
            write(
                box,
                held,
                reader.subscriber_id,
                E.REJECT if is_dead else E.ACCEPT,
                reason="address_dead" if is_dead else "",
            )
        box.release(held, now=NOON)


def test_the_past_of_a_provider_is_read_from_the_issues_before(store):
    add_readers(store, (f"g{n}@gmail.example" for n in range(20)), provider="gmail")
    add_readers(store, (f"y{n}@yahoo.example" for n in range(10)), provider="yahoo")
    _issue_with_outcomes(store, 1, dead=1)
    _issue_with_outcomes(store, 2, dead=3)
    begin(store, 3, slugs=("slug-3",))
    freeze(store, 3)

    history = store.outbox().history(3, dead="address_dead")

    assert history.providers == {"gmail": (40, 4), "yahoo": (20, 4)}
    assert store.outbox().history(2, dead="address_dead").providers == {
        "gmail": (20, 1),
        "yahoo": (10, 1),
    }


def test_only_a_few_issues_back_are_looked_at(store):
    add_readers(store, ["ann@gmail.example"], provider="gmail")
    for number in range(1, 6):
        _issue_with_outcomes(store, number, dead=0)

    assert store.outbox().history(6, dead="address_dead").providers == {"gmail": (3, 0)}


# -- the reader


def test_a_reader_stands_with_suppression_and_strikes(store):
    add_readers(store, READERS)
    _issue_with_outcomes(store, 1, dead=0)
    begin(store, 2, slugs=("more",))
    freeze(store, 2)
    box = store.outbox()
    write(box, lease(box, 2), 1, E.REJECT, **STRIKE)
    store.suppressions.add(fingerprint(READERS[0]), SuppressionReason.COMPLAINT, now=LATER)

    ann, ben = (store.subscribers.standing(it) for it in READERS[:2])

    assert ann.subscriber.status is SubscriberStatus.ACTIVE
    assert ann.suppression.reason is SuppressionReason.COMPLAINT
    assert [it.issue for it in ann.strikes] == [2]
    assert (ben.suppression, ben.strikes) == (None, ())
    assert store.subscribers.standing("nobody@mail.example") is None


@pytest.mark.parametrize("way", ["again", "lift"])
def test_who_comes_back_begins_without_strikes(store, way):
    add_readers(store, READERS)
    begin(store)
    freeze(store)
    box = store.outbox()
    held = lease(box)
    write(box, held, 1, E.REJECT, **STRIKE)
    if way == "again":
        store.subscribers.again(make_reader(READERS[0]), now=LATER)
    else:
        store.suppressions.lift(fingerprint(READERS[0]))

    assert store.subscribers.standing(READERS[0]).strikes == ()


def test_readers_to_look_at_are_those_refused_in_so_many_issues(store):
    add_readers(store, READERS)
    for number in (1, 2, 3):
        begin(store, number, slugs=(f"slug-{number}",))
        freeze(store, number)
        box = store.outbox()
        held = lease(box, number)
        write(box, held, 1, E.REJECT, reason="recipient_policy", strikes=True)
        if number > 1:
            write(box, held, 2, E.REJECT, reason="recipient_policy", strikes=True)
        write(box, held, 3, E.REJECT, reason="mailbox_full", strikes=True)

    found = store.subscribers.struck("recipient_policy", issues=3)

    assert [it.address.addr_spec for it in found] == [READERS[0]]


_FULL = {
    "sqlite": (
        "CREATE TRIGGER full BEFORE INSERT ON strike BEGIN SELECT RAISE(ABORT, 'full'); END",
    ),
    "postgresql": (
        """CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'full'; END $$""",
        "CREATE TRIGGER full_ BEFORE INSERT ON strike FOR EACH ROW EXECUTE FUNCTION full_()",
    ),
}


def test_a_ledger_that_cannot_be_written_keeps_no_half_of_a_refusal(store, monkeypatch):
    """The strike and the row it belongs to are one transaction."""
    add_readers(store, READERS)
    begin(store)
    freeze(store)
    box = store.outbox()
    held = lease(box)
    with store.database.writing() as connection:
        for statement in _FULL[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    with pytest.raises(Exception, match="full"):
        write(box, held, 1, E.REJECT, **STRIKE)

    assert [it.subscriber_id for it in box.waiting(held, after=0, limit=9, now=NOON)] == [1, 2, 3]
