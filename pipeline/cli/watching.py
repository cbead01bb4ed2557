"""What a command tells of a send while it goes on: a bar to people, events to programs."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pipeline.app import forecasts
from pipeline.app.posting import Hooks
from pipeline.cli import output
from pipeline.cli.events import Events
from pipeline.cli.progress import Progress
from pipeline.cli.session import Session
from pipeline.delivery.report import RunReport, StopReason
from pipeline.model.delivery import Due, Result
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import waiting


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
            turned=self.events.turned if self.events else lambda _record, _turn: None,
            unattended=self._unattended,
        )

    def _begins(self, record: IssueRecord, doubt: int | None) -> None:
        """Say how long it takes and how much can be in doubt."""
        is_silent = self.events is None and self.quiet and not sys.stderr.isatty()
        if is_silent and record.state is not IssueState.FROZEN:
            return
        forecast = forecasts.forecast(self.session.site, self.store, now=self.session.clock.now())
        readers = self.store.outbox().waiting_by_provider(record.number)
        self._say_what_fits(record, forecast.fitting(readers, record.expires_at), readers)
        if is_silent:
            return
        due = self.store.outbox().due(record.number, now=self.session.clock.now())
        if self.events is not None:
            self.events.begin(record, due, doubt=doubt)
            return
        output.warn(f"Issue {record.number}: {_to_do(due, doubt)}")
        if not due.now:
            return
        takes = forecast.seconds_for(readers)
        if takes:
            output.warn(f"At the set rate this takes about {timedelta(seconds=round(takes))}")
        self.progress.begin(record, due.now)

    def _say_what_fits(self, record: IssueRecord, fits: int, readers: Mapping[str, int]) -> None:
        """Say it beforehand when readers will not get an issue in time, to cron as well."""
        total = sum(readers.values())
        if fits == total:
            return
        said = (
            f"issue {record.number}: at the set rates {fits:,} of {total:,} messages can leave"
            f" before its time is up at {record.expires_at:%Y-%m-%d %H:%M} UTC; the others expire"
        )
        if self.events is not None:
            self.events.note(said)
        else:
            output.warn(f"mailbag: {said}")

    def _progress(self, record: IssueRecord, report: RunReport) -> None:
        if self.events is not None:
            self.events.progress(record, report)
        else:
            self.progress.show(report)

    def _unattended(self, record: IssueRecord) -> None:
        """Say it to cron as well: without a worker nobody gets anything."""
        said = (
            f"no worker is there, so issue {record.number} waits; start one with `mailbag worker`"
        )
        if self.events is not None:
            self.events.note(said)
        else:
            self.progress.clear()
            output.warn(f"mailbag: {said}")

    def _heard(self, result: Result) -> None:
        if self.events is not None:
            reader = self.store.subscribers.get(result.subscriber_id)
            self.events.reader(result, reader.address.addr_spec if reader else None)

    def _ends(self, record: IssueRecord, report: RunReport) -> None:
        self.progress.clear()
        stepped_in = [it for it in report.left_relays if it is not report.relay_error]
        if self.events is not None:
            self.events.run_ended(record, report)
        elif report.relay_error is None:
            counts = ", ".join(f"{count:,} by {name}" for name, count in report.by_relay)
            for error in stepped_in:
                output.warn(f"mailbag: {error}; another relay stepped in")
            if stepped_in and counts:
                output.warn(f"mailbag: taken: {counts}")


def _to_do(due: Due, doubt: int | None) -> str:
    """Say how many can be handed over now, and how many wait until when."""
    waits = waiting.later(due)
    if not due.now:
        return f"nothing to hand over now; {waits}"
    messages = output.plural(due.now, "message")
    if doubt is None:
        said = f"{messages} to hand over, by workers"
    else:
        said = f"{messages} to hand over, at most {doubt} in doubt at any time"
    return f"{said}; {waits}" if waits else said
