"""What the delivery stage needs of the ledger and of a transport; they fit it structurally."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.delivery.parcel import Outcome, Parcel, Supply
from pipeline.model.allowance import Ask, Grant
from pipeline.model.delivery import HandOver, History, Lease, Recipient, Refusal, Result
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay


class Outbox(Protocol):
    """The ledger's rows of one issue. Each method is one transaction."""

    def lease(
        self,
        issue: int,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        avoid: Collection[str] = (),
    ) -> Lease | None:
        """Take a shard that has something to do now and that nobody holds.

        None is taken of the providers to be avoided.

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
        nothing. A result that condemns the address adds the suppression; one that strikes adds
        a strike, one for each issue, and one that forgives takes all of them back.
        Raises :class:`pipeline.errors.DatabaseError`; then nothing was written.
        """
        ...

    def forgive(self, issue: int, subscribers: Collection[int], *, requeues: bool = False) -> int:
        """Take back the suppressions and strikes that this issue's refusals made for them.

        ``requeues``: those who were rejected wait again; gives how many do.
        """
        ...

    def history(self, issue: int, *, dead: str) -> History:
        """Count outcomes before a run; ``dead`` is the reason under which addresses end."""
        ...

    def postpone(self, issue: int, *, until: datetime) -> None:
        """Give no shard of the issue that nobody holds before then, unless its time is up."""
        ...

    def release(self, lease: Lease, *, now: datetime, not_before: datetime | None = None) -> None:
        """Give the shard back: done when no row is queued, deferred or handing, else later.

        Before ``not_before`` nobody looks at it, unless the issue's time is up.
        """
        ...

    @property
    def is_shared(self) -> bool:
        """Whether other senders may keep to the same limits at the same time."""
        ...

    def senders(self, *, now: datetime) -> int:
        """Count the senders that hold a shard of any issue."""
        ...

    def reserve(self, asked: Ask, *, now: datetime) -> Grant:
        """Take turns under a limit; a server's own clock decides, not ``now``."""
        ...

    def give_back(self, key: str, end: int, length: int) -> None:
        """Give so many microseconds of turns back, if nobody took some since that end."""
        ...

    def spend_within(  # noqa: PLR0913 - a limit, and how the ledger counts it
        self,
        key: str,
        count: int,
        *,
        most: int,
        period: timedelta,
        now: datetime,
        bucket_seconds: int,
    ) -> int:
        """Write down up to so many, as far as the last period has room; give how many."""
        ...

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        """Write down that so many messages were handed over now under a rate's key."""
        ...

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        """Read how many were handed over since then, as (start of the bucket, count)."""
        ...

    def restraints(self) -> Mapping[str, Restraint]:
        """Read how far we hold back from whom."""
        ...

    def restrain(self, name: str, restraint: Restraint) -> None:
        """Write down how far we hold back from somebody; a longer rest written down stays."""
        ...

    def warm_up(self, relay: str) -> WarmUpDay | None:
        """Read the last day of a relay's plan on which mail went out."""
        ...

    def warm(self, relay: str, day: WarmUpDay) -> None:
        """Write down a day of a relay's plan, in the place of what was known of it."""
        ...


class Feed(Protocol):
    """What a transport pulls its parcels from.

    All but :meth:`may_hand_over` and :attr:`is_ending` talk to the ledger and may take long;
    a transport calls them from one thread, never two at once.
    """

    def take(self, limit: int) -> Supply:
        """Give up to so many parcels; each is settled by an outcome, or by a refused wish."""
        ...

    def commit(self, outcomes: Sequence[Outcome], wishes: Sequence[Parcel]) -> Collection[Parcel]:
        """Write outcomes and hand-overs durably, together; give the wishes that are granted.

        The terminator of a granted one may be written. One that is not granted is settled: its
        transaction is left without a terminator, and no outcome follows.
        """
        ...

    def look_after(self, waits_for: str = "") -> None:
        """Renew leases, hear of pause and stop; to be called once a second or more often.

        ``waits_for`` says in words what nothing goes on without, if there is such a thing.
        """
        ...

    def may_hand_over(self, parcel: Parcel) -> bool:
        """Tell, right before the terminator, whether the process slept past its lease."""
        ...

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be begun; messages in hand get their replies read."""
        ...


class Transport(Protocol):
    """A way to hand messages over."""

    @property
    def doubt(self) -> int:
        """How many messages can be in doubt at any time, at most."""
        ...

    def run(self, feed: Feed) -> None:
        """Hand over what the feed gives, until it gives no more or is ending.

        Raises :class:`pipeline.errors.RelayError` when the relay cannot be used at all.
        """
        ...
