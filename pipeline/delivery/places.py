"""The places on the wire: who holds one, since when, and who waits for one.

A transport carries messages in the order in which they are given out, so that many at a time as it
has places. How long a message takes is counted from when it has one: what waits behind others
says nothing about its provider.
"""

from dataclasses import dataclass, field
from typing import Protocol

from pipeline.delivery.parcel import Parcel

#: After so many seconds a place is held for long.
_LONG = 2.0


class Owner(Protocol):
    """Whose messages they are."""

    #: Messages that have a place, oldest first, and since when.
    begun: dict[Parcel, float]
    #: Whether the last outcome came in time; ``None`` before the first one.
    was_quick: bool | None


@dataclass(slots=True)
class Places:
    """Times are seconds of the boot-time clock."""

    #: How many messages can be on the wire at once.
    most: int
    _held: dict[Parcel, Owner] = field(default_factory=dict, init=False)
    _waiting: dict[Parcel, Owner] = field(default_factory=dict, init=False)

    def give(self, parcel: Parcel, owner: Owner, now: float) -> None:
        """Note that a message is given out."""
        if len(self._held) < self.most:
            self._held[parcel] = owner
            owner.begun[parcel] = now
        else:
            self._waiting[parcel] = owner

    def settle(self, parcel: Parcel, owner: Owner, now: float) -> None:
        """Note that a message is not on its way any more."""
        if self._held.pop(parcel, None) is None:
            del self._waiting[parcel]
            return
        del owner.begun[parcel]
        if self._waiting:
            first = next(iter(self._waiting))
            follower = self._held[first] = self._waiting.pop(first)
            follower.begun[first] = now

    def kept_by_others(self, owner: Owner, now: float) -> int:
        """Count the places that others hold for long, without those that are known to."""
        kept = 0
        for parcel, it in self._held.items():
            if now - it.begun[parcel] <= _LONG:
                break
            kept += it is not owner and it.was_quick is not False
        return kept
