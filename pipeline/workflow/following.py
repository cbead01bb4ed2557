"""Looking on while workers send an issue: as a dispatcher, it answers what they came to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.clock import Clock
from pipeline.delivery.report import RunReport, StopReason
from pipeline.model.delivery import Sums
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow.doorbells import Doorbells

#: Seconds between two looks at the ledger, and after which work that nobody takes is told of.
_LOOK, _PATIENCE = 0.5, 3.0
#: Seconds between two counts of the rows, and how many times longer than a count takes.
_COUNT, _SHARE = 1.0, 20.0


@dataclass(kw_only=True)
class Following:
    """Fits :class:`pipeline.workflow.workshop.Dispatcher` where workers send."""

    store: Store
    doorbells: Doorbells
    clock: Clock
    #: Rings for every shard of an issue that waits for somebody.
    ring: Callable[[int], None]
    #: Return once the rings are rung.
    detach: bool
    #: Gives what is asked about twice a second: why to end now, if at all.
    looking_after: Callable[[int], Callable[[], StopReason | None]]
    #: Told before and after each issue; nobody here knows how many can be in doubt.
    begins: Callable[[IssueRecord, int | None], None]
    progress: Callable[[IssueRecord, RunReport], None]
    ends: Callable[[IssueRecord, RunReport], None]
    #: Told once for each issue when work waits and no worker is there.
    unattended: Callable[[IssueRecord], None]
    _idle_since: float | None = field(default=None, init=False)
    _is_told: bool = field(default=False, init=False)

    def __call__(self, record: IssueRecord, edition: Edition) -> RunReport:
        del edition  # workers read it from the ledger
        number, begun_at = record.number, self.clock.boot_time()
        before = self.store.outbox().sums(number)
        self._idle_since, self._is_told = None, False
        self.begins(record, None)
        self.ring(number)
        if self.detach:
            if not self.doorbells.is_anybody_there():
                self.unattended(record)
            return RunReport(by_workers=True)
        stop, stopped = self.looking_after(number), None
        counted_at, next_count = begun_at, 0.0
        while stopped is None and self._goes_on(record):
            now = self.clock.boot_time()
            if now - counted_at >= next_count:
                self.progress(record, self._report(number, before, begun_at))
                counted_at = self.clock.boot_time()
                next_count = max(_COUNT, _SHARE * (counted_at - now))
            self.clock.sleep(_LOOK)
            stopped = stop()
        report = self._report(number, before, begun_at, stopped=stopped)
        self.ends(record, report)
        return report

    def _goes_on(self, record: IssueRecord) -> bool:
        """Tell whether somebody is at work, or could be."""
        is_free, is_held = self.store.outbox().standing(record.number, now=self.clock.now())
        if is_held or not is_free:
            self._idle_since = None
            return is_held
        now = self.clock.boot_time()
        if self._idle_since is None:
            self._idle_since = now
        if (
            not self._is_told
            and now - self._idle_since >= _PATIENCE
            and not self.doorbells.is_anybody_there()
        ):
            self._is_told = True
            self.unattended(record)
        return True

    def _report(
        self, number: int, before: Sums, begun_at: float, *, stopped: StopReason | None = None
    ) -> RunReport:
        """Say what changed in the ledger since; the rows are the workers' word."""
        sums = self.store.outbox().sums(number)
        changed = {
            name: max(0, getattr(sums, name) - getattr(before, name))
            for name in ("accepted", "deferred", "rejected", "suppressed", "expired", "in_doubt")
        }
        is_paused = stopped is StopReason.PAUSED
        return RunReport(
            **changed,
            handed_over=changed["accepted"] + changed["rejected"] + changed["in_doubt"],
            seconds=self.clock.boot_time() - begun_at,
            stopped=stopped,
            # Workers say why; an operator who pauses does not.
            pause_because=self.store.issues.get(number).why if is_paused else "",
            by_workers=True,
        )
