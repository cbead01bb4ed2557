"""An operator's word on an issue: pause, resume, stop, and what to do with doubt."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.audience import addresses
from pipeline.errors import NotFoundError
from pipeline.model.delivery import DeliveryEvent
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store


def pause(store: Store, number: int, *, now: datetime) -> IssueRecord:
    """Stop handing over; a running sender obeys within a second."""
    record = store.issues.get(number)
    if record.state is IssueState.PAUSED:
        return record
    return store.issues.step(number, IssueEvent.PAUSE, now=now, why="an operator paused it")


def resume(store: Store, number: int, *, now: datetime) -> IssueRecord:
    """Let the next ``send --due`` or ``run`` go on with a paused issue."""
    record = store.issues.get(number)
    if record.state is IssueState.SENDING:
        return record
    record = store.issues.step(number, IssueEvent.RESUME, now=now)
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
    canonicals = [addresses.canonical(addresses.parse(reader).addr_spec) for reader in readers]
    if canonicals:
        doubtful = {
            addresses.canonical(delivery.address)
            for delivery in store.outbox().deliveries(number)
            if delivery.state == "in_doubt"
        }
        for reader, canonical in zip(readers, canonicals, strict=True):
            if canonical not in doubtful:
                raise NotFoundError(
                    f"{reader} is not in doubt in issue {number}",
                    remedy=f"`mailbag deliveries {number} --state in_doubt` lists who is",
                )
    return store.outbox().resolve(number, canonicals or None, event, now=now)
