"""Why an issue that is on its way does not go on now, until when, and what a person can do."""

from collections.abc import Iterator
from datetime import datetime

from pipeline.delivery.rating import provider_scope
from pipeline.delivery.reply_class import ReplyClass
from pipeline.errors import ConflictError
from pipeline.model.delivery import OTHER_PROVIDERS, Due, Sums
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.model.restraint import Restraint
from pipeline.store.opening import Store
from pipeline.workflow.workshop import Workshop

#: Nothing that is set here has no room, and what a relay told us in a session is not kept.
_NOT_OURS = "the relay's own, or one that was changed here since"

_ON_ITS_WAY = frozenset({IssueState.FROZEN, IssueState.SENDING})


def why_it_waits(
    shop: Workshop, store: Store, record: IssueRecord, sums: Sums, *, now: datetime
) -> tuple[str, ...]:
    """Give sentences without a full stop; none when somebody may be tried now."""
    if record.state not in _ON_ITS_WAY or not sums.unfinished:
        return ()
    held = tuple(_held(store, record.number, now))
    at = store.outbox().next_at(record.number)
    if at is not None and at <= now and sums.queued:
        held += tuple(
            f"{it} is used up, so its readers wait until {_moment(it.alone_until)}"
            for it in shop.used_up(store, record.number, now)
            if it.alone_until is not None
        )
    if held or at is None or at <= now:
        return held
    said = f"whoever waits was told to come later, the first at {_moment(at)}"
    if sums.queued:
        which = "; ".join(map(str, shop.used_up(store, record.number, now))) or _NOT_OURS
        said = (
            f"a sending limit is reached ({which}), so nobody is tried before {_moment(at)};"
            f" if it was raised, `mailbag send --issue {record.number}` tries at once"
        )
    return (said,)


def paused(record: IssueRecord) -> ConflictError:
    """Say that an issue is paused, why, and what a person can do."""
    number, why = record.number, record.why
    return ConflictError(
        f"issue {number} is paused{why and f': {why}'}",
        remedy=f"`mailbag send --issue {number}` goes on with it, `mailbag stop {number}` ends it",
    )


def later(due: Due) -> str:
    """Say how many wait until when; empty when nobody does."""
    if due.next_at is None:
        return ""
    wait = "waits" if due.later == 1 else "wait, the first"
    return f"{due.later:,} {wait} until {_moment(due.next_at)}"


def end_rests(store: Store, number: int, *, now: datetime) -> None:
    """Do as a person says who goes on: what we let rest for our reputation rests no longer.

    What a provider asked for, with a time, stays.
    """
    store.outbox().end_rests(ReplyClass.REPUTATION, now=now)
    store.outbox().hurry(number)


def whom(scope: str) -> str:
    """Name whom a scope of a restraint is about."""
    return scope.partition(" ")[2] or scope


def told(name: str, it: Restraint) -> str:
    """Say to whom nothing goes, until when and why."""
    because = f", since it said: {it.said}" if it.said else ""
    return f"nothing goes to {name} until {_moment(it.until)}{because}"


def is_ours(it: Restraint) -> bool:
    """Tell whether we let it rest by ourselves, so that a person may end the rest."""
    return it.reason == ReplyClass.REPUTATION


def _held(store: Store, number: int, now: datetime) -> Iterator[str]:
    outbox = store.outbox()
    held = {name: it for name, it in outbox.restraints().items() if it.until > now}
    waiting = outbox.waiting_by_provider(number) if held else {}
    for scope, it in held.items():
        name = whom(scope)
        is_small = scope == provider_scope(name) and name not in waiting
        if is_small and not (OTHER_PROVIDERS in waiting and outbox.waits_at(number, name)):
            continue
        ends = f"; once it is mended, `mailbag send --issue {number}` does not wait"
        yield told(name, it) + (ends if is_ours(it) else "")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
