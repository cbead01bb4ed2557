"""What a command tells of a send while it goes on: a bar to people, events to programs."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pipeline.app.posting import Hooks
from pipeline.cli import output
from pipeline.cli.events import Events
from pipeline.cli.progress import Progress
from pipeline.cli.session import Session
from pipeline.delivery.report import RunReport, StopReason
from pipeline.model.delivery import Result
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store


@dataclass(frozen=True, kw_only=True)
class Watching:
    """Either events or words, never both on one stream."""

    session: Session
    store: Store
    progress: Progress
    #: ``None``: people read what is told.
    events: Events | None
    #: Cron hears nothing of a send that goes well.
    quiet: bool = False

    def hooks(self, stop: Callable[[], StopReason | None]) -> Hooks:
        return Hooks(
            stop=stop,
            begins=self._begins,
            progress=self._progress,
            ends=self._ends,
            heard=self._heard if self.events else None,
        )

    def _begins(self, record: IssueRecord, doubt: int) -> None:
        """Say how long it takes and how much can be in doubt."""
        if self.events is None and self.quiet and not sys.stderr.isatty():
            return
        waiting = self.store.outbox().sums(record.number).unfinished
        if self.events is not None:
            self.events.begin(record, waiting=waiting, doubt=doubt)
            return
        output.warn(
            f"Issue {record.number}: {output.plural(waiting, 'message')} to hand over,"
            f" at most {doubt} in doubt at any time"
        )
        limits = self.session.site.settings.document.smtp.rate
        if limits:
            takes = timedelta(seconds=round(limits.seconds_for(waiting)))
            output.warn(f"At the set rate this takes about {takes}")
        self.progress.begin(record, waiting)

    def _progress(self, record: IssueRecord, report: RunReport) -> None:
        if self.events is not None:
            self.events.progress(record, report)
        else:
            self.progress.show(report)

    def _heard(self, result: Result) -> None:
        if self.events is not None:
            reader = self.store.subscribers.get(result.subscriber_id)
            self.events.reader(result, reader.address.addr_spec if reader else None)

    def _ends(self, record: IssueRecord, report: RunReport) -> None:
        self.progress.clear()
        if self.events is not None:
            self.events.run_ended(record, report)
