"""A sending day: what is due, and what was left unfinished.

::

    tick -> stopped issues cancelled -> stale ones paused -> unfinished ones gone on with
         -> due slots, one after the other: begun (beginning), then gone on with (finishing)

Truth is in the ledger, so that this may be called at any time, by anybody, any number of times.
One issue's trouble does not keep the others; a database that cannot be used ends the call.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pipeline.errors import (
    ClockError,
    ConflictError,
    ContentError,
    DatabaseError,
    MailbagError,
    NotEnoughContentError,
)
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueEvent, IssueState, Slot
from pipeline.model.record import IssueRecord, SlotState
from pipeline.schedule.calendar import DueSlot
from pipeline.store.opening import Store
from pipeline.workflow import beginning, finishing, planning, slots, waiting
from pipeline.workflow.beginning import Confirm, unasked
from pipeline.workflow.finishing import Sent
from pipeline.workflow.workshop import Post, Workshop

#: A clock that is so much earlier than the ledger has seen was set back.
CLOCK_TOLERANCE = timedelta(minutes=5)


class Paused(str):
    """A note that an issue was paused."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one call of ``send`` did."""

    sent: tuple[Sent, ...] = ()
    #: What did not go out, and why, in words; not for cron's ears.
    notes: tuple[str, ...] = ()
    #: Issues that nobody looked after were paused: a person must hear of it.
    paused: bool = False
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
    post = ready(post, now)
    since = post.store.meta.rule_since(shop.schedule.rule, now=now)
    sent: list[Sent] = []
    notes: list[str] = []
    troubles: list[MailbagError] = []
    paused = False
    for step in _steps(shop, post, now=now, since=since):
        try:
            done = step()
        except DatabaseError:
            raise
        except MailbagError as error:
            # Dead links are one fault, however many issues wait for them.
            troubles += [error] if error not in troubles else []
            continue
        if isinstance(done, str):
            notes.append(done)
            paused = paused or isinstance(done, Paused)
            continue
        sent.append(done)
        if done.ends_the_call:
            break
    day = Day(sent=tuple(sent), notes=tuple(notes), paused=paused, troubles=tuple(troubles))
    return _with_untold(shop, post, day)


def _with_untold(shop: Workshop, post: Post, day: Day) -> Day:
    """Add what a run left in doubt that was killed before it could say so."""
    if any(sent.ends_the_call for sent in day.sent):
        return day
    numbers = {sent.record.number for sent in day.sent}
    return replace(day, sent=(*day.sent, *finishing.untold(shop, post, but=numbers)))


def over(store: Store) -> frozenset[int]:
    """Give the numbers of the issues that are complete or stopped."""
    ends = {IssueState.COMPLETE, IssueState.STOPPED}
    return frozenset(record.number for record in store.issues.all() if record.state in ends)


def send_now(
    shop: Workshop,
    post: Post,
    *,
    now: datetime,
    confirm: Confirm = unasked,
    seen: frozenset[int] | None = None,
) -> Day:
    """Go on with the unfinished issue if there is one, else make the next at once.

    ``confirm`` is asked before anything is written down or sent. ``seen`` are the issues that were
    over when the person asked: one that another sender ended since is the one that was meant.
    """
    post = ready(post, now)
    post.store.meta.rule_since(shop.schedule.rule, now=now)
    unfinished = post.store.issues.unfinished()
    paused = [record for record in unfinished if record.state is IssueState.PAUSED]
    for record in unfinished:
        if record not in paused:
            _ask(post, record, confirm)
            day = Day(sent=(finishing.go_on(shop, post, record, now=now),))
            return _with_untold(shop, post, day)
    for record in paused:
        raise waiting.paused(record)
    meanwhile = over(post.store) - seen if seen is not None else ()
    if meanwhile:
        raise ContentError(
            f"another sender ended issue {max(meanwhile)} while this one waited for it",
            place="send --now",
            remedy="nothing more was sent; the same command sends the issue after it",
        )
    at = now.astimezone(UTC).replace(microsecond=0)
    slot = Slot(f"now {at:%Y-%m-%dT%H:%M:%SZ}", shop.today(now).date(), at)
    begun = beginning.begin(shop, post, slot, now=now, scheduled=False, confirm=confirm)
    if isinstance(begun, str):
        raise ContentError(begun)
    return _with_untold(shop, post, Day(sent=(finishing.go_on(shop, post, begun, now=now),)))


def send_issue(shop: Workshop, post: Post, number: int, *, now: datetime) -> Day:
    """Go on with one issue of the ledger, a paused one too."""
    post = ready(post, now)
    issues = post.store.issues
    record = issues.get(number)
    is_over = refuse_ended(post.store, record, now=now)
    if post.store.outbox().sums(number).unfinished:
        post.check_links()  # before anything is changed
    if is_over:
        # Else nobody who waits would get it, and the operator says that they are to.
        issues.prolong(number, shop.expire_after(now))
    if record.state is IssueState.PAUSED:
        record = issues.step(number, IssueEvent.RESUME, now=now)
    # A limit of the account may have been raised, or what was said of us mended.
    waiting.end_rests(post.store, number, now=now)
    return _with_untold(shop, post, Day(sent=(finishing.go_on(shop, post, record, now=now),)))


