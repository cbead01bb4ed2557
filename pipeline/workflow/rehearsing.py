"""What a send would do now; nothing is written down and nothing leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.delivery import Due
from pipeline.model.issue import IssueState, Slot
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import beginning, editing, planning, sending, slots, waiting
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One issue that would go out."""

    number: int
    subject: str
    #: How many would be handed a message now, and how many later.
    due: Due
    #: What it waits for, so that it would not go out after all; empty when nothing.
    waits_for: str = ""
    #: As the ledger has it; ``None``: it is not in there yet.
    record: IssueRecord | None = None


def rehearse_due(shop: Workshop, store: Store | None, *, now: datetime) -> tuple[Rehearsal, ...]:
    """Rehearse ``--due``: every unfinished issue, then the slot that is due."""
    if store is None:
        return ()
    found = [_of_record(shop, store, record, now) for record in _unfinished(store)]
    since = store.meta.rule_in_force(shop.schedule.rule)
    if since is not None:
        wanted = planning.fixed_slot(shop, store)
        entries = slots.due(shop, store, now=now, since=since, wanted=wanted)
        due = (e.slot for e in entries if not e.missed and not slots.is_moved(e.slot, wanted))
        slot = next(due, None)
        if slot is not None:
            found.append(_of_plan(shop, store, now=now, slot=slot))
    return tuple(found)


def rehearse_now(shop: Workshop, store: Store | None, *, now: datetime) -> Rehearsal:
    """Rehearse ``--now``: the unfinished issue if there is one, else the next.

    Raises as ``prepare`` does, and where an issue is paused, as the send would.
    """
    record = next(_unfinished(store), None) if store else None
    for paused in store.issues.unfinished() if store and not record else ():
        raise waiting.paused(paused)
    return (
        _of_record(shop, store, record, now) if store and record else _of_plan(shop, store, now=now)
    )


def rehearse_issue(shop: Workshop, store: Store | None, number: int, *, now: datetime) -> Rehearsal:
    """Rehearse ``--issue``; the next one's number will do as well.

    Raises ConflictError for an issue that is over, as the send would.
    """
    for record in store.issues.all() if store else ():
        if store and record.number == number:
            sending.refuse_ended(store, record, now=now)
            return _of_record(shop, store, record, now)
    return _of_plan(shop, store, now=now, number=number)


def _unfinished(store: Store) -> Iterator[IssueRecord]:
    return (it for it in store.issues.unfinished() if it.state is not IssueState.PAUSED)


def _of_record(shop: Workshop, store: Store, record: IssueRecord, now: datetime) -> Rehearsal:
    number, subject = record.number, record.subject
    if not record.is_frozen:
        due = Due(now=store.subscribers.reachable())
        return Rehearsal(number=number, subject=subject, due=due, record=record)
    sums = store.outbox().sums(number)
    waits = waiting.why_it_waits(shop, store, record, sums, now=now)
    return Rehearsal(
        number=number,
        subject=subject,
        due=store.outbox().due(number, now=now),
        waits_for="; ".join(waits),
        record=record,
    )


def _of_plan(
    shop: Workshop,
    store: Store | None,
    *,
    now: datetime,
    slot: Slot | None = None,
    number: int | None = None,
) -> Rehearsal:
    plan = planning.plan(shop, store, now=now, slot=slot)
    if number is not None:
        editing.require_next(plan, number)
    prepared = editing.prepare(shop, store, plan)
    editing.refuse_findings(prepared, shop.fail_on)
    return Rehearsal(
        number=prepared.edition.number,
        subject=prepared.edition.subject,
        due=Due(now=store.subscribers.reachable() if store else 0),
        waits_for=beginning.missing(shop, store, prepared) if store else "there is no ledger here",
    )
