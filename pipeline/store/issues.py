"""Edge: issues from the moment their number is fixed: begun, frozen, sent, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, func, insert, or_, select, update

from pipeline.errors import ConflictError, NotFoundError
from pipeline.model.delivery import DeliveryEvent, DeliveryState
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState, Slot
from pipeline.model.published import PublishedQA
from pipeline.model.record import IssueRecord, Revision
from pipeline.model.subscriber import SubscriberStatus
from pipeline.store import freezing, publications, revisions, slots, steps
from pipeline.store.database import Database, Ring
from pipeline.store.tables import delivery, issue, shard, subscriber, suppression
from pipeline.store.tables import published as publication

_S, _E = IssueState, IssueEvent

#: What a person wanted, as the refusal says it.
_WANTED: Final = {
    _E.START: "sent",
    _E.PAUSE: "paused",
    _E.RESUME: "resumed",
    _E.STOP: "stopped",
    _E.APPROVE: "approved",
    _E.VOID: "voided",
}

#: Shards in one transaction of :meth:`Issues.cancel_rest`.
_SHARDS_AT_A_TIME = 20


@dataclass(frozen=True)
class Issues:
    """The issues of the ledger."""

    database: Database

    def next_number(self, first_number: int) -> int:
        """Give the number that the next issue would have; it is fixed by :meth:`begin` only.

        What another machine has published counts as well, so that its numbers are gone on with.
        """
        with self.database.reading() as connection:
            highest = [
                connection.execute(select(func.max(column))).scalar() or 0
                for column in (issue.c.number, publication.c.issue)
            ]
        # The toml's number counts even then: after a restored backup an operator raises it,
        # so that a number that went out is not used again.
        return max(first_number, *(number + 1 for number in highest))

    def has_readers(self) -> bool:
        """Tell whether anybody would get an issue now."""
        with self.database.reading() as connection:
            return _has_readers(connection)

    def begin(  # noqa: PLR0913 - the columns of one row
        self,
        *,
        number: int,
        slot: Slot,
        edition_json: str,
        sha256: str,
        subject: str,
        published: Sequence[PublishedQA],
        nonce: str,
        now: datetime,
        expires_at: datetime,
        scheduled: bool,
    ) -> IssueRecord:
        """Fix the number, the bytes, the Q&As and who may get it, in one transaction.

        The slot (of a scheduled issue) is taken and its draft adopted. What is left to do is
        :meth:`freeze_range`, which writes the rows. Raises :class:`ConflictError` when number,
        slot or a Q&A is taken, or nobody would get it; then nothing is changed.
        """
        with self.database.writing() as connection:
            if connection.execute(select(exists().where(issue.c.number == number))).scalar():
                raise ConflictError(
                    f"there is an issue {number} already", remedy="plan the issue anew"
                )
            if not _has_readers(connection):
                raise ConflictError(
                    "nobody would get the issue: no reader is active",
                    remedy="add readers with `mailbag subscribers add`",
                )
            if scheduled:
                slots.take(connection, slot, issue=number, now=now)
            approved = slots.take_drafts(connection, slot, sha256=sha256)
            publications.reserve(connection, published, issue=number, now=now)
            ceiling = connection.execute(select(func.max(subscriber.c.id))).scalar_one()
            connection.execute(
                insert(issue).values(
                    number=number,
                    rule=slot.rule,
                    local_date=slot.local_date,
                    slot_at=slot.at,
                    state=(_S.APPROVED if approved else _S.DRAFT).value,
                    sha256=sha256,
                    subject=subject,
                    slugs=[entry.slug for entry in published],
                    nonce=nonce,
                    frozen_at=now,
                    expires_at=expires_at,
                    ticked_at=now,
                    freeze_ceiling=ceiling,
                    excluded={},
                )
            )
            first = Revision(number=0, sha256=sha256, subject=subject, pinned_at=now)
            revisions.add(connection, number, first, content=edition_json)
            return read(connection, number)

    def freeze_range(
        self, number: int, *, limit: int = freezing.RANGE, ring: Ring | None = None
    ) -> bool:
        """Write the rows of the next readers; ``True`` when nothing is left to freeze.

        Each call is one transaction with the cursor in it: whoever dies, another goes on.
        The last one checks that the counts add up and makes the issue ``frozen``.
        An issue that was stopped meanwhile has nothing left to freeze.
        ``ring``: told of the first shards in the last transaction.
        """
        with self.database.writing() as connection:
            was_frozen = read(connection, number).is_frozen
            is_done = freezing.freeze_range(connection, number, limit=limit, ring=ring)
        if is_done and not was_frozen:
            self.database.look_over(delivery, shard)
        return is_done

    def get(self, number: int) -> IssueRecord:
        """Raises :class:`NotFoundError` for a number that the ledger does not hold."""
        with self.database.reading() as connection:
            return read(connection, number)

    def all(self) -> tuple[IssueRecord, ...]:
        with self.database.reading() as connection:
            rows = connection.execute(select(issue).order_by(issue.c.number)).all()
        return tuple(map(_record, rows))

    def unfinished(self) -> tuple[IssueRecord, ...]:
        """Give the issues somebody has to go on with: begun, frozen, sending or paused."""
        ended = {_S.COMPLETE, _S.STOPPED}
        return tuple(record for record in self.all() if record.state not in ended)

    def edition(self, number: int, revision: int | None = None) -> str:
        """Give the bytes of an edition as they were pinned; the newest when none is named."""
        with self.database.reading() as connection:
            content = revisions.content(connection, number, revision)
        if content is None:
            raise _not_found(number)
        return content

    def revisions(self, number: int) -> tuple[Revision, ...]:
        """Give the editions of an issue, the first one first."""
        with self.database.reading() as connection:
            return revisions.of(connection, number)

    def revisable(self, number: int) -> IssueRecord:
        """Give an issue that may be revised; raises :class:`ConflictError` for another."""
        record = self.get(number)
        steps.check_revision(number, record.state)
        return record

    def revise(  # noqa: PLR0913 - the columns of one row
        self,
        number: int,
        *,
        replaces: str,
        edition_json: str,
        sha256: str,
        subject: str,
        slugs: Sequence[str],
        now: datetime,
    ) -> IssueRecord:
        """Put another edition of a paused issue in force, for whoever nothing was handed over to.

        ``replaces`` is the sha256 of the one in force. One transaction: the old one is in force
        until it is committed, the new one from then on. Raises :class:`ConflictError` when the
        issue is not paused, or was revised meanwhile.
        """
        with self.database.writing() as connection:
            record = read(connection, number)
            steps.check_revision(number, record.state)
            if record.sha256 != replaces:
                raise ConflictError(
                    f"issue {number} was revised meanwhile and is {record.sha256[:12]} now",
                    remedy="look at it again",
                )
            new = Revision(
                number=record.revision + 1, sha256=sha256, subject=subject, pinned_at=now
            )
            revisions.add(connection, number, new, content=edition_json)
            connection.execute(
                update(issue)
                .where(issue.c.number == number)
                .values(revision=new.number, sha256=sha256, subject=subject, slugs=list(slugs))
            )
            return read(connection, number)

    def step(self, number: int, event: IssueEvent, *, now: datetime, why: str = "") -> IssueRecord:
        """Let something happen to the issue; raises :class:`ConflictError` when it may not.

        Freezing, completing and reopening have their own ways, which look at the rows.
        An issue that is stopped before anybody got it gives its Q&As back.
        """
        if event not in _WANTED:
            raise ValueError(f"{event} is not for somebody to say")
        with self.database.writing() as connection:
            record = read(connection, number)
            state = ISSUE_TRANSITIONS.get((record.state, event))
            if state is None:
                raise ConflictError(
                    f"issue {number} is {record.state} and cannot be {_WANTED[event]}",
                    remedy="`mailbag issues` lists where each stands",
                )
            values: dict[str, Any] = {"state": state.value, "why": why}
            if event in {_E.START, _E.RESUME}:
                values["ticked_at"] = now
            connection.execute(update(issue).where(issue.c.number == number).values(**values))
            if state is _S.STOPPED:
                _give_back(connection, number)
            return read(connection, number)

    def tick(self, number: int, now: datetime) -> None:
        """Write down that a sender looks after the issue."""
        with self.database.writing() as connection:
            connection.execute(update(issue).where(issue.c.number == number).values(ticked_at=now))

    def prolong(self, number: int, expires_at: datetime) -> None:
        """Give an issue more time, at an operator's word."""
        with self.database.writing() as connection:
            read(connection, number)
            connection.execute(
                update(issue).where(issue.c.number == number).values(expires_at=expires_at)
            )

    def may_repeat(self, number: int) -> bool:
        """Tell whether a message of the issue can go out a second time.

        It may have been handed over, and nobody knows; or somebody ordered it to be sent again.
        """
        doubt = (DeliveryState.HANDING, DeliveryState.IN_DOUBT)
        again = and_(delivery.c.state == DeliveryState.QUEUED, delivery.c.attempts > 0)
        with self.database.reading() as connection:
            return bool(
                connection.execute(
                    select(
                        exists().where(
                            delivery.c.issue == number, or_(delivery.c.state.in_(doubt), again)
                        )
                    )
                ).scalar()
            )

    def complete_if_done(self, number: int, now: datetime) -> bool:
        """End an issue of which no row is queued, deferred or in hand; tell whether it is complete.

        If nothing of it was ever handed over, its Q&As are given back.
        """
        with self.database.writing() as connection:
            record = read(connection, number)
            if record.state not in {_S.FROZEN, _S.SENDING}:
                return record.state is _S.COMPLETE
            if _has_open_shards(connection, number) or _has_unfinished_rows(connection, number):
                return False
            connection.execute(
                update(issue)
                .where(issue.c.number == number)
                .values(state=_S.COMPLETE.value, why="", ticked_at=now)
            )
            _give_back(connection, number)
            return True

    def cancel_rest(self, number: int, now: datetime) -> int:
        """Cancel what a stopped issue has left to hand over; give the number of rows.

        Goes from shard to shard in small transactions, and may be called again after a crash.
        """
        count = 0
        while True:
            with self.database.writing() as connection:
                state = read(connection, number).state
                if state is not _S.STOPPED:
                    raise ConflictError(f"issue {number} is {state}, not stopped")
                todo = connection.execute(
                    select(shard.c.number)
                    .where(shard.c.issue == number, shard.c.is_done.is_(False))
                    .order_by(shard.c.number)
                    .limit(_SHARDS_AT_A_TIME)
                ).scalars()
                numbers = todo.all()
                if not numbers:
                    return count
                count += connection.execute(
                    update(delivery)
                    .where(
                        delivery.c.issue == number,
                        delivery.c.shard.in_(numbers),
                        delivery.c.state.in_(steps.sources(DeliveryEvent.CANCEL)),
                    )
                    .values(state=steps.target(DeliveryEvent.CANCEL), next_at=None, updated_at=now)
                ).rowcount
                connection.execute(
                    update(shard)
                    .where(shard.c.issue == number, shard.c.number.in_(numbers))
                    .values(is_done=True)
                )

    def stopped_with_rest(self) -> tuple[int, ...]:
        """Give the stopped issues whose rest is not cancelled: somebody died in the middle."""
        with self.database.reading() as connection:
            return tuple(
                connection.execute(
                    select(issue.c.number)
                    .where(
                        issue.c.state == _S.STOPPED.value,
                        exists().where(shard.c.issue == issue.c.number, shard.c.is_done.is_(False)),
                    )
                    .order_by(issue.c.number)
                ).scalars()
            )


