"""A sending day: what is due, freezing it, sending it, and going on with what was left.

::

    tick -> stale issues paused -> unfinished issues resumed -> due slots
         -> plan -> edition -> approved? -> readers? -> guards -> freeze -> dispatch -> complete?

Truth is in the ledger, so that this may be called at any time, by anybody, any number of times.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.delivery.report import RunReport, StopReason
from pipeline.errors import (
    ClockError,
    ConflictError,
    ContentError,
    MailbagError,
    NotEnoughContentError,
)
from pipeline.model.delivery import Sums
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueEvent, IssueState, Slot
from pipeline.model.published import PublishedQA
from pipeline.model.record import IssueRecord, SlotState
from pipeline.model.subscriber import SubscriberStatus
from pipeline.schedule import calendar
from pipeline.workflow import editing, planning
from pipeline.workflow.workshop import Post, Workshop

#: A clock that is so much earlier than the ledger has seen was set back.
CLOCK_TOLERANCE = timedelta(minutes=5)

#: Recipients written in one transaction of a freeze.
_RANGE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one call did to one issue."""

    record: IssueRecord
    sums: Sums
    run: RunReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one call of ``send`` did."""

    sent: tuple[Sent, ...] = ()
    #: What did not go out, and why, in words; not for cron's ears.
    notes: tuple[str, ...] = ()
    #: What kept one issue from going out; the others went on.
    troubles: tuple[MailbagError, ...] = ()


def look_at_clock(post: Post, now: datetime) -> None:
    """Refuse a clock that stands earlier than what the ledger has seen; else move the mark."""
    seen = post.store.meta.seen_at()
    if seen is not None and now < seen - CLOCK_TOLERANCE:
        raise ClockError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, but the ledger has seen"
            f" {seen:%Y-%m-%d %H:%M} UTC",
            remedy="set the clock; if it is right now, run `mailbag doctor --accept-clock`",
        )
    post.store.meta.see(now)


def send_due(shop: Workshop, post: Post, *, now: datetime) -> Day:
    """Send every due slot's issue, and go on with every unfinished one."""
    _guard(post)
    look_at_clock(post, now)
    since = post.store.meta.rule_since(shop.schedule.rule, now=now)
    sent: list[Sent] = []
    notes: list[str] = []
    troubles: list[MailbagError] = []
    for number in post.store.issues.stopped_with_rest():
        post.store.issues.cancel_rest(number, now)
    for record in post.store.issues.unfinished():
        if record.state is IssueState.PAUSED:
            continue
        late = now - record.ticked_at
        if late > shop.schedule.grace:
            hours = round(late.total_seconds() / 3600)
            why = f"nobody looked after it for {hours} hours"
            post.store.issues.step(record.number, IssueEvent.PAUSE, now=now, why=why)
            notes.append(
                f"issue {record.number} is paused: {why}; `mailbag send --issue {record.number}`"
                " goes on with it"
            )
            continue
        try:
            sent.append(go_on(shop, post, record, now=now))
        except MailbagError as error:
            troubles.append(error)
    for slot in _due_slots(shop, post, now=now, since=since):
        try:
            outcome = _open(shop, post, slot, now=now, scheduled=True)
        except MailbagError as error:
            post.store.slots.note_waiting(slot, error.message, now=now)
            troubles.append(error)
            continue
        if isinstance(outcome, str):
            notes.append(outcome)
        else:
            sent.append(outcome)
    return Day(sent=tuple(sent), notes=tuple(notes), troubles=tuple(troubles))


def send_now(
    shop: Workshop,
    post: Post,
    *,
    now: datetime,
    confirm: Callable[[Edition, int], None] = lambda _edition, _readers: None,
) -> Day:
    """Go on with the unfinished issue if there is one, else make the next at once.

    ``confirm`` raises when the person says no; it is asked before anything is written down.
    """
    _guard(post)
    look_at_clock(post, now)
    post.store.meta.rule_since(shop.schedule.rule, now=now)
    for record in post.store.issues.unfinished():
        if record.state is IssueState.PAUSED:
            raise ConflictError(
                f"issue {record.number} is paused{record.why and f': {record.why}'}",
                remedy=f"`mailbag send --issue {record.number}` goes on with it,"
                f" `mailbag stop {record.number}` ends it",
            )
        return Day(sent=(go_on(shop, post, record, now=now),))
    day = shop.today(now).date()
    at = now.astimezone(UTC).replace(microsecond=0)
    slot = Slot(f"now {at:%Y-%m-%dT%H:%M:%SZ}", day, at)
    outcome = _open(shop, post, slot, now=now, scheduled=False, confirm=confirm)
    if isinstance(outcome, str):
        raise ContentError(outcome, remedy="`mailbag status` shows where the column stands")
    return Day(sent=(outcome,))


def send_issue(shop: Workshop, post: Post, number: int, *, now: datetime) -> Day:
    """Go on with one issue of the ledger, a paused one too."""
    _guard(post)
    look_at_clock(post, now)
    record = post.store.issues.get(number)
    if record.state is IssueState.STOPPED:
        raise ConflictError(
            f"issue {number} was stopped", remedy="its readers are cancelled; make a new issue"
        )
    if record.state is IssueState.PAUSED:
        record = post.store.issues.step(number, IssueEvent.RESUME, now=now)
    return Day(sent=(go_on(shop, post, record, now=now),))


