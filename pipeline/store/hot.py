"""Edge: the statements of a hand-over, written by hand on the driver's connection.

They are most of what a send costs the ledger. The states they name come from the transition table.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from pipeline.model.delivery import (
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    HandOver,
    Lease,
    Refusal,
    Result,
)
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.model.subscriber import SubscriberStatus, SuppressionReason
from pipeline.store import steps, strikes
from pipeline.store.columns import CODES, from_microseconds, to_microseconds
from pipeline.store.raw import Counts, Raw
from pipeline.store.suppressions import STRENGTH

_E = DeliveryEvent
#: By names of their own what is asked for each message: until Python 3.12 a member is looked up in
#: its class at ten times the cost.
_ACCEPT, _SENDING = DeliveryEvent.ACCEPT, IssueState.SENDING


def _codes(states: frozenset[DeliveryState]) -> str:
    # PostgreSQL takes no empty list; nothing is in this one either.
    return ", ".join(str(CODES[state]) for state in sorted(states)) or "NULL"


_ROW = "issue = ? AND shard = ? AND subscriber_id = ?"
_WAITING = _codes(steps.WAITING)


def _update(event: DeliveryEvent) -> str:
    """Write the statement for an event: from each state that may have it, to the one it leads to.

    A row in hand must have been handed over under this lease; a row that waits, the lease must be
    the shard's newest (the seventh parameter).
    """
    sources = steps.sources(event)
    said = ", code = ?8, reply = ?9, reason = ?10, relay = ?11"
    reply = "" if event in steps.KEEP_REPLY else said
    tried = f"CASE WHEN state IN ({_WAITING}) THEN 1 ELSE 0 END" if event in steps.TRIES else "0"
    return f"""
UPDATE delivery SET state = {CODES[steps.target(event)]}, next_at = ?1, updated_at = ?2,
  attempts = attempts + {tried}{reply}
WHERE issue = ?3 AND shard = ?4 AND subscriber_id = ?5 AND (
  (state IN ({_codes(sources - steps.WAITING)}) AND epoch = ?6)
  OR (?7 AND state IN ({_codes(sources & steps.WAITING)})))
"""  # noqa: S608 - numbers from the code table


_UPDATE: Final = {event: _update(event) for event in steps.RESULTS}

#: It waits for the edition of which the message is; its parameters: the newest, the message's.
_OF_EDITION = "CASE WHEN keeps_edition THEN edition ELSE ? END = ?"

_HAND_OVER: Final = f"""
UPDATE delivery SET state = {CODES[DeliveryState.HANDING]}, epoch = ?, attempts = attempts + 1,
  next_at = NULL, updated_at = ?, edition = ?
WHERE {_ROW} AND state IN ({_codes(steps.sources(_E.HAND_OVER))}) AND {_OF_EDITION} AND EXISTS (
  SELECT 1 FROM subscriber s WHERE s.id = delivery.subscriber_id
  AND s.status = '{SubscriberStatus.ACTIVE.value}'
  AND NOT EXISTS (SELECT 1 FROM suppression x WHERE x.fingerprint = s.fingerprint))
"""  # noqa: S608 - constants of the model

_SUPPRESS: Final = f"""
UPDATE delivery SET state = {CODES[DeliveryState.SUPPRESSED]}, next_at = NULL, updated_at = ?
WHERE {_ROW} AND state IN ({_codes(steps.sources(_E.SUPPRESS))}) AND {_OF_EDITION}
"""  # noqa: S608 - numbers from the code table

#: Once: a row that was sent again keeps its edition.
_RESEND: Final = f"""
UPDATE delivery SET state = {CODES[DeliveryState.DEFERRED]}, epoch = 0, next_at = ?,
  keeps_edition = true
WHERE {_ROW} AND state = {CODES[DeliveryState.IN_DOUBT]} AND NOT keeps_edition
"""  # noqa: S608 - numbers from the code table

_CANCEL: Final = f"""
UPDATE delivery SET state = {CODES[DeliveryState.CANCELLED]}, next_at = NULL
WHERE {_ROW} AND state IN ({_codes(steps.sources(_E.CANCEL))})
"""  # noqa: S608 - numbers from the code table

_SHARD: Final = """
SELECT s.epoch, s.owner, s.lease_until, i.state, i.handed_at, i.revision
FROM shard s JOIN issue i ON i.number = s.issue WHERE s.issue = ? AND s.number = ?
"""

#: The fence where senders write beside each other: who takes the shard over waits for this
#: transaction, or this one for that, and then sees the new epoch.
_SHARD_LOCKED: Final = f"{_SHARD} FOR UPDATE OF s"

_WAIT: Final = """
UPDATE shard SET due_at = CASE WHEN is_done OR due_at > ?1 THEN ?1 ELSE due_at END,
  is_done = false
WHERE issue = ?2 AND number = ?3
"""


def _condemn(reason: SuppressionReason) -> str:
    weaker = ", ".join(f"'{it.value}'" for it in STRENGTH[: STRENGTH.index(reason)])
    return f"""
