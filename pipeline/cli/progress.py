"""Edge: how far a send is, on stderr, and only on a terminal."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from pipeline.delivery.report import RunReport
from pipeline.model.record import IssueRecord


class _Rate(ProgressColumn):
    """Messages a second, lately."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("-/s")
        return Text(f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s")


class Progress:
    """A bar for the issue that is sent; nothing at all where nobody looks."""

    def __init__(self, *, quiet: bool) -> None:
        self._is_seen = not quiet and sys.stderr.isatty()
        self._bars: Bars | None = None
        self._task = TaskID(0)
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, such as before a question."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def begin(self, record: IssueRecord, waiting: int) -> None:
        """Show a bar for an issue that so many readers wait for."""
        self.clear()
        if not self._is_seen:
            return
        self._waiting = waiting
        self._bars = Bars(
            TextColumn(f"issue {record.number}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("", total=waiting, counts="")
        self._bars.start()

    def show(self, report: RunReport) -> None:
        """Show how far the run is."""
        if self._bars is None:
            return
        named = (
            ("accepted", report.accepted),
            ("deferred", report.deferred),
            ("refused", report.rejected),
            ("in doubt", report.in_doubt),
        )
        done = sum(count for _, count in named) + report.suppressed + report.expired
        said = [f"{count:,} {name}" for name, count in named if count]
        if report.waits_for:
            said.append(f"waiting for {report.waits_for}")
        # A reader that was deferred may be due again in the same run.
        self._bars.update(
            self._task,
            completed=min(done, self._waiting),
            counts=", ".join(said),
        )
