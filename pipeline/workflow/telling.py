"""Doubt that no report has told yet: a sender that is killed cannot say what it left.

Before a run the ledger notes how many messages of the issue were in doubt; a report takes the note
back. Whoever finds one that is older than the run tells what came since.
"""

from collections.abc import Collection, Iterator

from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueState
from pipeline.store.opening import Store

_OVER = frozenset({IssueState.COMPLETE, IssueState.STOPPED})


def begin(store: Store, number: int) -> int:
    """Note that a run over an issue begins; give how many were in doubt at the last report."""
    return store.meta.note_untold(number, _count(store, number, DeliveryState.IN_DOUBT))


def new_doubt(store: Store, number: int, before: int) -> int:
    """Count what came into doubt since."""
    return max(0, _count(store, number, DeliveryState.IN_DOUBT) - before)


def left(store: Store, *, but: Collection[int]) -> Iterator[tuple[int, int]]:
    """Give the issues, but for those, whose doubt was never told, and how much it is."""
    for number, before in store.meta.untold().items():
        state = store.issues.get(number).state
        # Where senders share a database, one that is alive tells it itself.
        is_anybodys = not store.sender_lock.ENDS_LEASES and state not in _OVER
        if number in but or is_anybodys:
            continue
        found = _in_hand_of_the_dead(store, number)
        doubt = max(0, _count(store, number, DeliveryState.IN_DOUBT) + found - before)
        if doubt:
            yield number, doubt
        elif state in _OVER:
            told(store, number)


def told(store: Store, number: int, *, goes_on: bool = False) -> None:
    """Note that a report has told all of an issue's doubt.

    ``goes_on``: workers send it, and what they leave in doubt is told by whoever reports next.
    """
    found = _in_hand_of_the_dead(store, number)
    if found or goes_on:
        # They are told, and called doubtful when somebody goes on with the issue.
        before = _count(store, number, DeliveryState.IN_DOUBT) + found
        store.meta.note_told(number, before)
    else:
        store.meta.note_told(number, None)


def _in_hand_of_the_dead(store: Store, number: int) -> int:
    """Count what a sender that is no more had handed over; only where senders are alone."""
    alone = store.sender_lock.ENDS_LEASES
    return _count(store, number, DeliveryState.HANDING) if alone else 0


def _count(store: Store, number: int, state: DeliveryState) -> int:
    return sum(1 for _ in store.outbox().deliveries(number, state))
