"""How fast messages may be handed over, as an operator writes it: ``14/s, 50000/d``."""

import re
from dataclasses import dataclass
from datetime import timedelta

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_LIMIT = re.compile(r"([0-9]{1,9})\s*/\s*([smhd])")
#: How finely the ledger divides a period.
_BUCKETS = 1_440


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any window of so long a period, wherever it begins."""

    count: int
    period: timedelta

    def __post_init__(self) -> None:
        if self.count < 1 or self.period <= timedelta(0):
            raise ValueError("a limit allows at least one message in some time")

    @property
    def seconds(self) -> float:
        return self.period.total_seconds()

    @property
    def is_paced(self) -> bool:
        """Whether messages leave evenly; a limit of hours or days is a stock to be used up."""
        return self.period <= _UNITS["m"]

    @property
    def bucket_seconds(self) -> int:
        """The width of a bucket in the ledger, which knows whole seconds only."""
        return max(1, int(self.seconds) // _BUCKETS)

    def seconds_for(self, messages: int) -> float:
        """Give the seconds that so many messages take at least, the first one leaving at once."""
        if messages <= 1:
            return 0.0
        if self.is_paced:
            return (messages - 1) / self.count * self.seconds
        return (messages - 1) // self.count * self.seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit that must be kept at once; none at all is no limit."""

    limits: tuple[Limit, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """Read limits such as ``14/s, 50000/d``; units s, m, h and d. Empty text is no limit.

        Raises ValueError with a sentence.
        """
        limits = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = _LIMIT.fullmatch(part)
            if match is None or int(match[1]) == 0:
                raise ValueError(f"{part!r} is no rate; write such as '14/s' or '14/s, 50000/d'")
            limits.append(Limit(int(match[1]), _UNITS[match[2]]))
        return cls(tuple(limits))

    def __bool__(self) -> bool:
        return bool(self.limits)

    def __str__(self) -> str:
        units = {period: unit for unit, period in _UNITS.items()}
        return ", ".join(f"{limit.count}/{units[limit.period]}" for limit in self.limits)

    def seconds_for(self, messages: int) -> float:
        """Give the seconds that so many messages take at least, the first one leaving at once."""
        return max((limit.seconds_for(messages) for limit in self.limits), default=0.0)
