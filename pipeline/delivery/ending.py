"""Why a run ends: of each kind, the first reason counts."""

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.clock import Clock
from pipeline.delivery import judging
from pipeline.delivery.parcel import Answered, Outcome
from pipeline.delivery.quoting import quoted
from pipeline.delivery.relays import Relays
from pipeline.delivery.report import StopReason
from pipeline.delivery.retry import StopRun
from pipeline.errors import DatabaseError, RelayError


@dataclass(kw_only=True)
class Ending:
    """What a run has heard that it cannot go on after."""

    relays: Relays
    clock: Clock
    #: ``None``: nothing, so far.
    stopped: StopReason | None = field(default=None, init=False)
    relay_error: RelayError | None = field(default=None, init=False)
    database_error: DatabaseError | None = field(default=None, init=False)
    #: Why the issue must be paused, as a sentence without a full stop.
    pause_because: str = field(default="", init=False)
    #: Until when a limit of our account holds.
    limited_until: datetime | None = field(default=None, init=False)

    def end(self, reason: StopReason | None) -> None:
        self.stopped = self.stopped or reason

    def pause(self, why: str) -> None:
        """Have the issue paused, if there is a reason."""
        if why:
            self.pause_because = self.pause_because or why
            self.end(StopReason.PAUSED)

    def fail(self, error: DatabaseError) -> None:
        self.database_error = self.database_error or error
        self.end(StopReason.DATABASE)

    def leave_relay(self, error: RelayError) -> None:
        """Note that the relay cannot be used; go on with the next one, or end the run."""
        if self.relays.give_up(error):
            return
        until = judging.limited_until(error, now=self.clock.now())
        if until is not None:
            message = f"{error.message}{self.wait_until(until)}"
            error = RelayError(message, place=error.place, remedy=error.remedy)
        self._stop_for(error)

    def halt(self, stop: StopRun, outcome: Outcome) -> None:
        """Do as a refusal demands that is about us; the next relay may know better."""
        if isinstance(outcome, Answered):
            said = quoted(outcome.reply, reader=outcome.parcel.recipient.address)
        else:
            said = outcome.why
        name, remedy = self.relays.now.name, stop.remedy.replace("[smtp]", self.relays.table)
        error = RelayError(f"{stop.why}: {said}", place=name, remedy=remedy)
        if not stop.pauses and self.relays.give_up(error):
            return
        if stop.until:
            waits = self.wait_until(stop.until)
            error = RelayError(f"{stop.why}{waits}: {said}", place=name, remedy=remedy)
        if stop.pauses and not self.pause_because:
            self.pause_because = error.message
        self._stop_for(error)

    def wait_until(self, until: datetime) -> str:
        """Let the issue wait for the end of a limit; give that in words."""
        self.limited_until = max(until, self.limited_until or until)
        return f", so the issue waits until {until:%Y-%m-%d %H:%M} UTC"

    def _stop_for(self, error: RelayError) -> None:
        """End the run, and tell what kept the relays before from being used."""
        left = self.relays.errors
        error.others += tuple(str(it) for name, it in left.items() if name != self.relays.now.name)
        self.relay_error = self.relay_error or error
        self.end(StopReason.RELAY)
