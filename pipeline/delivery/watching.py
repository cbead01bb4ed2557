"""What a run's refusals come to: a pause, and the addresses that they condemn or do not."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from pipeline.delivery.guards import Guards
from pipeline.delivery.parcel import Answered
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import DeliveryEvent, Result


@dataclass(slots=True)
class Watch:
    """Looks at each answered try of one run before its result is written."""

    guards: Guards
    #: Why the issue must be paused, as a sentence without a full stop; empty while it may go on.
    alarm: str = field(default="", init=False)
    #: Readers who were condemned or got a strike in this run, by provider.
    _judged: defaultdict[str, list[int]] = field(
        default_factory=lambda: defaultdict(list), init=False
    )
    #: Providers whose refusals say nothing about their readers, and whether nobody's do.
    _absolved: set[str] = field(default_factory=set, init=False)
    _absolves_all: bool = field(default=False, init=False)
    #: Readers who were rejected while all were refused alike: the first few of a run.
    _refused_alike: list[int] = field(default_factory=list, init=False)
    #: Readers whose suppressions and strikes of this run are to be taken back.
    _to_forgive: dict[int, None] = field(default_factory=dict, init=False)

    def look(self, outcome: Answered, result: Result) -> Result:
        """Give the result as it is to be written."""
        provider, reply = result.lease.provider, outcome.reply
        said = f"{reply.code} {reply.enhanced_code}".strip() if reply.digit == 5 else ""
        reply_class = ReplyClass(result.reason) if result.reason else None
        alarm = self.guards.watch(provider, reply_class, said)
        if alarm is not None:
            self.alarm = self.alarm or alarm.why
            self._absolves_all = self._absolves_all or alarm.absolves_all
            if alarm.absolves:
                self._absolved.add(provider)
            for name in [*self._judged] if self._absolves_all else [*self._absolved]:
                self._to_forgive |= dict.fromkeys(self._judged.pop(name, ()))
        self._note_refused(result)
        if self._absolves_all or provider in self._absolved:
            return replace(result, suppress=None, strikes=False)
        if result.suppress is not None or result.strikes:
            self._judged[provider].append(result.subscriber_id)
        return result

    def _note_refused(self, result: Result) -> None:
        """Keep in mind who is to wait again if nobody was meant."""
        if not (self._absolves_all or self.guards.same):
            self._refused_alike.clear()
            return
        if result.event is DeliveryEvent.REJECT:
            self._refused_alike.append(result.subscriber_id)
        if self._absolves_all:
            self._to_forgive |= dict.fromkeys(self._refused_alike)
            self._refused_alike.clear()

    @property
    def requeues(self) -> bool:
        """Whether those who are forgiven wait for the issue again, since nobody was meant."""
        return self._absolves_all

    @property
    def to_forgive(self) -> tuple[int, ...]:
        """Readers whom the ledger is to forgive what this run wrote."""
        return tuple(self._to_forgive)

    def forgiven(self) -> None:
        """Note that the ledger did."""
        self._to_forgive.clear()
