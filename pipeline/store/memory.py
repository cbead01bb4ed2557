"""The outbox in dictionaries: the promises of the real one, for tests, rehearsals and previews."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.delivery import (
    DELIVERY_TRANSITIONS,
    OTHER_PROVIDERS,
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    HandOver,
    History,
    Lease,
    Recipient,
    Refusal,
    Result,
)
from pipeline.model.issue import IssueState
from pipeline.store import steps
from pipeline.store.memory_addresses import Addresses
from pipeline.store.memory_issues import FAR_OFF, MemoryIssues
from pipeline.store.memory_rows import LONG_AGO, HeldIssue, Row, Shard, after

_S, _E = DeliveryState, DeliveryEvent


@dataclass
class MemoryOutbox(MemoryIssues, Addresses):
    """Fits :class:`pipeline.delivery.ports.Outbox`; gone with the process."""

    policy: DoubtPolicy = DoubtPolicy.HOLD
    #: No other sender can be at work, so a lease of another owner has ended.
    alone: bool = False
    #: What :meth:`history` says of earlier issues.
    past: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def with_recipients(  # noqa: PLR0913 - what tests differ in
        cls,
        issue: int,
        addresses: Iterable[str],
        *,
        expires_at: datetime = FAR_OFF,
        policy: DoubtPolicy = DoubtPolicy.HOLD,
        shard_size: int = 1000,
        provider_of: Callable[[str], str] = lambda _: OTHER_PROVIDERS,
    ) -> "MemoryOutbox":
        """Make an outbox with one frozen issue; the readers' ids are 1, 2, 3 ..."""
        outbox = cls(policy=policy, shard_size=shard_size)
        outbox.freeze(issue, addresses, expires_at=expires_at, provider_of=provider_of)
        return outbox

    def lease(
        self,
        issue: int,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        avoid: Collection[str] = (),
    ) -> Lease | None:
        with self._turn:
            it = self._issues.get(issue)
            if it is None or it.state not in {IssueState.FROZEN, IssueState.SENDING}:
                return None
            for number, shard in it.shards.items():
                if shard.provider in avoid or not self._is_free(shard, it, owner=owner, now=now):
                    continue
                it.state = IssueState.SENDING
                shard.epoch += 1
                shard.owner, shard.lease_until = owner, until
                for row in shard.rows.values():
                    if row.state is _S.HANDING:
                        self._lose(row, now)
                return Lease(
                    issue=issue,
                    shard=number,
                    epoch=shard.epoch,
                    owner=owner,
                    provider=shard.provider,
                )
            return None

    def senders(self, *, now: datetime) -> int:
        with self._turn:
            return len(frozenset[str]().union(*(it.owners(now) for it in self._issues.values())))

    def _is_free(self, shard: Shard, issue: HeldIssue, *, owner: str, now: datetime) -> bool:
        if shard.is_done:
            return False
        if shard.owner:
            return shard.lease_until <= now or (self.alone and shard.owner != owner)
        return shard.due_at <= now or issue.expires_at <= now

    def renew(
        self, leases: Collection[Lease], *, now: datetime, until: datetime
    ) -> frozenset[Lease]:
        del now  # a lease that is past and that nobody took is still ours
        with self._turn:
            ours = frozenset(
                lease
                for lease in leases
                if self._issue(lease.issue).state is IssueState.SENDING and self._holds(lease)
            )
            for lease in ours:
                self._shard(lease).lease_until = until
            return ours

    def waiting(
        self, lease: Lease, *, after: int, limit: int, now: datetime
    ) -> Sequence[Recipient]:
        with self._turn:
            if not self._holds(lease):
                return ()
            issue = self._issue(lease.issue)
            expires_at = issue.expires_at
            rows = self._shard(lease).rows
            due = (
                rows[id_]
                for id_ in sorted(rows)
                if id_ > after
                and (
                    rows[id_].is_due(now) or (rows[id_].state is _S.DEFERRED and expires_at <= now)
                )
            )
            return tuple(
                Recipient(
                    issue=lease.issue,
                    shard=lease.shard,
                    subscriber_id=row.subscriber_id,
                    address=row.address,
                    attempts=row.attempts,
                    expires_at=expires_at,
                    strikes=self.strikes_of(row.subscriber_id),
                    edition=issue.edition_of(row) or 0,
                )
                for row, _ in zip(due, range(limit), strict=False)
            )

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        with self._turn:
            for result in results:
                self._write(result, now)
            refused = {wish: self._hand_over(wish, now) for wish in hand_overs}
            return {wish: why for wish, why in refused.items() if why is not None}

    def _write(self, result: Result, now: datetime) -> None:
        if result.event not in steps.RESULTS:
            raise ValueError(f"{result.event} is no result of a try")
        lease = result.lease
        row = self._shard(lease).rows.get(result.subscriber_id)
        if row is None or (row.state, result.event) not in DELIVERY_TRANSITIONS:
            return
        in_hand = row.state not in steps.WAITING
        is_ours = row.epoch == lease.epoch if in_hand else self._holds(lease)
        if not is_ours:
            return
        if not in_hand and result.event in steps.TRIES:
            row.attempts += 1
        if result.event not in steps.KEEP_REPLY:
            row.code, row.reply = result.code, result.reply[: steps.REPLY_LENGTH]
            row.relay = result.relay
            row.reason = result.reason
        row.next_at = result.next_at
        if result.event is _E.LOSE_REPLY:
            self._lose(row, now)
        else:
            row.state = after(row.state, result.event)
        self.judge(result, now)
        if row.state in steps.WAITING:
            self._wait(lease.issue, lease.shard, row)

    def _hand_over(self, wish: HandOver, now: datetime) -> Refusal | None:
        issue, shard = self._issue(wish.lease.issue), self._shard(wish.lease)
        row = shard.rows[wish.subscriber_id]
        if not self._holds(wish.lease) or shard.lease_until <= now:
            return Refusal.LEASE_LOST
        if issue.state is IssueState.PAUSED:
            return Refusal.PAUSED
        if issue.state is not IssueState.SENDING:
            return Refusal.STOPPED
        if row.state not in steps.WAITING or issue.edition_of(row) != wish.edition:
            return Refusal.SETTLED
        if wish.subscriber_id in self.left or wish.subscriber_id in self.suppressed:
            row.state = after(row.state, _E.SUPPRESS)
            return Refusal.SUPPRESSED
        row.state = after(row.state, _E.HAND_OVER)
        row.epoch, row.next_at, row.edition = wish.lease.epoch, None, wish.edition
        row.attempts += 1
        issue.is_published = True
        return None

    def forgive(self, issue: int, subscribers: Collection[int], *, requeues: bool = False) -> int:
        with self._turn:
            self.take_back(issue, subscribers)
            return self._requeue(issue, subscribers) if requeues else 0

    def _requeue(self, issue: int, subscribers: Collection[int]) -> int:
        count = 0
        for number, shard in self._issue(issue).shards.items():
            for reader in shard.rows.keys() & set(subscribers):
                row = shard.rows[reader]
                if row.state is _S.REJECTED:
                    row.state, row.epoch, row.next_at = after(row.state, _E.TAKE_BACK), 0, None
                    self._wait(issue, number, row)
                    count += 1
        return count

    def history(self, issue: int, *, dead: str) -> History:
        del dead  # the past is what a test says it is
        with self._turn:
            return self._issue(issue).history(self.past)

    def release(self, lease: Lease, *, now: datetime, not_before: datetime | None = None) -> None:
        del now
        with self._turn:
            if not self._holds(lease):
                return
            shard = self._shard(lease)
            left = [row for row in shard.rows.values() if row.state in steps.UNFINISHED]
            shard.owner = ""
            shard.is_done = not left
            due_at = min((row.due_at() for row in left), default=LONG_AGO)
            shard.due_at = max(due_at, not_before or LONG_AGO)

    # -- within a turn

    def _shard(self, lease: Lease) -> Shard:
        return self._issue(lease.issue).shards[lease.shard]

    def _holds(self, lease: Lease) -> bool:
        shard = self._shard(lease)
        return shard.epoch == lease.epoch and shard.owner == lease.owner

    def _lose(self, row: Row, now: datetime) -> None:
        """Write down that no reply was read, and do what the policy says about it."""
        row.state = after(row.state, _E.LOSE_REPLY)
        if self.policy is DoubtPolicy.ASSUME_ACCEPTED:
            row.state = after(row.state, _E.ACCEPT)
        elif self.policy is DoubtPolicy.RESEND and not row.keeps_edition:
            row.state = after(row.state, _E.DEFER)
            row.epoch, row.next_at, row.keeps_edition = 0, now + steps.RESEND_AFTER, True
