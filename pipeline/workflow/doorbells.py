"""What wakes senders on other machines: rings that carry numbers, and no state.

The ledger decides what is to be done. A ring too many finds nothing to do, and one that is lost is
rung again by the next sweep (:func:`pipeline.workflow.ringing.sweep`).
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

#: Shards that are rung for in one transaction.
BATCH: Final = 500


class Doorbells(Protocol):
    """Rings, and whether anybody hears them."""

    def plan(self, issue: int) -> None:
        """Have somebody go on with freezing an issue."""
        ...

    def send_shard(self, issue: int, shards: Sequence[int], *, within: Any = None) -> None:
        """Have somebody look at each shard.

        ``within``: ring when the transaction of this driver's connection is committed, and not
        if it is rolled back. Never raises for a fault of the bells themselves.
        """
        ...

    def tick(self) -> None:
        """Have somebody sweep."""
        ...

    def is_anybody_there(self) -> bool:
        """Tell whether a worker was heard of lately."""
        ...
