"""When a rendering must be done."""

from dataclasses import dataclass

from pipeline.clock import Clock
from pipeline.errors import RenderError


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of the time that one rendering may take."""

    clock: Clock
    #: Seconds from the start.
    seconds: float
    #: By the clock's time since boot.
    ends: float

    @property
    def has_passed(self) -> bool:
        return self.clock.boot_time() > self.ends

    def __str__(self) -> str:
        return f"rendering takes longer than {self.seconds:g} seconds"

    def check(self, place: str = "") -> None:
        """Raise RenderError when the time is over."""
        if self.has_passed:
            raise RenderError(str(self), place=place, remedy="make the issue or its theme smaller")


def start(clock: Clock, seconds: float) -> Deadline:
    """Give a rendering so many seconds from now on."""
    return Deadline(clock, seconds, clock.boot_time() + seconds)
