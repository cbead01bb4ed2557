"""Edge: shards as senders take them, keep them and give them back.

The statements are put together once: to do that for each shard takes SQLAlchemy longer than SQLite
takes to follow them, and a list with many small providers has many small shards.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from pipeline.model.delivery import DeliveryState, DoubtPolicy, Lease
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.store import steps
from pipeline.store.columns import Instant, from_microseconds
from pipeline.store.tables import delivery, issue, shard

_S = DeliveryState

#: Due at once, or never leased.
LONG_AGO: Final = from_microseconds(0)

_ISSUE, _SHARD = bindparam("in_issue", type_=Integer), bindparam("of_shard", type_=Integer)
_EPOCH, _OWNER = bindparam("by_epoch", type_=Integer), bindparam("by_owner", type_=Text)
_NOW, _UNTIL = bindparam("at", type_=Instant), bindparam("until", type_=Instant)

_IS_SHARD = and_(shard.c.issue == _ISSUE, shard.c.number == _SHARD)
#: No other lease of the shard came after this one, and it was not given back.
_HOLDS = and_(_IS_SHARD, shard.c.epoch == _EPOCH, shard.c.owner == _OWNER)

_FREE: Final = (
    select(shard.c.number)
    .join(issue, issue.c.number == shard.c.issue)
    .where(
        shard.c.issue == _ISSUE,
        issue.c.state.in_([IssueState.FROZEN.value, IssueState.SENDING.value]),
        shard.c.is_done.is_(False),
        or_(
            and_(shard.c.owner == "", or_(shard.c.due_at <= _NOW, issue.c.expires_at <= _NOW)),
            and_(
                shard.c.owner != "",
                or_(
                    shard.c.lease_until <= _NOW,
                    and_(bindparam("alone", type_=Boolean), shard.c.owner != _OWNER),
                ),
            ),
        ),
    )
    .order_by(shard.c.number)
    .limit(bindparam("most", type_=Integer))
)

#: What is asked of it by somebody who is no sender.
_ANYBODY: Final = {"by_owner": "", "alone": False}

_IS_FREE: Final = _FREE.where(shard.c.number == _SHARD).limit(1)

_FIND: Final = _FREE.where(
    shard.c.provider.not_in(bindparam("avoid", type_=Text, expanding=True))
).limit(1)

#: Who looks at the same moment takes the next one. SQLite has no such clause, and no such moment.
_FIND_AND_LOCK: Final = _FIND.with_for_update(of=shard, skip_locked=True)

_LOCK: Final = select(shard.c.number).where(_HOLDS).with_for_update()

_START: Final = (
    update(issue)
    .where(issue.c.number == _ISSUE, issue.c.state == IssueState.FROZEN.value)
    .values(state=ISSUE_TRANSITIONS[IssueState.FROZEN, IssueEvent.START].value)
)

_TAKE: Final = (
    update(shard)
    .where(_IS_SHARD)
    .values(epoch=shard.c.epoch + 1, owner=_OWNER, lease_until=_UNTIL)
    .returning(shard.c.epoch, shard.c.provider)
)

_IN_HAND: Final = update(delivery).where(
    delivery.c.issue == _ISSUE, delivery.c.shard == _SHARD, delivery.c.state == _S.HANDING
)

#: Without its epoch, the old owner can no longer write the row.
_RESEND: Final = _IN_HAND.where(delivery.c.keeps_edition.is_(False)).values(
    state=_S.DEFERRED,
    epoch=0,
    keeps_edition=True,
    next_at=bindparam("again_at", type_=Instant),
    updated_at=_NOW,
)

_INHERIT: Final = {
    policy: _IN_HAND.values(
        state=_S.ACCEPTED if policy is DoubtPolicy.ASSUME_ACCEPTED else _S.IN_DOUBT,
        updated_at=_NOW,
    )
    for policy in DoubtPolicy
}

_RENEW: Final = (
    update(shard)
    .where(
        _HOLDS,
        select(issue.c.number)
        .where(issue.c.number == _ISSUE, issue.c.state == IssueState.SENDING.value)
        .exists(),
    )
    .values(lease_until=_UNTIL)
)

_LEFT: Final = (
    select(delivery.c.state, func.min(delivery.c.next_at).label("next_at"))
    .where(
        delivery.c.issue == _ISSUE,
        delivery.c.shard == _SHARD,
        delivery.c.state.in_(steps.UNFINISHED),
    )
    .group_by(delivery.c.state)
)

_RELEASE: Final = (
    update(shard)
    .where(_HOLDS)
    .values(
        owner="",
        lease_until=LONG_AGO,
        due_at=bindparam("due", type_=Instant),
        is_done=bindparam("done", type_=Boolean),
    )
)


def find(  # noqa: PLR0913 - what a shard must be to be found
    connection: Connection,
    number: int,
    *,
    owner: str,
    now: datetime,
    alone: bool,
    avoid: Collection[str] = (),
    locks: bool = False,
) -> int | None:
    """Look for a shard that has something to do now and that nobody holds.

    ``locks``: nobody else takes it before the end of the transaction.
    ``alone``: the lease of any other owner has ended, whatever its expiry says.
    """
    asked = {"in_issue": number, "by_owner": owner, "at": now, "alone": alone}
    query = _FIND_AND_LOCK if locks else _FIND
    found = connection.execute(query, {**asked, "avoid": sorted(avoid)}).scalar()
    return None if found is None else int(found)


def take(  # noqa: PLR0913 - a lease, and what becomes of what its shard's last owner left
    connection: Connection,
    number: int,
    part: int,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    policy: DoubtPolicy,
) -> Lease:
    """Take a shard, and decide about the rows that its last owner left in hand."""
    which = {"in_issue": number, "of_shard": part}
    connection.execute(_START, {"in_issue": number})
    taken = connection.execute(_TAKE, {**which, "by_owner": owner, "until": until}).one()
    if policy is DoubtPolicy.RESEND:
        again_at = now + steps.RESEND_AFTER
        connection.execute(_RESEND, {**which, "at": now, "again_at": again_at})
    connection.execute(_INHERIT[policy], {**which, "at": now})
    return Lease(issue=number, shard=part, epoch=taken.epoch, owner=owner, provider=taken.provider)


def renew(connection: Connection, lease: Lease, *, until: datetime) -> bool:
    """Prolong a lease; ``False`` when it is not ours any more, or its issue is not sending."""
    return bool(connection.execute(_RENEW, {**_held(lease), "until": until}).rowcount)


def is_free(connection: Connection, number: int, part: int, *, now: datetime) -> bool:
    """Tell whether a shard has something to do now and nobody holds it."""
    asked = {"in_issue": number, "of_shard": part, "at": now, **_ANYBODY}
    return connection.execute(_IS_FREE, asked).scalar() is not None


def free(connection: Connection, number: int, *, now: datetime, limit: int) -> list[int]:
    """Give the first shards that have something to do now and that nobody holds."""
    asked = {"in_issue": number, "at": now, "most": limit, **_ANYBODY}
    return [int(it) for it in connection.execute(_FREE, asked).scalars()]


def standing(connection: Connection, number: int, *, now: datetime) -> tuple[bool, bool]:
    """Tell whether a shard has something to do now, and whether a sender is at work on one."""
    is_free, is_held = connection.execute(
        select(
            _FREE.with_only_columns(shard.c.number).order_by(None).limit(1).exists(),
            select(shard.c.number)
            .where(shard.c.issue == _ISSUE, shard.c.owner != "", shard.c.lease_until > _NOW)
            .exists(),
        ),
        {"in_issue": number, "at": now, **_ANYBODY},
    ).one()
    return bool(is_free), bool(is_held)


def release(
    connection: Connection, lease: Lease, *, not_before: datetime | None
) -> datetime | None:
    """Give a shard back, with the time at which somebody is to look at it again.

    ``None``: nobody needs to, or it was not ours to give.
    """
    held = _held(lease)
    if connection.dialect.name != "sqlite":
        # A late result of an earlier lease must not come between the look at the rows and the end.
        connection.execute(_LOCK, held)
    left = connection.execute(_LEFT, {key: held[key] for key in ("in_issue", "of_shard")}).all()
    due_at = min(
        (row.next_at if row.state is _S.DEFERRED and row.next_at else LONG_AGO for row in left),
        default=LONG_AGO,
    )
    due_at = max(due_at, not_before or LONG_AGO)
    was_ours = connection.execute(_RELEASE, {**held, "due": due_at, "done": not left}).rowcount
    return due_at if left and was_ours else None


def owners(connection: Connection, *, now: datetime) -> int:
    """Count those who hold a shard now."""
    query = select(func.count(shard.c.owner.distinct())).where(
        shard.c.owner != "", shard.c.lease_until > now
    )
    return int(connection.execute(query).scalar_one())


def _held(lease: Lease) -> dict[str, int | str]:
    return {
        "in_issue": lease.issue,
        "of_shard": lease.shard,
        "by_epoch": lease.epoch,
        "by_owner": lease.owner,
    }
