"""An operator's word on an issue: pause, resume, stop, and what to do with doubt."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.audience import addresses
from pipeline.errors import ConfigError, ConflictError, NotFoundError
from pipeline.model.delivery import DeliveryEvent, DeliveryState
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import waiting


def pause(store: Store, number: int, *, now: datetime) -> IssueRecord:
    """Stop handing over; a running sender obeys within a second."""
    record = store.issues.get(number)
    if record.state is IssueState.PAUSED:
        return record
    return store.issues.step(number, IssueEvent.PAUSE, now=now, why="an operator paused it")


def resume(store: Store, number: int, *, now: datetime) -> IssueRecord:
    """Let the next ``send --due`` or ``run`` go on with a paused issue."""
    record = store.issues.get(number)
    if record.state is IssueState.PAUSED:
        if record.expires_at <= now:
            raise ConflictError(
                f"the time of issue {number} was up at {record.expires_at:%Y-%m-%d %H:%M} UTC",
                remedy=f"`mailbag send --issue {number}` goes on with it all the same,"
                f" `mailbag stop {number}` ends it",
            )
        record = store.issues.step(number, IssueEvent.RESUME, now=now)
        waiting.end_rests(store, number, now=now)
    elif record.state is not IssueState.SENDING:
        raise ConflictError(
            f"issue {number} is {record.state}, not paused", remedy="`mailbag issues` lists them"
        )
    # Somebody looks after it again, so that it is not paused for having been left alone.
    store.issues.tick(number, now)
    return record


def stop(store: Store, number: int, *, now: datetime) -> IssueRecord:
    """End an issue for good: nobody who is queued or deferred gets it."""
    record = store.issues.get(number)
    if record.state is not IssueState.STOPPED:
        store.issues.step(number, IssueEvent.STOP, now=now, why="an operator stopped it")
    store.issues.cancel_rest(number, now)
    return store.issues.get(number)


def resolve(
    store: Store, number: int, readers: Sequence[str], event: DeliveryEvent, *, now: datetime
) -> int:
    """Decide over messages in doubt: of these readers, or of all when none is named.

    Raises NotFoundError for a reader who is not in doubt; then nothing is changed.
    """
    store.issues.get(number)
    canonicals = [_canonical(reader) for reader in readers]
    if canonicals:
        doubtful = {
            addresses.canonical(delivery.address)
            for delivery in store.outbox().deliveries(number)
            if delivery.state in {DeliveryState.IN_DOUBT, DeliveryState.HANDING}
        }
        for reader, canonical in zip(readers, canonicals, strict=True):
            if canonical not in doubtful:
                raise NotFoundError(
                    f"{reader} is not in doubt in issue {number}",
                    remedy=f"`mailbag deliveries {number} --state in_doubt` lists who is",
                )
    count = store.outbox().resolve(number, canonicals or None, event, now=now)
    if event is DeliveryEvent.RESEND and count:
        # An issue that this opens again was not left alone since it was complete.
        store.issues.tick(number, now)
    return count


def _canonical(reader: str) -> str:
    try:
        return addresses.canonical(addresses.parse(reader).addr_spec)
    except ValueError as error:
        raise ConfigError(f"no address: {error}", remedy="write it as name@domain") from error
