"""What the outbox in dictionaries remembers of speed: what was sent lately, and who slowed us."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pipeline.model.allowance import Ask, Grant
from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay
from pipeline.store import gcra


@dataclass
class MemoryPaces:
    """Gone with the process, like the rest of it."""

    _spent: dict[tuple[str, datetime], int] = field(default_factory=dict, init=False)
    #: Whether it is to be shared like a server's.
    is_shared: bool = False
    _next_at: dict[str, int] = field(default_factory=dict, init=False)
    _restraints: dict[str, Restraint] = field(default_factory=dict, init=False)
    _warm_ups: dict[str, WarmUpDay] = field(default_factory=dict, init=False)
    #: One transaction at a time, as the ledger has it.
    _turn: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)

    def spend(self, key: str, count: int, *, now: datetime, bucket_seconds: int) -> None:
        with self._turn:
            start = datetime.fromtimestamp(
                now.timestamp() // bucket_seconds * bucket_seconds, tz=UTC
            )
            self._spent[key, start] = self._spent.get((key, start), 0) + count

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
        with self._turn:
            since = now - period - timedelta(seconds=bucket_seconds)
            spent = sum(n for (k, at), n in self._spent.items() if k == key and at > since)
            given = max(0, min(count, most - spent))
            if given:
                self.spend(key, given, now=now, bucket_seconds=bucket_seconds)
            return given

    def reserve(self, asked: Ask, *, now: datetime) -> Grant:
        with self._turn:
            grant = gcra.reserve(
                self._next_at.get(asked.key), asked, now=int(now.timestamp() * 1_000_000)
            )
            if grant.end is not None:
                self._next_at[asked.key] = grant.end
            return grant

    def give_back(self, key: str, end: int, length: int) -> None:
        with self._turn:
            if self._next_at.get(key) == end:
                self._next_at[key] = end - length

    def spent(self, key: str, *, since: datetime) -> Sequence[tuple[datetime, int]]:
        with self._turn:
            return tuple(
                sorted((at, n) for (k, at), n in self._spent.items() if k == key and at >= since)
            )

    def restraints(self) -> Mapping[str, Restraint]:
        with self._turn:
            return dict(self._restraints)

    def restrain(self, name: str, restraint: Restraint) -> None:
        with self._turn:
            before = self._restraints.get(name)
            if before is not None and before.until > restraint.until:
                restraint = replace(
                    restraint, until=before.until, reason=before.reason, said=before.said
                )
            self._restraints[name] = restraint

    def warm_up(self, relay: str) -> WarmUpDay | None:
        with self._turn:
            return self._warm_ups.get(relay)

    def warm(self, relay: str, day: WarmUpDay) -> None:
        with self._turn:
            self._warm_ups[relay] = day
