"""What the document is made of: figures, and how much is measured for them."""

from dataclasses import dataclass, field
from typing import Any

from tests.bench.measuring import Cost


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    readers: int = 1_000_000
    messages: int = 20_000
    #: How often they are sent, in turns with the peer that they are compared with.
    turns: int = 3
    files: int = 10_000
    peer_messages: int = 3_000
    times: int = 50
    #: Rounds of signing; each has twenty messages.
    rounds: int = 100
    #: Over the long way, on one connection: one after the other, and streamed.
    far_messages: int = 500
    streamed_messages: int = 5_000
    #: For how long a limit of rate is watched.
    rate_seconds: int = 60


QUICK = Size(
    readers=20_000,
    messages=5_000,
    turns=1,
    files=500,
    peer_messages=300,
    times=5,
    rounds=10,
    far_messages=60,
    streamed_messages=600,
    rate_seconds=10,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the document."""

    name: str
    value: float
    unit: str
    #: What docs call the limit; ``None`` where there is none.
    limit: float | None = None
    more: dict[str, Any] = field(default_factory=dict)
    #: The limit is the least there must be, not the most.
    at_least: bool = False

    def document(self) -> dict[str, Any]:
        found = {"name": self.name, "value": 0, "unit": self.unit, "limit": self.limit}
        holds = None
        if self.limit is not None:
            holds = self.value >= self.limit if self.at_least else self.value <= self.limit
        return {
            **found,
            "value": round(self.value, 3),
            "at_least": self.at_least,
            "holds": holds,
            **self.more,
        }


def used(cost: Cost) -> dict[str, Any]:
    """Say what does not depend on who else was at work on the machine."""
    return {"cpu_s": round(cost.cpu_seconds, 3), "peak_mb": round(cost.peak_mb, 1)}


def each(cost: Cost, count: int) -> float:
    """Give the processor's time for one of so many, in microseconds."""
    return cost.cpu_seconds / count * 1e6
