"""A day of the plan by which providers get to know a relay's address."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUpDay:
    """What a relay was given on one day, in UTC; days without mail are none."""

    day: date
    #: How far the plan is, from 0.
    step: int
    given: int = 0
    #: Of those, how many were told to come later.
    deferred: int = 0

    def __post_init__(self) -> None:
        if min(self.step, self.given, self.deferred) < 0:
            raise ValueError("a day of a plan has no negative figures")
