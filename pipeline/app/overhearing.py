"""Edge: an outbox that tells what became of each message that was not taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.delivery import DeliveryEvent, HandOver, Refusal, Result
from pipeline.store.outbox import SqlOutbox


@dataclass(frozen=True)
class Overheard(SqlOutbox):
    """Tells of a result once it is written down, so that nobody is told what is not so."""

    heard: Callable[[Result], None] = lambda _result: None

    @classmethod
    def of(cls, outbox: SqlOutbox, heard: Callable[[Result], None]) -> "Overheard":
        return cls(outbox.database, outbox.policy, outbox.alone, outbox.ring, heard)

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        refused = super().commit(results, hand_overs, now=now)
        for result in results:
            # One that is due at once was only taken back before its terminator.
            is_back = result.next_at is not None and result.next_at <= now
            if result.event is not DeliveryEvent.ACCEPT and not is_back:
                self.heard(result)
        for wish, why in refused.items():
            if why is Refusal.SUPPRESSED:
                reader, event = wish.subscriber_id, DeliveryEvent.SUPPRESS
                self.heard(Result(lease=wish.lease, subscriber_id=reader, event=event))
        return refused
