"""An issue sent through the whole of the delivery stage, and composing alone.

Nothing is imported here that a send does not need: its memory is measured.
"""

import resource
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from pipeline import garbage
from pipeline.app import posting
from pipeline.app.posting import Hooks
from pipeline.app.site import open_site
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.smtp.driver import transport
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord
from pipeline.workflow import sending
from tests.bench.desk import Desk
from tests.bench.measuring import Cost, Watch, resident_mb

#: Imported late by who needs it, and imports are not in the time.
_DRIVER = transport.SmtpTransport


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of the processor, in our code and in the kernel's."""

    user: float
    system: float

    @classmethod
    def so_far(cls, whose: int) -> Self:
        used = resource.getrusage(whose)
        return cls(used.ru_utime, used.ru_stime)

    def __sub__(self, other: "Work") -> "Work":
        return Work(self.user - other.user, self.system - other.system)


def send(folder: Path, limit: int) -> Cost:
    """Send the unfinished issue, or the next one, to so many readers; freezing is not in it.

    The value has how many were accepted; the work of the two threads, ``driver`` and ``ledger``;
    and what was resident before and after, in MB.
    """
    garbage.look_less()  # as the program does
    site = open_site(folder)
    with site.open_store() as store:
        store.sender_lock.acquire(0.0, site.clock)
        taken = 0
        ledger = Work(0.0, 0.0)

        def count(_: IssueRecord, report: RunReport) -> None:
            # It is the ledger's thread that calls, after each commit.
            nonlocal taken, ledger
            taken = report.accepted
            ledger = Work.so_far(resource.RUSAGE_THREAD)

        hooks = Hooks(
            stop=lambda: StopReason.INTERRUPTED if taken >= limit else None, progress=count
        )
        post = posting.make_post(site, store, {}, hooks)
        found: list[Cost] = []

        def measured(record: IssueRecord, edition: Edition) -> RunReport:
            before_mb, before = resident_mb(), Work.so_far(resource.RUSAGE_SELF)
            watch = Watch()
            report = post.dispatch(record, edition)
            all_of_it = Work.so_far(resource.RUSAGE_SELF) - before
            assert report.accepted >= limit, report
            value = {
                "accepted": report.accepted,
                "driver": asdict(all_of_it - ledger),
                "ledger": asdict(ledger),
                "before_mb": before_mb,
                "after_mb": resident_mb(),
            }
            found.append(watch.cost(value))
            return report

        sending.send_now(site.workshop, replace(post, dispatch=measured), now=site.clock.now())
    return found[0]


def compose(folder: Path, count: int) -> Cost:
    """Compose the messages of the ledger's first issue, and do nothing with them."""
    desk = Desk.of(folder)
    composer = desk.composer()
    readers = [desk.reader(number) for number in range(1, count + 1)]
    watch = Watch()
    size = max(len(composer.compose(reader)[1].data) for reader in readers)
    return watch.cost({"message_bytes": size})
