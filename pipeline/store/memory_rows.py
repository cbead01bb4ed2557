"""What the outbox in dictionaries holds: issues, their shards, and a row for each reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pipeline.errors import StateError
from pipeline.model.delivery import (
    DELIVERY_TRANSITIONS,
    DeliveryEvent,
    DeliveryState,
    History,
)
from pipeline.model.issue import IssueState
from pipeline.store import steps

_S = DeliveryState

#: Due at once, or never leased.
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Row:
    subscriber_id: int
    address: str
    state: DeliveryState = _S.QUEUED
    epoch: int = 0
    attempts: int = 0
    code: int = 0
    reply: str = ""
    reason: str = ""
    relay: str = ""
    next_at: datetime | None = None
    #: The revision that was handed over last.
    edition: int | None = None
    #: It may have been taken: if it is sent again, then in the edition that it had.
    keeps_edition: bool = False

    def is_due(self, now: datetime) -> bool:
        return self.state is _S.QUEUED or (
            self.state is _S.DEFERRED and (self.next_at is None or self.next_at <= now)
        )

    def due_at(self) -> datetime:
        """When the row is next due; long ago for one that waits for nothing."""
        return self.next_at if self.state is _S.DEFERRED and self.next_at else LONG_AGO


@dataclass(slots=True)
class Shard:
    provider: str
    rows: dict[int, Row]
    epoch: int = 0
    owner: str = ""
    lease_until: datetime = LONG_AGO
    #: When a row is next due; nobody looks at the shard before.
    due_at: datetime = LONG_AGO
    is_done: bool = False


@dataclass(slots=True)
class HeldIssue:
    expires_at: datetime
    shards: dict[int, Shard]
    state: IssueState = IssueState.FROZEN
    #: A message of it was handed over, so its Q&As count as published.
    is_published: bool = False
    #: The edition in force.
    revision: int = 0

    def edition_of(self, row: Row) -> int | None:
        """Give the revision that a row was handed over in, or will be."""
        waits = row.state in steps.WAITING and not row.keeps_edition
        return self.revision if waits else row.edition

    def rows(self) -> Iterator[Row]:
        for shard in self.shards.values():
            yield from shard.rows.values()

    def owners(self, now: datetime) -> frozenset[str]:
        held = (it for it in self.shards.values() if it.owner and it.lease_until > now)
        return frozenset(it.owner for it in held)

    def history(self, past: Mapping[str, tuple[int, int]]) -> History:
        states = [row.state for row in self.rows()]
        settled = sum(state in {_S.ACCEPTED, _S.REJECTED} for state in states)
        waiting = min(sum(state in steps.WAITING for state in states), History.FEW)
        return History(settled=settled, waiting=waiting, providers=past)


def after(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """Give the state that an event leads to; raises StateError when it cannot happen."""
    try:
        return DELIVERY_TRANSITIONS[state, event]
    except KeyError:
        raise StateError(f"{event} cannot happen to a delivery that is {state}") from None
