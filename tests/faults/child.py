"""A sender in a process of its own, to which something happens at a point that is given to it.

``python -m tests.faults.child FOLDER PORT WINDOW POINT [HAPPENING]``; prints the end of its run.

Whatever must be done between a committed hand-over and the next byte happens here, where the
ledger is called; whatever a relay can see happens there, in the sink: both are exact.
"""

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.clock import SystemClock
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.model.delivery import DeliveryEvent, HandOver, Lease, Recipient, Refusal, Result
from pipeline.model.message import Envelope, Message
from pipeline.store.opening import open_store
from pipeline.store.outbox import SqlOutbox
from tests.factories import NOON
from tests.faults.mailing import PATIENT, long_letter, own_sender
from tests.sending import ISSUE, options

#: The reader at whose message it happens.
VICTIM = 5
#: Short, so that a process that is stopped soon sleeps past it.
LEASE_SECONDS = 2.0


class ItsClock(SystemClock):
    """Goes as the machine's, from noon on: the issue is of that day."""

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.boot_time() - BEGUN_AT)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 10)


BEGUN_AT = SystemClock().boot_time()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    _stay()


def stop() -> None:
    """Stand still until somebody says SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)
    _stay()


def _stay() -> None:
    # The signal is the process's: another thread may take it while this one goes on a little.
    SystemClock().sleep(0.2)


def use_up_descriptors() -> None:
    """Leave hardly any, so that the ledger cannot be opened nor a relay be reached again."""
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now, hard))


def use_up_memory() -> None:
    """Leave 16 MB more than is used."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 16 * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def fill_disk() -> None:
    """Let no file grow any more: SIGXFSZ is ignored by Python, so SQLite gets an error."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))


HAPPENINGS = {
    "die": die,
    "stop": stop,
    "descriptors": use_up_descriptors,
    "memory": use_up_memory,
    "disk": fill_disk,
}


class Doomed(SqlOutbox):
    """Has it happen at a call that concerns one reader."""

    point = ""

    @staticmethod
    def happen() -> None:
        raise NotImplementedError

    def reach(self, point: str) -> None:
        if point == self.point:
            Doomed.point = ""
            self.happen()

    def lease(
        self,
        issue: int,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        avoid: Collection[str] = (),
    ) -> Lease | None:
        self.reach("before the lease")
        lease = super().lease(issue, owner=owner, now=now, until=until, avoid=avoid)
        self.reach("after the lease")
        return lease

    def commit(
        self, results: Sequence[Result], hand_overs: Sequence[HandOver], *, now: datetime
    ) -> Mapping[HandOver, Refusal]:
        asks = any(wish.subscriber_id == VICTIM for wish in hand_overs)
        tells = any(
            it.subscriber_id == VICTIM and it.event is DeliveryEvent.ACCEPT for it in results
        )
        points = ["the hand-over"] * asks + ["the result"] * tells
        for point in points:
            self.reach(f"before {point}")
        refusals = super().commit(results, hand_overs, now=now)
        for point in points:
            self.reach(f"after {point}")
        return refusals


def main(arguments: Collection[str]) -> None:
    folder, port, window, point, *rest = arguments
    Doomed.point = point
    Doomed.happen = staticmethod(HAPPENINGS[rest[0] if rest else "die"])  # type: ignore[method-assign]

    def compose(recipient: Recipient) -> tuple[Envelope, Message]:
        if recipient.subscriber_id == VICTIM:
            if point == "composing":
                Doomed.happen()
                bytes(1 << 28)
            # A letter that is longer than all buffers is in the midst of its body for sure;
            # one that is longer than all memory cannot be written.
            if point in {"composing", "the body"}:
                return long_letter(recipient)
        return own_sender(recipient)

    with open_store("sqlite:///mailbag.db", folder=Path(folder)) as store:
        # Two senders of one database never meet, unless one of them was stopped.
        if rest[:1] != ["stop"]:
            assert store.sender_lock.acquire(5, SystemClock())
        report = Sender(
            outbox=Doomed(store.database, alone=rest[:1] != ["stop"]),
            compose=compose,
            transport=SmtpTransport(options(int(port), window=int(window), timeouts=PATIENT)),
            clock=ItsClock(),
            owner=f"process {os.getpid()}",
            lease_seconds=LEASE_SECONDS if rest[:1] == ["stop"] else 60.0,
        ).run(ISSUE)
        # What was used up is used up for the last words, too.
        with contextlib.suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print(json.dumps({"accepted": report.accepted, "stopped": report.stopped}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