def go_on(shop: Workshop, post: Post, record: IssueRecord, *, now: datetime) -> Sent:
    """Freeze what is not frozen yet, send what can be sent, complete what is done."""
    store = post.store
    store.issues.tick(record.number, now)
    if record.state is IssueState.COMPLETE:
        return Sent(record=record, sums=store.outbox().sums(record.number), run=None)
    while not record.is_frozen and not store.issues.freeze_range(record.number, limit=_RANGE):
        pass
    record = store.issues.get(record.number)
    post.check_links()
    run = post.dispatch(record, Edition.from_json(store.issues.edition(record.number)))
    after = shop.clock.now()
    store.issues.tick(record.number, after)
    if run.pause_because and store.issues.get(record.number).state is IssueState.SENDING:
        store.issues.step(record.number, IssueEvent.PAUSE, now=after, why=run.pause_because)
    if run.stopped is StopReason.STOPPED:
        store.issues.cancel_rest(record.number, after)
    store.issues.complete_if_done(record.number, after)
    record = store.issues.get(record.number)
    return Sent(record=record, sums=store.outbox().sums(record.number), run=run)


def _guard(post: Post) -> None:
    for guard in post.guards:
        guard()


def _due_slots(shop: Workshop, post: Post, *, now: datetime, since: datetime) -> Iterator[Slot]:
    """Give the slots that are due and open; settle those that are too late or moved."""
    settled = planning.settled_slots(post.store)
    fixed = planning.fixed_slot(shop, post.store)
    due = list(calendar.due(shop.schedule, now=now, since=since, settled=settled))
    if (
        fixed is not None
        and since <= fixed.at <= now
        and (fixed.rule, fixed.local_date) not in settled
        and all(entry.slot.local_date != fixed.local_date for entry in due)
    ):
        due.append(calendar.judge(shop.schedule, fixed, now=now))
    for entry in sorted(due, key=lambda entry: entry.slot.at):
        slot = entry.slot
        if entry.missed:
            hours = round(entry.late.total_seconds() / 3600)
            waiting = post.store.slots.get(slot.rule, slot.local_date)
            why = (waiting.why if waiting else "") or "nobody looked in time"
            post.store.slots.settle(slot, SlotState.MISSED, f"{hours} hours late: {why}", now=now)
        elif fixed is not None and fixed.local_date > slot.local_date:
            post.store.slots.settle(
                slot,
                SlotState.SKIPPED,
                f"the issue file puts the next issue on {fixed.local_date}",
                now=now,
            )
        else:
            yield slot


def _open(  # noqa: PLR0913 - what a slot and a call off schedule differ in
    shop: Workshop,
    post: Post,
    slot: Slot,
    *,
    now: datetime,
    scheduled: bool,
    confirm: Callable[[Edition, int], None] = lambda _edition, _readers: None,
) -> Sent | str:
    """Make a slot's issue and send it; or say why there is none."""
    plan = planning.plan(shop, post.store, now=now, slot=slot)
    try:
        prepared = editing.prepare(shop, post.store, plan)
    except NotEnoughContentError as error:
        if not scheduled:
            raise
        post.store.slots.settle(slot, SlotState.SKIPPED, error.message, now=now)
        return f"the slot of {slot.local_date} is skipped: {error.message}"
    waiting = _what_is_missing(shop, post, prepared)
    if waiting:
        if scheduled:
            post.store.slots.note_waiting(slot, waiting, now=now)
            return f"the slot of {slot.local_date} waits: {waiting}"
        return waiting
    editing.refuse_findings(prepared, shop.fail_on)
    confirm(prepared.edition, post.store.subscribers.count(SubscriberStatus.ACTIVE))
    post.check_links()
    record = _begin(shop, post, prepared, slot=slot, now=now, scheduled=scheduled)
    return go_on(shop, post, record, now=now)


def _what_is_missing(shop: Workshop, post: Post, prepared: editing.Prepared) -> str:
    number = prepared.edition.number
    if prepared.void:
        return prepared.void
    if shop.approval_required and not prepared.is_approved:
        return (
            f"issue {number} is not approved; look at it with `mailbag preview`, then"
            f" `mailbag approve {number} --sha256 {prepared.edition.sha256}`"
        )
    if post.store.subscribers.count(SubscriberStatus.ACTIVE) == 0:
        return "there are no readers; `mailbag subscribers import FILE` brings them"
    return ""


def _begin(  # noqa: PLR0913 - the same
    shop: Workshop,
    post: Post,
    prepared: editing.Prepared,
    *,
    slot: Slot,
    now: datetime,
    scheduled: bool,
) -> IssueRecord:
    """Fix the number and the bytes and reserve the Q&As, in one transaction."""
    edition = prepared.edition
    issue = prepared.plan.require_issue()
    return post.store.issues.begin(
        number=edition.number,
        slot=slot,
        edition_json=edition.to_json(),
        sha256=edition.sha256,
        subject=edition.subject,
        published=[
            PublishedQA(slug=qa.slug, question_hash=qa.question.hash, issue=edition.number)
            for qa in issue.qas
        ],
        nonce=shop.nonce(),
        now=now,
        expires_at=shop.expire_after(now),
        scheduled=scheduled,
    )