INSERT INTO suppression (fingerprint, reason, since, note)
SELECT fingerprint, '{reason.value}', ?, ? FROM subscriber WHERE id = ?
ON CONFLICT (fingerprint) DO UPDATE
SET reason = excluded.reason, since = excluded.since, note = excluded.note
WHERE suppression.reason IN ({weaker})
"""  # noqa: S608 - constants of the model


#: Only what the issue itself wrote is taken back.
FORGIVE: Final = f"""
DELETE FROM suppression WHERE reason = '{SuppressionReason.HARD_BOUNCE.value}' AND note = ?
AND fingerprint = (SELECT fingerprint FROM subscriber WHERE id = ?)
"""  # noqa: S608 - constants of the model

#: A refusal of everybody is taken back; the row keeps what was said. Nothing of it was taken.
_REQUEUE: Final = f"""
UPDATE delivery SET state = {CODES[steps.target(_E.TAKE_BACK)]}, epoch = 0, next_at = NULL
WHERE issue = ? AND subscriber_id = ? AND state IN ({_codes(steps.sources(_E.TAKE_BACK))})
RETURNING shard
"""  # noqa: S608 - numbers from the code table

_CONDEMN: Final = {reason: _condemn(reason) for reason in SuppressionReason}


def note_of(issue: int) -> str:
    """Say where a suppression comes from."""
    return f"issue {issue}"


def requeue(raw: Raw, issue: int, readers: Collection[int]) -> int:
    """Let readers wait again who were rejected; count them."""
    shards = [row[0] for it in readers for row in raw.execute(_REQUEUE, (issue, it)).fetchall()]
    for shard in sorted(set(shards)):
        raw.execute(_WAIT, (0, issue, shard))
    return len(shards)


def _is_plain(result: Result) -> bool:
    """Tell whether nothing but the row itself changes."""
    return result.event is _ACCEPT and not (result.forgives or result.suppress or result.strikes)


@dataclass(slots=True)
class _Standing:
    """How a lease stands at the moment of a commit."""

    is_ours: bool
    until: datetime
    issue: IssueState
    is_published: bool
    #: The newest edition of the issue.
    revision: int


@dataclass(slots=True)
class Commit:
    """One transaction of a sender: results written, hand-overs granted or refused."""

    raw: Raw
    policy: DoubtPolicy
    now: datetime
    #: Others may write at the same time.
    locks: bool
    #: Where each statement is a round trip, they are made together.
    counts: Counts | None = None
    _at: int = field(init=False)
    #: By issue, shard, epoch and owner.
    _standings: dict[tuple[int, int, int, str], _Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._at = to_microseconds(self.now)

    def write(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver]
    ) -> Mapping[HandOver, Refusal]:
        if self.locks:
            # All in one order, the shards first, so that two senders never wait for each other.
            leases = {it.lease for it in results} | {it.lease for it in hand_overs}
            for lease in sorted(leases, key=lambda it: (it.issue, it.shard, it.epoch)):
                self._standing(lease)
            results = sorted(results, key=lambda it: it.subscriber_id)
        for is_plain, several in groupby(results, _is_plain):
            if is_plain:
                self._accept(several)
            else:
                for result in several:
                    self._write(result)
        if self.counts is not None:
            return self._hand_over_all(hand_overs, self.counts)
        refused = {}
        for wish in hand_overs:
            refusal = self._hand_over(wish)
            if refusal is not None:
                refused[wish] = refusal
        return refused

    def _standing(self, lease: Lease) -> _Standing:
        which = lease.issue, lease.shard, lease.epoch, lease.owner
        known = self._standings.get(which)
        if known is None:
            epoch, owner, until, state, handed_at, revision = self.raw.execute(
                _SHARD_LOCKED if self.locks else _SHARD, (lease.issue, lease.shard)
            ).fetchone()
            known = self._standings[which] = _Standing(
                is_ours=epoch == lease.epoch and owner == lease.owner,
                until=from_microseconds(until),
                issue=IssueState(state),
                is_published=handed_at is not None,
                revision=revision,
            )
        return known

    def _accept(self, results: Iterable[Result]) -> None:
        """Write those from which nothing else follows: nearly all there ever are."""
        at, standing, limit = self._at, self._standing, steps.REPLY_LENGTH
        self.raw.executemany(
            _UPDATE[_ACCEPT],
            [
                (
                    *(None, at, (lease := it.lease).issue, lease.shard, it.subscriber_id),
                    *(lease.epoch, standing(lease).is_ours),
                    *(it.code, it.reply[:limit], it.reason, it.relay),
                )
                for it in results
            ],
        )

    def _write(self, result: Result) -> None:
        lease = result.lease
        if result.event not in _UPDATE:
            raise ValueError(f"{result.event} is no result of a try")
        row = (lease.issue, lease.shard, result.subscriber_id)
        if not self.raw.execute(_UPDATE[result.event], self._parameters(result)).rowcount:
            return
        if result.suppress is not None:
            self.raw.execute(
                _CONDEMN[result.suppress],
                (self._at, note_of(lease.issue), result.subscriber_id),
            )
        if result.strikes:
            self.raw.execute(
                strikes.STRIKE, (lease.issue, result.reason, self._at, result.subscriber_id)
            )
        elif result.forgives:
            self.raw.execute(strikes.PARDON, (result.subscriber_id,))
        if result.event is _E.DEFER:
            self._wait(lease, row, result.next_at)
        elif result.event is _E.LOSE_REPLY:
            self._doubt(result, row)

    def _parameters(self, result: Result) -> tuple[object, ...]:
        """Give those of :data:`_UPDATE`."""
        lease = result.lease
        next_at = None if result.next_at is None else to_microseconds(result.next_at)
        where = (
            *(next_at, self._at, lease.issue, lease.shard, result.subscriber_id),
            *(lease.epoch, self._standing(lease).is_ours),
        )
        if result.event in steps.KEEP_REPLY:
            return where
        reply = result.reply[: steps.REPLY_LENGTH]
        return (*where, result.code, reply, result.reason, result.relay)

    def _doubt(self, result: Result, row: tuple[int, int, int]) -> None:
        """Do what the policy says about a message whose reply was not read."""
        if self.policy is DoubtPolicy.ASSUME_ACCEPTED:
            self.raw.execute(
                _UPDATE[_E.ACCEPT],
                (
                    *(None, self._at, *row, result.lease.epoch, False),
                    *(0, "", result.reason, result.relay),
                ),
            )
        elif self.policy is DoubtPolicy.RESEND:
            until = self.now + steps.RESEND_AFTER
            if self.raw.execute(_RESEND, (to_microseconds(until), *row)).rowcount:
                self._wait(result.lease, row, until)

    def _wait(self, lease: Lease, row: tuple[int, int, int], until: datetime | None) -> None:
        """See to it that somebody looks at a row that waits again."""
        standing = self._standing(lease)
        if standing.issue is IssueState.STOPPED:
            self.raw.execute(_CANCEL, row)
            return
        if standing.is_ours:
            return  # the shard is looked through when it is given back
        due_at = 0 if until is None else to_microseconds(until)
        self.raw.execute(_WAIT, (due_at, lease.issue, lease.shard))
        if standing.issue is IssueState.COMPLETE:
            standing.issue = ISSUE_TRANSITIONS[standing.issue, IssueEvent.REOPEN]
            self.raw.execute(
                "UPDATE issue SET state = ? WHERE number = ?",
                (standing.issue.value, lease.issue),
            )

    def _hand_over(self, wish: HandOver) -> Refusal | None:
        standing = self._standing(wish.lease)
        refusal = self._refusal(standing)
        if refusal is not None:
            return refusal
        if not self.raw.execute(_HAND_OVER, self._granted(wish, standing)).rowcount:
            return self._gone(wish, standing)
        if not standing.is_published:
            self._publish(wish.lease.issue)
            standing.is_published = True
        return None

    def _hand_over_all(
        self, wishes: Sequence[HandOver], counts: Counts
    ) -> Mapping[HandOver, Refusal]:
        """Do as :meth:`_hand_over` for each, in their order."""
        refused = {}
        asked = []
        for wish in wishes:
            standing = self._standing(wish.lease)
            refusal = self._refusal(standing)
            if refusal is None:
                asked.append((wish, standing))
            else:
                refused[wish] = refusal
        done = counts(_HAND_OVER, [self._granted(*it) for it in asked])
        for (wish, standing), count in zip(asked, done, strict=True):
            if not count:
                refused[wish] = self._gone(wish, standing)
            elif not standing.is_published:
                self._publish(wish.lease.issue)
                standing.is_published = True
        return refused

    def _refusal(self, standing: _Standing) -> Refusal | None:
        """Tell why nothing of a lease may be handed over."""
        if not standing.is_ours or standing.until <= self.now:
            return Refusal.LEASE_LOST
        if standing.issue is not _SENDING:
            is_paused = standing.issue is IssueState.PAUSED
            return Refusal.PAUSED if is_paused else Refusal.STOPPED
        return None

    def _granted(self, wish: HandOver, standing: _Standing) -> tuple[object, ...]:
        """Give the parameters of :data:`_HAND_OVER`."""
        lease = wish.lease
        row = (lease.issue, lease.shard, wish.subscriber_id)
        return (lease.epoch, self._at, wish.edition, *row, standing.revision, wish.edition)

    def _gone(self, wish: HandOver, standing: _Standing) -> Refusal:
        """Find out why a row could not be handed over; one who left is marked."""
        row = (wish.lease.issue, wish.lease.shard, wish.subscriber_id)
        of_edition = (standing.revision, wish.edition)
        gone = self.raw.execute(_SUPPRESS, (self._at, *row, *of_edition)).rowcount
        return Refusal.SUPPRESSED if gone else Refusal.SETTLED

    def _publish(self, number: int) -> None:
        """Mark the first hand-over of an issue; its Q&As are published from here on."""
        self.raw.execute(
            "UPDATE issue SET handed_at = ? WHERE number = ? AND handed_at IS NULL",
            (self._at, number),
        )
        self.raw.execute(
            "UPDATE published SET is_reserved = false, since = ? WHERE issue = ? AND is_reserved",
            (self._at, number),
        )
