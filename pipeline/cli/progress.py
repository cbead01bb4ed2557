"""Edge: how far a send is, on stderr, and only on a terminal."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from pipeline.delivery.report import RunReport
from pipeline.model.record import IssueRecord


class Progress:
    """A bar for each issue; nothing at all where nobody looks."""

    def __init__(self, *, quiet: bool) -> None:
        self._bars: Bars | None = None
        self._tasks: dict[int, TaskID] = {}
        if not quiet and sys.stderr.isatty():
            self._bars = Bars(
                TextColumn("issue {task.fields[number]}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[trouble]}"),
                console=Console(stderr=True),
                transient=True,
            )

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
        """Take the bars away, such as before a question."""
        if self._bars is not None:
            self._bars.stop()

    def show(self, record: IssueRecord, report: RunReport) -> None:
        """Show how far the run of an issue is."""
        if self._bars is None:
            return
        if record.number not in self._tasks:
            self._bars.start()
            self._tasks[record.number] = self._bars.add_task(
                "", total=record.planned, number=record.number, trouble=""
            )
        named = (
            ("deferred", report.deferred),
            ("refused", report.rejected),
            ("in doubt", report.in_doubt),
        )
        done = report.accepted + report.rejected + report.suppressed + report.expired
        self._bars.update(
            self._tasks[record.number],
            completed=done,
            trouble=", ".join(f"{count} {name}" for name, count in named if count),
        )
