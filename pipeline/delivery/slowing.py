"""What a reply asks of our speed, and until when a limit of our account holds."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
UTC_MIDNIGHT = "utc-midnight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowing:
    """Go slower to one provider; without figures, half as fast as before."""

    #: Nothing more for so long.
    pause: timedelta = timedelta(0)
    #: At most so many messages a minute, over one connection; ``None``: no figure was given.
    per_minute: int | None = None
    #: For so long; only with :attr:`per_minute`.
    lasts: timedelta = timedelta(0)
    #: The class of the reply, and the reply itself: hostile, so shown escaped.
    reason: str = field(default="", compare=False)
    said: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.pause < timedelta(0) or (self.per_minute is not None and self.per_minute < 1):
            raise ValueError("a slowing has no negative figures")
        if (self.per_minute is None) != (self.lasts <= timedelta(0)):
            raise ValueError("so many a minute need a time to last, and the other way round")


#: Half as fast, over half as many connections.
HALVED = Slowing()
#: The breaker of a provider that thinks badly of us: each further message would make it worse.
BREAKER = Slowing(pause=timedelta(minutes=30))


def parse_span(text: str) -> timedelta:
    """Read a length of time such as ``90m``, ``2h`` or ``1d``; raises ValueError."""
    found = re.fullmatch(r"([1-9]\d*)([mhd])", text)
    if found is None:
        raise ValueError(f"{text!r} is no length of time such as 90m or 2h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of our account; says when its window ends."""

    #: After so long; ``None``: at the next midnight of UTC.
    after: timedelta | None

    @classmethod
    def parse(cls, text: str) -> "Limit":
        return cls(None if text == UTC_MIDNIGHT else parse_span(text))

    def ends_at(self, now: datetime) -> datetime:
        """Give the instant from which we may send again."""
        if self.after is not None:
            return now + self.after
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)
