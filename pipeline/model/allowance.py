"""What senders that share a limit ask of the ledger, and what they get. Times are microseconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Turns of messages that leave evenly, whoever sends them."""

    #: Of the limit.
    key: str
    #: From the first message to the one after the last.
    length: int
    #: So much may be made up for when nobody asked in time.
    credit: int = 0
    #: The first leaves so soon, at most; else nothing is given.
    ahead: int
    #: No limit looks back further.
    period: int

    def __post_init__(self) -> None:
        if self.length < 1 or min(self.credit, self.ahead, self.period) < 0:
            raise ValueError("turns take some time, and look back and ahead by some or none")

    @property
    def too_far(self) -> int:
        """No turn is so far ahead, unless the ledger's clock was set back since."""
        return self.ahead + self.length + 2 * self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """All that was asked for, or nothing now."""

    #: The ledger's time at which whoever comes next may leave; ``None``: nothing was given.
    end: int | None
    #: Until the first may leave; negative when it might have left before.
    #: When nothing was given: until somebody else's turn would come.
    wait: int
