"""Edge: an operator's word on messages of which nobody knows whether they were taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, false, or_, select, true, update

from pipeline.model.delivery import DeliveryEvent, DeliveryState
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.store import steps
from pipeline.store.columns import from_microseconds
from pipeline.store.issues import read
from pipeline.store.tables import delivery, issue, shard

_E = DeliveryEvent


def resolve(  # noqa: PLR0913 - what was said, about what, by whom
    connection: Connection,
    number: int,
    canonicals: Sequence[str] | None,
    event: DeliveryEvent,
    *,
    alone: bool,
    now: datetime,
) -> int:
    """Let something be true of doubtful messages, within a transaction; count them."""
    record = read(connection, number)
    steps.check_resolution(number, event, state=record.state, expires_at=record.expires_at, now=now)
    _doubt_what_the_dead_left(connection, number, alone=alone, now=now)
    rows = connection.execute(
        select(delivery.c.shard, delivery.c.subscriber_id, delivery.c.canonical).where(
            delivery.c.issue == number, delivery.c.state == DeliveryState.IN_DOUBT
        )
    ).all()
    wanted = None if canonicals is None else frozenset(canonicals)
    chosen = [row for row in rows if wanted is None or row.canonical in wanted]
    if not chosen:
        return 0
    values: dict[str, Any] = {"state": steps.target(event), "updated_at": now}
    if event is _E.RESEND:
        # Without its epoch, a late reply to the first try can no longer write the row.
        values |= {"epoch": 0, "next_at": None, "keeps_edition": True}
    connection.execute(
        update(delivery)
        .where(
            delivery.c.issue == number,
            delivery.c.shard == bindparam("part"),
            delivery.c.subscriber_id == bindparam("reader"),
        )
        .values(**values),
        [{"part": row.shard, "reader": row.subscriber_id} for row in chosen],
    )
    if event is _E.RESEND:
        _open_again(connection, number, {row.shard for row in chosen}, record.state)
    return len(chosen)


def _doubt_what_the_dead_left(
    connection: Connection, number: int, *, alone: bool, now: datetime
) -> None:
    """Turn rows in the hands of nobody into doubtful ones, as the next lease would."""
    ended = select(shard.c.number).where(
        shard.c.issue == number,
        or_(shard.c.owner == "", shard.c.lease_until <= now, true() if alone else false()),
    )
    connection.execute(
        update(delivery)
        .where(
            delivery.c.issue == number,
            delivery.c.state.in_(steps.sources(_E.LOSE_REPLY)),
            delivery.c.shard.in_(ended),
        )
        .values(state=steps.target(_E.LOSE_REPLY), updated_at=now)
    )


def _open_again(connection: Connection, number: int, parts: set[int], state: IssueState) -> None:
    """Let a sender look at the shards, and at an issue that was complete."""
    connection.execute(
        update(shard)
        .where(shard.c.issue == number, shard.c.number == bindparam("part"))
        .values(is_done=False, due_at=from_microseconds(0)),
        [{"part": part} for part in sorted(parts)],
    )
    reopened = ISSUE_TRANSITIONS.get((state, IssueEvent.REOPEN))
    if reopened is not None:
        connection.execute(
            update(issue).where(issue.c.number == number).values(state=reopened.value)
        )