def refuse_ended(store: Store, record: IssueRecord, *, now: datetime) -> bool:
    """Refuse to go on with an issue that cannot be; tell whether its time is up all the same.

    That of an issue is over for good when another came after it: it expires before the next.
    """
    number = record.number
    if record.state is IssueState.STOPPED:
        raise ConflictError(
            f"issue {number} was stopped{record.why and f': {record.why}'}",
            remedy="its readers are cancelled; make a new issue",
        )
    if record.state is IssueState.COMPLETE or record.expires_at > now:
        return False
    later = [other.number for other in store.issues.all() if other.number > number]
    if later:
        raise ConflictError(
            f"the time of issue {number} was up at {record.expires_at:%Y-%m-%d %H:%M} UTC,"
            f" and issue {later[0]} came after it",
            remedy=f"`mailbag stop {number}` cancels who waits for it",
        )
    return True


def ready(post: Post, now: datetime) -> Post:
    """Refuse when nothing may leave; give the post of this call, which asks the links once."""
    for guard in post.guards:
        guard()
    look_at_clock(post, now)
    return replace(post, check_links=_Once(post.check_links))


class _Once:
    """A question whose answer, a refusal too, is remembered for the length of a call."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._is_answered = False
        self._refusal: MailbagError | None = None

    def __call__(self) -> None:
        if not self._is_answered:
            try:
                self._ask()
            except MailbagError as error:
                self._refusal = error
            self._is_answered = True
        if self._refusal is not None:
            raise self._refusal


def _ask(post: Post, record: IssueRecord, confirm: Confirm) -> None:
    """Ask about an issue that was begun before."""
    store = post.store
    readers = (
        store.outbox().sums(record.number).unfinished
        if record.is_frozen
        else store.subscribers.reachable()
    )
    confirm(Edition.from_json(store.issues.edition(record.number)), readers)


def _steps(
    shop: Workshop, post: Post, *, now: datetime, since: datetime
) -> Iterator[Callable[[], Sent | str]]:
    """Give what there is to do, each looked up when the one before is done."""
    issues = post.store.issues
    for number in issues.stopped_with_rest():
        issues.cancel_rest(number, now)
    for record in issues.unfinished():
        if record.state is IssueState.PAUSED:
            continue
        if now - record.ticked_at > shop.schedule.grace:
            yield partial(pause_stale, post, record, now=now)
        else:
            yield partial(finishing.go_on, shop, post, record, now=now)
    for slot in _due(shop, post, now=now, since=since):
        yield partial(_send_slot, shop, post, slot, now=now)


def pause_stale(post: Post, record: IssueRecord, *, now: datetime) -> Paused:
    """Leave an issue that nobody looked after for long to a person."""
    number, hours = record.number, round((now - record.ticked_at).total_seconds() / 3600)
    why = f"nobody looked after it for {hours} hours"
    # One that died while it was frozen cannot be paused; freezing hands nothing over.
    finishing.freeze(post, record)
    post.store.issues.step(number, IssueEvent.PAUSE, now=now, why=why)
    return Paused(
        f"issue {number} is paused: {why}; `mailbag send --issue {number}` goes on with it"
    )


def _due(shop: Workshop, post: Post, *, now: datetime, since: datetime) -> Iterator[Slot]:
    """Give the slots that are due and open; settle those that are too late or moved."""
    seen: set[Slot] = set()
    while True:
        # Looked up each time: with another number comes another issue file.
        wanted = planning.fixed_slot(shop, post.store)
        entries = slots.due(shop, post.store, now=now, since=since, wanted=wanted)
        entry = next((entry for entry in entries if entry.slot not in seen), None)
        if entry is None:
            return
        seen.add(entry.slot)
        if entry.missed:
            _miss(post, entry, now=now)
        elif wanted is not None and slots.is_moved(entry.slot, wanted):
            why = f"the issue file puts the next issue on {wanted.local_date}"
            post.store.slots.settle(entry.slot, SlotState.SKIPPED, why, now=now)
        else:
            yield entry.slot


def _miss(post: Post, entry: DueSlot, *, now: datetime) -> None:
    slot, hours = entry.slot, round(entry.late.total_seconds() / 3600)
    waiting = post.store.slots.get(slot.rule, slot.local_date)
    why = (waiting.why if waiting else "") or "nobody looked in time"
    post.store.slots.settle(slot, SlotState.MISSED, f"{hours} hours late: {why}", now=now)


def _send_slot(shop: Workshop, post: Post, slot: Slot, *, now: datetime) -> Sent | str:
    """Make a slot's issue and send it; or write down why it has none yet, or never will."""
    try:
        begun = beginning.begin(shop, post, slot, now=now, scheduled=True)
    except NotEnoughContentError as error:
        post.store.slots.settle(slot, SlotState.SKIPPED, error.message, now=now)
        return f"the slot of {slot.local_date} is skipped: {error.message}"
    except DatabaseError:
        raise
    except MailbagError as error:
        post.store.slots.note_waiting(slot, error.message, now=now)
        raise
    if isinstance(begun, str):
        post.store.slots.note_waiting(slot, begun, now=now)
        return f"the slot of {slot.local_date} waits: {begun}"
    return finishing.go_on(shop, post, begun, now=now)
