"""What the delivery stage needs of the ledger; the store fits it without knowing it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipeline.model.delivery import HandOver, Lease, Recipient, Refusal, Result


class Outbox(Protocol):
    """The ledger's rows of one issue. Each method is one transaction."""

    def lease(self, issue: int, *, owner: str, now: datetime, until: datetime) -> Lease | None:
        """Take a shard that has something to do now and that nobody holds.

        Its epoch goes up. Rows its dead owner left ``handing`` become ``in_doubt`` (under the
        policy ``resend``: ``queued``; under ``assume-accepted``: ``accepted``).
        ``None`` when there is no such shard now, or the issue is not ``frozen`` or ``sending``;
        the first lease of a ``frozen`` issue makes it ``sending``.
        """
        ...

    def renew(
        self, leases: Collection[Lease], *, now: datetime, until: datetime
    ) -> frozenset[Lease]:
        """Prolong the leases; give those that are still ours, and whose issue is sending."""
        ...

    def waiting(
        self, lease: Lease, *, after: int, limit: int, now: datetime
    ) -> Sequence[Recipient]:
        """Read the shard's rows that are queued or due, by subscriber id above ``after``."""
        ...

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        """Write results and hand-overs durably, all or none; give the hand-overs refused.

        A hand-over that is not in the answer holds: its terminator may be written.
        A result is written if the row's epoch is the lease's; one that comes too late changes
        nothing. A result that condemns the address adds the suppression.
        Raises :class:`pipeline.errors.DatabaseError`; then nothing was written.
        """
        ...

    def release(self, lease: Lease, *, now: datetime) -> None:
        """Give the shard back: done when no row is queued, deferred or handing, else later."""
        ...

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        """Write down that so many messages were handed over now under a rate's key."""
        ...

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        """Read how many were handed over since then, as (start of the bucket, count)."""
        ...
