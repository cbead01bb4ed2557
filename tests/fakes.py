"""Stand-ins that work: a clock that goes where it is told, an outbox that fails when told."""

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from pipeline.clock import Clock
from pipeline.delivery.ports import Outbox
from pipeline.errors import DatabaseError
from pipeline.model.delivery import HandOver, History, Lease, Recipient, Refusal, Result
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from tests.factories import NOON


class FakeClock:
    """Goes on only when told to, or when somebody sleeps."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._boot = 1000.0
        self._turn = threading.Lock()
        #: Every sleep so far, in seconds.
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def boot_time(self) -> float:
        return self._boot

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        with self._turn:
            self._now += timedelta(seconds=seconds)
            self._boot += seconds

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep: what has stopped sees only the boot-time clock jump."""
        with self._turn:
            self._boot += seconds


class FailingOutbox:
    """An outbox whose n-th call of some methods fails, and so many after it."""

    def __init__(
        self,
        outbox: Outbox,
        *,
        at: int,
        times: int = 1,
        methods: Collection[str] = ("lease", "renew", "waiting", "commit", "release"),
    ) -> None:
        self._outbox = outbox
        self._at, self._times, self._methods = at, times, frozenset(methods)
        #: Calls of those methods so far.
        self.calls = 0

    def _count(self, method: str) -> None:
        if method not in self._methods:
            return
        self.calls += 1
        if self._at <= self.calls < self._at + self._times:
            raise DatabaseError("the disk is full")

    def lease(
        self,
        issue: int,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        avoid: Collection[str] = (),
    ) -> Lease | None:
        self._count("lease")
        return self._outbox.lease(issue, owner=owner, now=now, until=until, avoid=avoid)

    def renew(
        self, leases: Collection[Lease], *, now: datetime, until: datetime
    ) -> frozenset[Lease]:
        self._count("renew")
        return self._outbox.renew(leases, now=now, until=until)

    def waiting(
        self, lease: Lease, *, after: int, limit: int, now: datetime
    ) -> Sequence[Recipient]:
        self._count("waiting")
        return self._outbox.waiting(lease, after=after, limit=limit, now=now)

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        self._count("commit")
        return self._outbox.commit(results, hand_overs, now=now)

    def forgive(self, issue: int, subscribers: Collection[int], *, requeues: bool = False) -> int:
        self._count("forgive")
        return self._outbox.forgive(issue, subscribers, requeues=requeues)

    def history(self, issue: int, *, dead: str) -> History:
        self._count("history")
        return self._outbox.history(issue, dead=dead)

    def postpone(self, issue: int, *, until: datetime) -> None:
        self._count("postpone")
        self._outbox.postpone(issue, until=until)

    def release(self, lease: Lease, *, now: datetime, not_before: datetime | None = None) -> None:
        self._count("release")
        self._outbox.release(lease, now=now, not_before=not_before)

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        self._count("spend")
        self._outbox.spend(key, count, now=now, bucket_seconds=bucket_seconds)

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        self._count("spent")
        return self._outbox.spent(key, since=since)

    def restraints(self) -> Mapping[str, Restraint]:
        self._count("restraints")
        return self._outbox.restraints()

    def restrain(self, name: str, restraint: Restraint) -> None:
        self._count("restrain")
        self._outbox.restrain(name, restraint)

    def warm_up(self, relay: str) -> WarmUpDay | None:
        self._count("warm_up")
        return self._outbox.warm_up(relay)

    def warm(self, relay: str, day: WarmUpDay) -> None:
        self._count("warm")
        self._outbox.warm(relay, day)


def fits_clock(clock: FakeClock) -> Clock:
    """Let the type checker hold the fake to the real one's shape."""
    return clock
