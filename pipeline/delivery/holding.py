"""The shards that a sender holds, and for how long."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.clock import Clock
from pipeline.delivery.ports import Outbox
from pipeline.model.delivery import Lease, Recipient

#: The share of a lease after which it is renewed.
_RENEW = 1 / 4
#: The share of a lease at its end in which no terminator is written any more.
_MARGIN = 1 / 12


@dataclass(slots=True, eq=False)
class Shard:
    """A shard in our hands."""

    lease: Lease
    #: The boot-time clock's second from which no terminator may be written.
    live_until: float
    #: The highest subscriber id read so far.
    after: int = 0
    #: Every row that is due was read.
    is_read: bool = False
    #: Rows read that are not settled yet.
    out: int = 0


@dataclass(kw_only=True)
class Holding:
    """Leases shards of one issue, keeps them alive, and gives them back."""

    outbox: Outbox
    clock: Clock
    issue: int
    owner: str
    seconds: float
    #: By number; a sender of one issue holds one lease of a shard at a time.
    _shards: dict[int, Shard] = field(default_factory=dict, init=False)
    #: Dropped ones: if only a pause took them from us, they are ours to give back.
    _dropped: list[Lease] = field(default_factory=list, init=False)
    _renewed_at: float = field(default=0.0, init=False)

    def lease(self, avoid: Collection[str] = ()) -> Shard | None:
        """Take another shard that has something to do, of no provider to be avoided.

        ``None`` when there is none.
        """
        # Taken before the ledger is asked: the lease cannot end sooner than we believe.
        before = self.clock.boot_time()
        now = self.clock.now()
        until = now + timedelta(seconds=self.seconds)
        lease = self.outbox.lease(self.issue, owner=self.owner, now=now, until=until, avoid=avoid)
        if lease is None:
            return None
        if not self._shards:
            self._renewed_at = before
        shard = self._shards[lease.shard] = Shard(lease, self._live_until(before))
        return shard

    def renew(self) -> None:
        """Prolong every lease when a quarter of its time is past; forget those that are lost."""
        before = self.clock.boot_time()
        if not self._shards or before < self._renewed_at + self.seconds * _RENEW:
            return
        now = self.clock.now()
        until = now + timedelta(seconds=self.seconds)
        held = {shard.lease for shard in self._shards.values()}
        ours = self.outbox.renew(tuple(held), now=now, until=until)
        self._renewed_at = before
        for lease in held - ours:
            self.drop(lease)
        for shard in self._shards.values():
            shard.live_until = self._live_until(before)

    def is_live(self, lease: Lease, now: float) -> bool:
        """Tell whether the lease cannot have ended, whatever the machine did meanwhile.

        ``now``: the boot-time clock's.
        """
        shard = self.get(lease)
        return shard is not None and now < shard.live_until

    def get(self, lease: Lease) -> Shard | None:
        """Give the shard of a lease; ``None`` when we do not hold it by this one any more."""
        shard = self._shards.get(lease.shard)
        return shard if shard is not None and shard.lease.epoch == lease.epoch else None

    def is_held(self, lease: Lease) -> bool:
        return self.get(lease) is not None

    def readable(self, avoid: Collection[str] = ()) -> Shard | None:
        """Give a shard of which not every row was read, of no provider to be avoided."""
        shards = self._shards.values()
        return next(
            (it for it in shards if not it.is_read and it.lease.provider not in avoid), None
        )

    def read(self, shard: Shard, rows: Sequence[Recipient], *, is_last: bool) -> None:
        """Note that the rows were read and are out."""
        shard.out += len(rows)
        shard.is_read = is_last
        if rows:
            shard.after = rows[-1].subscriber_id

    def settle(self, lease: Lease) -> None:
        """Note that one of the shard's rows is done with."""
        shard = self.get(lease)
        if shard is not None:
            shard.out -= 1

    def drop(self, lease: Lease) -> None:
        """Forget a shard that is not ours any more."""
        if self.is_held(lease):
            del self._shards[lease.shard]
            self._dropped.append(lease)

    def release_done(self) -> None:
        """Give back the shards whose rows are all settled."""
        for shard in [shard for shard in self._shards.values() if shard.is_read and not shard.out]:
            self._release(shard.lease)

    def release_all(self, held: Mapping[str, float] | None = None) -> None:
        """Give every shard back; those of held providers rest for so many seconds."""
        now, held = self.clock.now(), held or {}
        for lease in [*(shard.lease for shard in self._shards.values()), *self._dropped]:
            seconds = held.get(lease.provider)
            self._release(lease, None if seconds is None else now + timedelta(seconds=seconds))

    def _release(self, lease: Lease, not_before: datetime | None = None) -> None:
        self.outbox.release(lease, now=self.clock.now(), not_before=not_before)
        if self.is_held(lease):
            del self._shards[lease.shard]

    def _live_until(self, before: float) -> float:
        return before + self.seconds * (1 - _MARGIN)
