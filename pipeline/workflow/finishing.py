"""Going on with an issue that has its number: freeze the rest, send what is due, complete it.

Every step may be called again after a crash at any point.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.delivery.report import RunReport, StopReason
from pipeline.model.delivery import Sums
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.record import IssueRecord
from pipeline.workflow import illustrating, telling, waiting
from pipeline.workflow.workshop import Post, Workshop

#: Recipients written in one transaction of a freeze.
_RANGE = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one call did to one issue."""

    record: IssueRecord
    sums: Sums
    #: ``None`` when there was nothing to hand over now.
    run: RunReport | None
    #: How many messages are in doubt that no report told of, those of a dead sender included.
    new_doubt: int = 0
    #: Why nobody who waits is tried now, and until when; sentences without a full stop.
    waits: tuple[str, ...] = ()

    @property
    def ends_the_call(self) -> bool:
        """Whether nothing else is to be begun: the process is to end, or the ledger is stuck."""
        reason = self.run.stopped if self.run else None
        return reason in {StopReason.INTERRUPTED, StopReason.DATABASE}


def go_on(shop: Workshop, post: Post, record: IssueRecord, *, now: datetime) -> Sent:
    """Freeze what is not frozen yet, send what can be sent, complete what is done."""
    store, number = post.store, record.number
    if record.state is IssueState.COMPLETE:
        return _sent(shop, post, number, None, store.meta.untold().get(number))
    store.issues.tick(number, now)
    freeze(post, record)
    doubt = telling.begin(store, number)
    run = send_some(shop, post, record, now=now)
    return _sent(shop, post, number, run, doubt)


def send_some(
    shop: Workshop, post: Post, record: IssueRecord, *, now: datetime
) -> RunReport | None:
    """Send what can be sent of a frozen issue now; complete it if that was the last of it."""
    store, number = post.store, record.number
    run = None
    if _has_work(post, number, now):
        record = store.issues.get(number)
        if now < record.expires_at:
            post.check_links()
        edition = Edition.from_json(store.issues.edition(number))
        illustrating.keep(shop, edition)
        run = post.dispatch(record, edition)
        if run.database_error is not None:
            # The report tells what happened; another write would only fail, and hide it.
            return run
        _conclude(post, number, run, now=shop.clock.now())
    store.issues.complete_if_done(number, shop.clock.now())
    return run


def _has_work(post: Post, number: int, now: datetime) -> bool:
    """Tell whether there is something to do now, or for who looks on, whether others do it."""
    if post.follows:
        return any(post.store.outbox().standing(number, now=now))
    return post.store.outbox().has_work(number, now=now)


def untold(shop: Workshop, post: Post, *, but: Collection[int]) -> tuple[Sent, ...]:
    """Give the other issues of which a dead sender left doubt that nobody was told of."""
    found = telling.left(post.store, but=but)
    return tuple(
        replace(_sent(shop, post, number, None), new_doubt=doubt) for number, doubt in found
    )


def freeze(post: Post, record: IssueRecord) -> None:
    """Write the rows that are not there yet; whoever is asked to end leaves the rest for later."""
    is_done = record.is_frozen
    ring = post.doorbells.send_shard if post.doorbells else None
    if not is_done:
        post.sort_readers()
    while not is_done and post.stop() is None:
        is_done = post.store.issues.freeze_range(record.number, limit=_RANGE, ring=ring)


def _conclude(post: Post, number: int, run: RunReport, *, now: datetime) -> None:
    """Do what a run's end asks for, besides completing."""
    issues = post.store.issues
    issues.tick(number, now)
    if run.pause_because and issues.get(number).state is IssueState.SENDING:
        issues.step(number, IssueEvent.PAUSE, now=now, why=run.pause_because)
    if run.stopped is StopReason.STOPPED:
        issues.cancel_rest(number, now)


def _sent(
    shop: Workshop, post: Post, number: int, run: RunReport | None, doubt: int | None = None
) -> Sent:
    store = post.store
    record, sums = store.issues.get(number), store.outbox().sums(number)
    return Sent(
        record=record,
        sums=sums,
        run=run,
        new_doubt=0 if doubt is None else telling.new_doubt(store, number, doubt),
        waits=waiting.why_it_waits(shop, store, record, sums, now=shop.clock.now()),
    )
