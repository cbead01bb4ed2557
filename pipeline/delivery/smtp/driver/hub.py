"""What carries messages, and what it needs of those around it."""

from typing import Protocol

from pipeline.delivery.parcel import Outcome, Parcel


class Carrier(Protocol):
    """One connection, as it is called back."""

    def turn(self) -> None:
        """Look at everything that may have changed, and go on."""
        ...

    def granted(self, parcel: Parcel) -> None:
        """Hear that the hand-over is committed: from here on there must be an outcome."""
        ...

    def refused(self, parcel: Parcel) -> None:
        """Hear that it must not be handed over."""
        ...


class Hub(Protocol):
    """What a lane needs of the pool."""

    @property
    def is_ending(self) -> bool:
        """Nothing more is to be begun."""
        ...

    @property
    def is_drained(self) -> bool:
        """There will be no more parcels, so there is no use in staying connected."""
        ...

    def next_parcel(self, lane: Carrier) -> Parcel | None:
        """Give the next parcel; with ``None`` the lane is called when there is one."""
        ...

    def wish(self, parcel: Parcel, lane: Carrier) -> None:
        """Ask for the hand-over; the answer comes by ``granted`` or ``refused``."""
        ...

    def may_hand_over(self, parcel: Parcel) -> bool:
        """Tell, right before the terminator, whether the process slept past its lease."""
        ...

    def record(self, outcome: Outcome) -> None:
        """Have an outcome written."""
        ...

    def forgo(self, parcel: Parcel) -> None:
        """Note that a parcel was dropped without an outcome, since the run ends."""
        ...

    def ended(self, lane: Carrier) -> None:
        """Hear that the connection is over."""
        ...

    def crashed(self, error: BaseException) -> None:
        """Hear of a mistake of the program."""
        ...
