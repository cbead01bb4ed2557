"""What the outbox in dictionaries remembers of speed: what was sent lately, and who slowed us."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.model.restraint import Restraint
from pipeline.model.warm_up import WarmUpDay


@dataclass
class MemoryPaces:
    """Gone with the process, like the rest of it."""

    _spent: dict[tuple[str, datetime], int] = field(default_factory=dict, init=False)
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
            self._restraints[name] = restraint

    def warm_up(self, relay: str) -> WarmUpDay | None:
        with self._turn:
            return self._warm_ups.get(relay)

    def warm(self, relay: str, day: WarmUpDay) -> None:
        with self._turn:
            self._warm_ups[relay] = day
