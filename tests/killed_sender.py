"""A sender in a process of its own, which dies at a point that is given to it.

``python -m tests.killed_sender FOLDER PORT POINT``
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.clock import SystemClock
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.model.delivery import DeliveryEvent, HandOver, Recipient, Refusal, Result
from pipeline.model.message import Envelope, Message
from pipeline.store.opening import open_store
from pipeline.store.outbox import SqlOutbox
from tests.fakes import FakeClock
from tests.sending import ISSUE, compose, options

#: The reader at whose message a sender dies.
VICTIM = 5


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed(SqlOutbox):
    """Dies right before or right after the commit of one reader's hand-over or result."""

    point = ""

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        asks = any(wish.subscriber_id == VICTIM for wish in hand_overs)
        tells = any(
            it.subscriber_id == VICTIM and it.event is DeliveryEvent.ACCEPT for it in results
        )
        if (self.point == "before the hand-over" and asks) or (
            self.point == "before the result" and tells
        ):
            die()
        refusals = super().commit(results, hand_overs, now=now)
        if (self.point == "after the hand-over" and asks) or (
            self.point == "after the result" and tells
        ):
            die()
        return refusals


def main(folder: Path, port: int, point: str) -> None:
    def make(recipient: Recipient) -> tuple[Envelope, Message]:
        if point == "after the lease" and recipient.subscriber_id == VICTIM:
            die()
        return compose(recipient)

    Doomed.point = point
    with open_store("sqlite:///mailbag.db", folder=folder) as store:
        assert store.sender_lock.acquire(5, SystemClock())
        Sender(
            outbox=Doomed(store.database, alone=True),
            compose=make,
            transport=SmtpTransport(options(port)),
            clock=FakeClock(),
            owner=f"process {os.getpid()}",
        ).run(ISSUE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
