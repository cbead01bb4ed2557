"""What :data:`DELIVERY_TRANSITIONS` means for a store: one event leads to one state."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pipeline.errors import ConflictError, StateError
from pipeline.model.delivery import DELIVERY_TRANSITIONS, DeliveryEvent, DeliveryState, Sums
from pipeline.model.issue import IssueState

_S = DeliveryState

#: Nothing of these was handed over: the sender that holds the shard may still act on them.
WAITING: Final = frozenset({_S.QUEUED, _S.DEFERRED})

#: While one of these is left, an issue is not complete.
UNFINISHED: Final = frozenset({_S.QUEUED, _S.DEFERRED, _S.HANDING})

#: Under the policy ``resend`` a doubtful row is sent again once (it keeps its edition from then on,
#: as after an operator's word), and not before so long: a relay that hangs up after each terminator
#: would get one message again and again.
RESEND_AFTER: Final = timedelta(minutes=5)

#: Longer replies are cut; a ledger of a million rows keeps one for each.
REPLY_LENGTH: Final = 300


def sources(event: DeliveryEvent) -> frozenset[DeliveryState]:
    """Give the states that the event may leave."""
    return frozenset(state for state, what in DELIVERY_TRANSITIONS if what is event)


def target(event: DeliveryEvent) -> DeliveryState:
    """Give the one state that the event leads to."""
    (state,) = {to for (_, what), to in DELIVERY_TRANSITIONS.items() if what is event}
    return state


#: Events that count as a try when they meet a row that was not handed over;
#: a row in hand was counted when it was handed over.
TRIES: Final = frozenset({DeliveryEvent.DEFER, DeliveryEvent.REJECT})

#: Events that come without a reply of the relay; the last one stays readable.
KEEP_REPLY: Final = frozenset({DeliveryEvent.SUPPRESS, DeliveryEvent.EXPIRE})

#: What a sender may write as the result of a try; the rest happens by other doors.
RESULTS: Final = frozenset(
    {
        DeliveryEvent.ACCEPT,
        DeliveryEvent.DEFER,
        DeliveryEvent.REJECT,
        DeliveryEvent.SUPPRESS,
        DeliveryEvent.EXPIRE,
        DeliveryEvent.CANCEL,
        DeliveryEvent.LOSE_REPLY,
    }
)

#: What an operator may say about a message in doubt.
RESOLUTIONS: Final = frozenset({DeliveryEvent.RESEND, DeliveryEvent.ACCEPT, DeliveryEvent.CLOSE})


def check_resolution(
    issue: int, event: DeliveryEvent, *, state: IssueState, expires_at: datetime, now: datetime
) -> None:
    """Refuse a word about doubt that could not come true."""
    if event not in RESOLUTIONS:
        raise ValueError(f"{event} resolves no doubt")
    if event is not DeliveryEvent.RESEND:
        return
    remedy = "say --accepted or --close"
    if state is IssueState.STOPPED:
        raise ConflictError(f"issue {issue} is stopped, nothing is sent again", remedy=remedy)
    if expires_at <= now:
        raise ConflictError(
            f"the time of issue {issue} was up at {expires_at:%Y-%m-%d %H:%M} UTC, "
            "so nothing is sent again",
            remedy=remedy,
        )


def check_revision(issue: int, state: IssueState) -> None:
    """Refuse other bytes for an issue, unless it is paused."""
    if state is IssueState.PAUSED:
        return
    remedy = (
        "put the correction into the next issue"
        if state in {IssueState.COMPLETE, IssueState.STOPPED}
        else f"`mailbag pause {issue}` first"
    )
    raise ConflictError(
        f"issue {issue} is {state}, and only a paused one is revised", remedy=remedy
    )


def add_up(issue: int, counts: Mapping[DeliveryState, int], *, planned: int) -> Sums:
    """Give the sums of an issue; refuse a ledger in which they do not add up."""
    there = sum(counts.values())
    if there != planned:
        raise StateError(
            f"issue {issue} was planned for {planned} readers and the ledger holds {there} rows",
            remedy="restore the database from a backup, or ask for help with a copy of it",
        )
    states = DeliveryState
    return Sums(
        planned=planned,
        accepted=counts.get(states.ACCEPTED, 0),
        deferred=counts.get(states.DEFERRED, 0),
        rejected=counts.get(states.REJECTED, 0),
        suppressed=counts.get(states.SUPPRESSED, 0),
        expired=counts.get(states.EXPIRED, 0),
        cancelled=counts.get(states.CANCELLED, 0),
        in_doubt=sum(
            counts.get(state, 0) for state in (states.HANDING, states.IN_DOUBT, states.CLOSED)
        ),
        queued=counts.get(states.QUEUED, 0),
    )
