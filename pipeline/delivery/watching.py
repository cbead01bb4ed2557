"""What a run's refusals come to: a pause, and the readers whom they speak about or do not."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from pipeline.delivery.guards import Alarm, Guards
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
    #: Readers who were rejected in this run, by provider and class.
    _rejected: defaultdict[tuple[str, ReplyClass], list[int]] = field(
        default_factory=lambda: defaultdict(list), init=False
    )
    #: Providers and classes whose refusals say nothing about readers, and whether none does.
    _absolved: set[str] = field(default_factory=set, init=False)
    _about_us: set[ReplyClass] = field(default_factory=set, init=False)
    _absolves_all: bool = field(default=False, init=False)
    #: Readers whose suppressions and strikes of this run are to be taken back.
    _to_forgive: dict[int, None] = field(default_factory=dict, init=False)
    #: Readers who were rejected and are to wait again, since they were not meant.
    _to_requeue: dict[int, None] = field(default_factory=dict, init=False)

    def look(self, outcome: Answered, result: Result) -> Result:
        """Give the result as it is to be written."""
        provider, reply = result.lease.provider, outcome.reply
        said = f"{reply.code} {reply.enhanced_code}".strip() if reply.digit == 5 else ""
        reply_class = ReplyClass(result.reason) if result.reason else None
        alarm = self.guards.watch(provider, reply_class, said)
        if alarm is not None:
            self._heed(alarm, provider)
        is_absolved = self._absolves_all or provider in self._absolved
        if is_absolved:
            result = replace(result, suppress=None, strikes=False)
        elif result.suppress is not None or result.strikes:
            self._judged[provider].append(result.subscriber_id)
        if reply_class is not None and result.event is DeliveryEvent.REJECT:
            if is_absolved or reply_class in self._about_us:
                self._to_requeue[result.subscriber_id] = None
            else:
                self._rejected[provider, reply_class].append(result.subscriber_id)
        return result

    def _heed(self, alarm: Alarm, provider: str) -> None:
        """Take back what was said against those of whom the alarm says that they are not meant."""
        self.alarm = self.alarm or alarm.why
        self._absolves_all = self._absolves_all or alarm.absolves_all
        if alarm.absolves:
            self._absolved.add(provider)
        if alarm.about_us is not None:
            self._about_us.add(alarm.about_us)
        for name in [*self._judged]:
            if self._absolves_all or name in self._absolved:
                self._to_forgive |= dict.fromkeys(self._judged.pop(name))
        for name, reply_class in [*self._rejected]:
            if self._absolves_all or name in self._absolved or reply_class in self._about_us:
                found = self._rejected.pop((name, reply_class))
                self._to_requeue |= dict.fromkeys(found)

    @property
    def to_forgive(self) -> tuple[int, ...]:
        """Readers whom the ledger is to forgive what this run wrote; they keep their places."""
        return tuple(it for it in self._to_forgive if it not in self._to_requeue)

    @property
    def to_requeue(self) -> tuple[int, ...]:
        """Readers whom the ledger is to forgive and to let wait for the issue again."""
        return tuple(self._to_requeue)

    def forgiven(self) -> None:
        """Note that the ledger did."""
        self._to_forgive.clear()
        self._to_requeue.clear()