def read(connection: Connection, number: int) -> IssueRecord:
    """Read an issue within a transaction."""
    row = connection.execute(select(issue).where(issue.c.number == number)).one_or_none()
    if row is None:
        raise _not_found(number)
    return _record(row)


def _not_found(number: int) -> NotFoundError:
    return NotFoundError(
        f"the ledger holds no issue {number}", remedy="`mailbag issues` lists those it holds"
    )


def _has_readers(connection: Connection) -> bool:
    anybody = (
        select(subscriber.c.id)
        .outerjoin(suppression, suppression.c.fingerprint == subscriber.c.fingerprint)
        .where(
            subscriber.c.status == SubscriberStatus.ACTIVE.value,
            suppression.c.fingerprint.is_(None),
        )
        .limit(1)
    )
    return connection.execute(anybody).scalar() is not None


def _has_open_shards(connection: Connection, number: int) -> bool:
    open_shard = exists().where(shard.c.issue == number, shard.c.is_done.is_(False))
    return bool(connection.execute(select(open_shard)).scalar())


def _has_unfinished_rows(connection: Connection, number: int) -> bool:
    row = exists().where(delivery.c.issue == number, delivery.c.state.in_(steps.UNFINISHED))
    return bool(connection.execute(select(row)).scalar())


def _give_back(connection: Connection, number: int) -> None:
    """Release the Q&As of an issue that ends before anything of it was handed over."""
    handed_at = connection.execute(
        select(issue.c.handed_at).where(issue.c.number == number)
    ).scalar()
    if handed_at is None:
        publications.release(connection, number)


def _record(row: Row[Any]) -> IssueRecord:
    return IssueRecord(
        number=row.number,
        slot=Slot(row.rule, row.local_date, row.slot_at),
        state=IssueState(row.state),
        sha256=row.sha256,
        subject=row.subject,
        slugs=tuple(row.slugs),
        nonce=row.nonce,
        frozen_at=row.frozen_at,
        expires_at=row.expires_at,
        ticked_at=row.ticked_at,
        why=row.why,
        is_frozen=row.is_frozen,
        candidates=row.candidates,
        planned=row.planned,
        excluded=row.excluded,
        revision=row.revision,
    )
