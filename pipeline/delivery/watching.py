"""What a run's refusals come to: a pause, and the readers whom they speak about or do not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.delivery.domains import BELIEVED, Domains
from pipeline.delivery.guards import DENIALS, Alarm, Guards
from pipeline.delivery.parcel import Answered, Foreseen, Parcel
from pipeline.delivery.quoting import quoted
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import DeliveryEvent, Recipient, Result


@dataclass(slots=True)
class Watch:
    """Looks at each answered try of one run before its result is written."""

    guards: Guards
    domains: Domains = field(default_factory=Domains)
    #: Why the issue must be paused, as a sentence without a full stop that ends in what was said;
    #: empty while it may go on.
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

    def take(self, parcel: Parcel) -> None:
        """Note that a message was taken."""
        if self.domains:
            self.domains.take(_domain(parcel.recipient))
        self.guards.watch(parcel.lease.provider, None)

    def look(self, outcome: Answered | Foreseen, result: Result, now: datetime) -> Result:
        """Give the result of a refusal as it is to be written."""
        provider = result.lease.provider
        reply_class = ReplyClass(result.reason)
        is_believed = self._is_believed(outcome.parcel.recipient, result, reply_class)
        if not is_believed:
            result = _soften(outcome.parcel.recipient, result, now)
        alarm = self.guards.watch(provider, reply_class, _code(outcome), is_believed=is_believed)
        if alarm is not None:
            self._heed(alarm, provider)
            self.alarm = self.alarm or alarm.why + _quote(outcome)
        is_absolved = self._absolves_all or provider in self._absolved
        if is_absolved:
            result = replace(result, suppress=None, strikes=False)
        elif result.suppress is not None or result.strikes:
            self._judged[provider].append(result.subscriber_id)
        if result.event is DeliveryEvent.REJECT:
            if is_absolved or reply_class in self._about_us:
                self._to_requeue[result.subscriber_id] = None
            else:
                self._rejected[provider, reply_class].append(result.subscriber_id)
        return result

    def _is_believed(self, recipient: Recipient, result: Result, reply_class: ReplyClass) -> bool:
        """Tell whether a reader is meant, or the domain denies all that it has."""
        if reply_class not in DENIALS or result.event is not DeliveryEvent.REJECT:
            return True
        before = self.domains.deny(_domain(recipient), recipient.subscriber_id)
        if before is None:
            return True
        self._to_forgive |= dict.fromkeys(before)
        self.guards.doubt(len(before))
        return False

    def _heed(self, alarm: Alarm, provider: str) -> None:
        """Take back what was said against those of whom the alarm says that they are not meant."""
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

    def remarks(self) -> Iterator[str]:
        """Say which domains are not believed."""
        if self.alarm:
            return  # it says enough
        for name, count in self.domains.silent().items():
            yield (
                f"{name} denied all {count} of its readers that were tried, so it may be out of"
                f" order; they are given up when {BELIEVED.issues} issues in a row, over"
                f" {BELIEVED.span.days} days or more, were refused so"
            )

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


def _code(outcome: Answered | Foreseen) -> str:
    """Give what tells refusals for good that are alike."""
    if isinstance(outcome, Foreseen):
        return f"{outcome.lack.extension} missing at the relay"
    reply = outcome.reply
    return f"{reply.code} {reply.enhanced_code}".strip() if reply.digit == 5 else ""


def _quote(outcome: Answered | Foreseen) -> str:
    """Quote a reply of those an alarm is about; any will do, as this one, which set it off."""
    if isinstance(outcome, Foreseen):
        return f": {outcome.why}"
    return f"; one reply: {quoted(outcome.reply, reader=outcome.parcel.recipient.address)}"


def _domain(recipient: Recipient) -> str:
    return recipient.address.rpartition("@")[2].lower()


def _soften(recipient: Recipient, result: Result, now: datetime) -> Result:
    """Let a denial count as a strike, unless there were enough of them."""
    if result.suppress is None:
        return result
    kept = [it for it in recipient.strikes if it.reason in DENIALS and it.issue != recipient.issue]
    if BELIEVED.is_full(kept, now=now, issues=1):
        return result
    return replace(result, suppress=None, strikes=True)
