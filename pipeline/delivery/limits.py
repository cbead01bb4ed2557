"""How fast messages may be handed over, as an operator writes it: ``14/s, 50000/d``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

#: What left lately: how many seconds ago, and how many messages.
Spent = Sequence[tuple[float, int]]

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

    def seconds_for(self, messages: int, spent: Spent = ()) -> float:
        """Give the seconds that so many messages take at least, the first leaving when it may."""
        if messages <= 0:
            return 0.0
        rounds, place = divmod(messages - 1, self.count)
        seconds = rounds * self.seconds + self._opens_at(place + 1, spent)
        if self.is_paced:
            seconds = max(seconds, (messages - 1) / self.count * self.seconds)
        return seconds

    def _opens_at(self, place: int, spent: Spent) -> float:
        """Give the seconds until the window has had room for so many, at most :attr:`count`."""
        in_window = sorted(((ago, n) for ago, n in spent if ago < self.seconds), reverse=True)
        too_many = sum(n for _, n in in_window) + place - self.count
        for ago, n in in_window if too_many > 0 else ():
            too_many -= n
            if too_many <= 0:
                return self.seconds - ago
        return 0.0


#: Nothing left lately.
_NOTHING: Mapping[Limit, Spent] = MappingProxyType({})


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

    def seconds_for(self, messages: int, spent: Mapping[Limit, Spent] = _NOTHING) -> float:
        """Give the seconds that so many messages take at least, after what was spent already."""
        return max((it.seconds_for(messages, spent.get(it, ())) for it in self.limits), default=0.0)
