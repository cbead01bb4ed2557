"""What a worker does when a doorbell rings. The ledger says whether there is anything to do.

::

    plan(issue)              -> freeze the rest -> ring for its shards
    send_shard(issue, shard) -> still free and due? -> send what can be sent, until the slice ends
    tick()                   -> whatever is due and nobody is at: ring again

Each may be called at any time, by anybody, any number of times.
"""

from datetime import datetime, timedelta

from pipeline.delivery.report import RunReport
from pipeline.errors import NotFoundError
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.workflow import finishing, sending
from pipeline.workflow.doorbells import BATCH, Doorbells
from pipeline.workflow.workshop import Post, Workshop

#: Whoever freezes an issue has written it down within this time.
_FREEZES = timedelta(minutes=2)
#: A sweep writes down so often that an issue is looked after.
_LOOKED_AFTER = timedelta(minutes=1)
#: Shards of an issue that one sweep rings for.
_MOST = 20 * BATCH

_SENDABLE = frozenset({IssueState.FROZEN, IssueState.SENDING})


def answer_plan(shop: Workshop, post: Post, number: int, *, now: datetime) -> None:
    """Go on with freezing an issue whose sender died over it, and ring for its shards."""
    record = _unfinished(post, number)
    if record is None or _paused_as_stale(shop, post, record, now=now):
        return
    sending.ready(post, now)
    if not record.is_frozen:
        post.store.issues.tick(number, now)
        finishing.freeze(post, record)
    ring_free(post, number, now=now)


def answer_shard(
    shop: Workshop, post: Post, number: int, shard: int, *, now: datetime
) -> RunReport | None:
    """Send what can be sent of an issue, if the shard still waits for somebody.

    ``None``: there was nothing to do. The run is not bound to the shard: who has connections to
    the relay goes on with the next shard, and the rings for those find nothing to do.
    """
    record = _unfinished(post, number)
    if (
        record is None
        or record.state not in _SENDABLE
        or not post.store.outbox().is_free(number, shard, now=now)
        or _paused_as_stale(shop, post, record, now=now)
    ):
        return None
    return finishing.send_some(shop, sending.ready(post, now), record, now=now)


def sweep(shop: Workshop, post: Post, *, now: datetime) -> None:
    """Ring again for whatever is due and nobody is at; end what is done."""
    sending.look_at_clock(post, now)
    issues = post.store.issues
    for number in issues.stopped_with_rest():
        issues.cancel_rest(number, now)
    for record in issues.unfinished():
        if record.state is IssueState.PAUSED or _paused_as_stale(shop, post, record, now=now):
            continue
        since = now - record.ticked_at
        if not record.is_frozen:
            if since > _FREEZES:
                _bells(post).plan(record.number)
            continue
        if since > _LOOKED_AFTER:
            issues.tick(record.number, now)
        ring_free(post, record.number, now=now)
        issues.complete_if_done(record.number, now)


def ring_free(post: Post, number: int, *, now: datetime) -> None:
    """Ring for each shard that has something to do now and that nobody holds."""
    free = post.store.outbox().free_shards(number, now=now, limit=_MOST)
    for start in range(0, len(free), BATCH):
        _bells(post).send_shard(number, free[start : start + BATCH])


def _bells(post: Post) -> Doorbells:
    assert post.doorbells is not None  # noqa: S101 - who answers a ring has bells
    return post.doorbells


def _unfinished(post: Post, number: int) -> IssueRecord | None:
    """Look an issue up that a ring names; an old ring may name one of another ledger."""
    try:
        record = post.store.issues.get(number)
    except NotFoundError:
        return None
    ended = {IssueState.PAUSED, IssueState.COMPLETE, IssueState.STOPPED}
    return None if record.state in ended else record


def _paused_as_stale(shop: Workshop, post: Post, record: IssueRecord, *, now: datetime) -> bool:
    """Leave an issue that nobody looked after for long to a person, as ``send --due`` does."""
    if now - record.ticked_at <= shop.schedule.grace:
        return False
    sending.pause_stale(post, record, now=now)
    return True
