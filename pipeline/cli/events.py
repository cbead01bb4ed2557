"""Edge: ``--events``: what happens in a send, one JSON object a line on stderr.

Keys may be added, never renamed; ``docs/reference/json.md`` lists them.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import click

from pipeline.clock import Clock
from pipeline.delivery.reasons import explain
from pipeline.delivery.relays import Turn
from pipeline.delivery.report import RunReport, StopReason
from pipeline.errors import MailbagError
from pipeline.model.delivery import DeliveryEvent, Due, Result, Sums
from pipeline.model.record import IssueRecord

#: Seconds between two events of progress of one issue.
_EVERY: Final = 1.0

_NAMES: Final = {
    DeliveryEvent.DEFER: "deferred",
    DeliveryEvent.REJECT: "refused",
    DeliveryEvent.EXPIRE: "expired",
    DeliveryEvent.SUPPRESS: "suppressed",
    DeliveryEvent.CANCEL: "cancelled",
    DeliveryEvent.LOSE_REPLY: "in_doubt",
}

_COUNTS: Final = (
    "handed_over",
    "accepted",
    "deferred",
    "rejected",
    "suppressed",
    "expired",
    "in_doubt",
)


def _on_stderr(line: str) -> None:
    click.echo(line, err=True)


class Events:
    """Writes the events of a command."""

    def __init__(self, clock: Clock, write: Callable[[str], None] = _on_stderr) -> None:
        self._clock = clock
        self._write = write
        self._told_at = 0.0

    def begin(self, record: IssueRecord, due: Due, *, doubt: int | None) -> None:
        """An issue is about to be handed over."""
        self._told_at = self._clock.boot_time()
        self._tell(
            "begin",
            issue=record.number,
            edition=record.revision,
            planned=record.planned,
            waiting=due.now + due.later,
            later=due.later,
            next_at=_instant(due.next_at),
            doubt=doubt,
        )

    def progress(self, record: IssueRecord, report: RunReport) -> None:
        """Tell how far a run is, about once a second."""
        if self._clock.boot_time() - self._told_at >= _EVERY:
            self._tell_counts("progress", record, report)

    def reader(self, result: Result, address: str | None) -> None:
        """A message was not taken."""
        self._tell(
            _NAMES[result.event],
            issue=result.lease.issue,
            address=address,
            code=result.code,
            reply=result.reply,
            reason=result.reason,
            meaning=str(explain(result.reason) or ""),
            next_at=_instant(result.next_at),
        )

    def turned(self, record: IssueRecord, turn: Turn) -> None:
        """Another relay steps in, or the first is tried again."""
        facts = {"issue": record.number, "relay": turn.now, "left": turn.left}
        if turn.error is None:
            self._tell("went_back", **facts)
        else:
            self._tell("stepped_in", **facts, message=str(turn.error))

    def run_ended(self, record: IssueRecord, report: RunReport) -> None:
        """A run over an issue is over: its last counts, and what ended it before its time."""
        number = record.number
        self._tell_counts("progress", record, report)
        if report.relay_error is not None:
            self._tell("relay", issue=number, message=str(report.relay_error))
        if report.database_error is not None:
            self._tell("database", issue=number, message=str(report.database_error))
        if report.pause_because:
            self._tell("paused", issue=number, why=report.pause_because)
        elif report.stopped in {StopReason.PAUSED, StopReason.STOPPED}:
            self._tell(report.stopped.value, issue=number, why="an operator said so")
        elif report.stopped is StopReason.INTERRUPTED:
            self._tell("interrupted", issue=number)

    def ending(self) -> None:
        """A signal came; the messages in hand are answered first."""
        self._tell("ending")

    def end(self, record: IssueRecord, sums: Sums) -> None:
        """Nothing more is done about an issue now."""
        self._tell(
            "end",
            issue=record.number,
            state=record.state.value,
            why=record.why,
            **{name: getattr(sums, name) for name in Sums.__slots__},
        )

    def waiting(self, until: datetime) -> None:
        """``run`` waits for the next slot."""
        self._tell("waiting", until=_instant(until))

    def note(self, text: str) -> None:
        """Something did not go out."""
        self._tell("note", message=text)

    def trouble(self, error: MailbagError) -> None:
        """Something kept an issue, or the command, from going on."""
        self._tell("trouble", message=str(error), exit=error.exit)

    def done(self, code: int) -> None:
        """The command has done what it could."""
        self._tell("done", exit=code)

    def _tell_counts(self, event: str, record: IssueRecord, report: RunReport) -> None:
        self._told_at = self._clock.boot_time()
        counts = {name: getattr(report, name) for name in _COUNTS}
        rate = report.handed_over / report.seconds if report.seconds else 0.0
        self._tell(
            event,
            issue=record.number,
            **counts,
            seconds=round(report.seconds, 3),
            rate=round(rate, 1),
            waits_for=report.waits_for or None,
        )

    def _tell(self, event: str, **facts: Any) -> None:
        # All but ASCII is escaped, so that no reply of a relay can steer a terminal or end a line.
        at = self._clock.now().isoformat()
        self._write(json.dumps({"event": event, "at": at, **facts}))


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
