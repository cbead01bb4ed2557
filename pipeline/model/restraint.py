"""How far we hold back from a mailbox provider or a relay, and why."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """What is kept of a provider's word, across restarts. All times are aware, in UTC."""

    #: The part of the usual speed and connections that is left, right after the last slowing.
    share: float
    #: Messages a second that were usual before the first slowing.
    speed: float
    #: When it last told us to slow down.
    since: datetime
    #: Nothing goes out before.
    until: datetime
    #: So many messages a minute, over one connection, until :attr:`crawls_until`; 0: no figure.
    per_minute: int
    crawls_until: datetime
    #: The class of the reply for which nothing goes out until then, and the reply, shortened.
    reason: str = ""
    said: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.speed < 0 or self.per_minute < 0:
            raise ValueError("a restraint leaves a part of a speed that is none below nothing")
