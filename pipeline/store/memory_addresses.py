"""What the outbox in dictionaries knows of addresses: who left, what was said against whom."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.delivery import Result
from pipeline.model.subscriber import Strike, SuppressionReason


@dataclass
class Addresses:
    """One reader is one address."""

    #: Who must not be written to: subscriber id -> why. Looked up at the hand-over.
    suppressed: dict[int, SuppressionReason] = field(default_factory=dict)
    #: What counts against whom: subscriber id -> issue -> strike.
    strikes: dict[int, dict[int, Strike]] = field(default_factory=dict)
    #: Subscriber ids of readers who left.
    left: set[int] = field(default_factory=set)

    def strikes_of(self, reader: int) -> tuple[Strike, ...]:
        kept = self.strikes.get(reader, {})
        return tuple(kept[number] for number in sorted(kept))

    def judge(self, result: Result, now: datetime) -> None:
        """Write down what a result says about the address."""
        issue, reader = result.lease.issue, result.subscriber_id
        if result.suppress is not None:
            self.suppressed.setdefault(reader, result.suppress)
        if result.strikes:
            kept = self.strikes.setdefault(reader, {})
            at = kept[issue].at if issue in kept else now
            kept[issue] = Strike(issue=issue, reason=result.reason, at=at)
        elif result.forgives:
            self.strikes.pop(reader, None)

    def take_back(self, issue: int, readers: Collection[int]) -> None:
        """Forget what an issue said against these readers."""
        for reader in readers:
            if self.suppressed.get(reader) is SuppressionReason.HARD_BOUNCE:
                del self.suppressed[reader]
            self.strikes.get(reader, {}).pop(issue, None)
