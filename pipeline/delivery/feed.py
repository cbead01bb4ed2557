"""What is sent next, and what becomes of it: the sender's side of a transport."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.clock import Clock
from pipeline.delivery import judging
from pipeline.delivery.holding import Holding, Shard
from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.ports import Outbox
from pipeline.delivery.rating import Lateness, Rating
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.retry import RetryPolicy, StopRun
from pipeline.delivery.stage import Stage
from pipeline.delivery.watching import Watch
from pipeline.errors import DatabaseError, RelayError
from pipeline.model.delivery import DeliveryEvent, HandOver, Recipient, Refusal, Result
from pipeline.model.message import Envelope, Message

#: So many rows of a shard are read at once.
_PAGE = 200
#: Seconds until somebody who waits for another's reply looks again.
_PATIENCE = 0.1
#: Replies lost in a row that are no chance any more, however few connections there are.
_FEW = 3
#: Seconds between the last tries to write down results that are known.
_LAST_TRIES = (0.0, 0.5, 1.0, 2.0)


@dataclass(kw_only=True)
class OutboxFeed:
    """Fits :class:`pipeline.delivery.ports.Feed` for one run over one issue.

    ::

        lease a shard -> read its rows -> ask the rate -> compose -> take()
        commit(): outcome -> verdict -> result, another try, or the end of the run
    """

    outbox: Outbox
    compose: Callable[[Recipient], tuple[Envelope, Message]]
    policy: RetryPolicy
    rating: Rating
    holding: Holding
    watch: Watch
    clock: Clock
    stop: Callable[[], StopReason | None]
    progress: Callable[[RunReport], None]
    #: How many messages may be in doubt at any time.
    doubt: int

    stopped: StopReason | None = field(default=None, init=False)
    relay_error: RelayError | None = field(default=None, init=False)
    _database_error: DatabaseError | None = field(default=None, init=False)
    _pause_because: str = field(default="", init=False)
    _counts: Counter[DeliveryEvent] = field(default_factory=Counter, init=False)
    _queue: deque[tuple[Shard, Recipient]] = field(default_factory=deque, init=False)
    #: Parcels whose hand-over is committed and whose outcome is not known yet.
    _handed: set[Parcel] = field(default_factory=set, init=False)
    #: Readers that lost a connection in this run.
    _lost: set[int] = field(default_factory=set, init=False)
    #: Results that the ledger could not take so far.
    _unwritten: list[Result] = field(default_factory=list, init=False)
    #: Parcels given out whose outcome is not known yet, and when (boot-time clock).
    _out: dict[Parcel, float] = field(default_factory=dict, init=False)
    _lateness: Lateness = field(default_factory=Lateness, init=False)
    #: Replies lost in a row, with no complete reply to a terminator between.
    _lost_replies: int = field(default=0, init=False)
    #: Until when a limit of our account holds.
    _limited_until: datetime | None = field(default=None, init=False)
    _begun_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._begun_at = self.clock.boot_time()

    # -- for the transport

    @property
    def is_ending(self) -> bool:
        return self.stopped is not None

    def take(self, limit: int) -> Supply:
        parcels: list[Parcel] = []
        wait: float | None = None
        try:
            while not self.is_ending and len(parcels) < limit:
                if self._lost_replies and len(self._out) >= max(1, self.doubt - self._lost_replies):
                    # A relay that hangs up after each terminator gets fewer and fewer at a time.
                    wait = _PATIENCE
                    break
                found = self._next()
                if found is None:
                    break
                shard, recipient = found
                now = self.clock.boot_time()
                wait = self.rating.wait(now) or None
                if wait is not None:
                    self._queue.appendleft(found)
                    break
                envelope, message = self.compose(recipient)
                self.rating.give(now)
                parcel = Parcel(shard.lease, recipient, envelope, message)
                self._out[parcel] = now
                parcels.append(parcel)
        except DatabaseError as error:
            self._fail(error)
        return Supply(tuple(parcels), wait)

    def commit(self, outcomes: Sequence[Outcome], wishes: Sequence[Parcel]) -> Collection[Parcel]:
        self._unwritten += filter(None, map(self._settle, outcomes))
        asked = self._askable(wishes)
        held_back = self._hold_back(asked)
        refusals = self._write(asked)
        self._forgive()
        for wish, refusal in refusals.items():
            self._refused(wish, refusal)
        granted = frozenset(parcel for wish, parcel in asked.items() if wish not in refusals)
        now = self.clock.boot_time()
        for parcel in wishes:
            if parcel in granted:
                given = self._out[parcel]
                self.rating.leave(given, given + self._lateness.excess(now - given))
                continue
            self.rating.take_back(self._out.pop(parcel))
            shard = self.holding.get(parcel.lease)
            if parcel in held_back and shard is not None:
                self._queue.append((shard, parcel.recipient))
            else:
                self.holding.settle(parcel.lease)
        self._handed |= granted
        self._counts[DeliveryEvent.HAND_OVER] += len(granted)
        self.progress(self.report())
        return granted

    def look_after(self) -> None:
        try:
            self._end(self.stop())
            self.holding.renew()
            self.rating.save()
        except DatabaseError as error:
            self._fail(error)

    def may_hand_over(self, parcel: Parcel) -> bool:
        return self.holding.is_live(parcel.lease)

    # -- for the sender

    def close(self) -> None:
        """Write what is still to be written, and give the shards back."""
        try:
            for seconds in _LAST_TRIES:
                if not self._unwritten:
                    break
                self.clock.sleep(seconds)
                self._write({})
            for parcel, given in self._out.items():
                if parcel not in self._handed:
                    self.rating.take_back(given)
            self.rating.close()
            self._forgive()
            self.holding.release_all()
            if self._limited_until is not None:
                self.outbox.postpone(self.holding.issue, until=self._limited_until)
        except DatabaseError as error:
            self._fail(error)

    def fail(self, error: RelayError) -> None:
        """Note that the relay cannot be used."""
        until = judging.limited_until(error, now=self.clock.now())
        if until is not None:
            message = f"{error.message}{self._wait_until(until)}"
            error = RelayError(message, place=error.place, remedy=error.remedy)
        self.relay_error = self.relay_error or error
        self._end(StopReason.RELAY)

    def report(self) -> RunReport:
        counts, event = self._counts, DeliveryEvent
        return RunReport(
            handed_over=counts[event.HAND_OVER],
            accepted=counts[event.ACCEPT],
            deferred=counts[event.DEFER],
            rejected=counts[event.REJECT],
            suppressed=counts[event.SUPPRESS],
            expired=counts[event.EXPIRE],
            in_doubt=counts[event.LOSE_REPLY],
            unrecorded=len(self._unwritten),
            seconds=self.clock.boot_time() - self._begun_at,
            stopped=self.stopped,
            relay_error=self.relay_error,
            database_error=self._database_error,
            pause_because=self._pause_because,
        )

    # -- what is next

    def _next(self) -> tuple[Shard, Recipient] | None:
        """Give the next row to send; on the way, rows whose time is up expire."""
        while self._queue or self._fetch():
            shard, recipient = self._queue.popleft()
            if not self.holding.is_held(shard.lease):
                continue
            if self.clock.now() < recipient.expires_at:
                return shard, recipient
            self._unwritten.append(_expired(shard, recipient))
            self.holding.settle(shard.lease)
            if not self._queue:
                self._write({})
        return None

    def _fetch(self) -> bool:
        """Read more rows, from the shards we hold or from another; tell whether there are any."""
        while not self._queue:
            if not self._unwritten:
                self.holding.release_done()
            shard = self.holding.readable() or self.holding.lease()
            if shard is None:
                return False
            now = self.clock.now()
            rows = self.outbox.waiting(shard.lease, after=shard.after, limit=_PAGE, now=now)
            self.holding.read(shard, rows, is_last=len(rows) < _PAGE)
            self._queue.extend((shard, recipient) for recipient in rows)
        return True

    # -- what became of it

    def _settle(self, outcome: Outcome) -> Result | None:
        parcel = outcome.parcel
        reader = parcel.recipient.subscriber_id
        verdict = judging.settle(
            outcome,
            is_handed=parcel in self._handed,
            was_lost=reader in self._lost,
            now=self.clock.now(),
            policy=self.policy,
        )
        given = self._out.pop(parcel)
        self._handed.discard(parcel)
        if isinstance(outcome, Lost) and outcome.loss is Loss.BEFORE:
            self._lost.add(reader)
        self._watch_replies(outcome)
        if verdict.stop is not None:
            self._halt(verdict.stop, outcome)
        result = verdict.result
        if isinstance(outcome, Answered) and result is not None:
            result = self.watch.look(outcome, result)
            if self.watch.alarm:
                self._pause(self.watch.alarm)
        shard = self.holding.get(parcel.lease)
        if verdict.puts_back:
            self.rating.take_back(given)
        if verdict.puts_back and shard is not None:
            self._queue.append((shard, parcel.recipient))
        else:
            self.holding.settle(parcel.lease)
        return result

    def _watch_replies(self, outcome: Outcome) -> None:
        """Pause the issue when terminator after terminator stays without an answer."""
        if isinstance(outcome, Lost) and outcome.loss is Loss.AFTER:
            self._lost_replies += 1
            if self._lost_replies >= max(self.doubt, _FEW):
                self._pause(
                    f"the relay took {self._lost_replies} messages in a row without an answer"
                )
        elif isinstance(outcome, Answered) and outcome.stage is Stage.END_OF_DATA:
            self._lost_replies = 0

    def _pause(self, why: str) -> None:
        self._pause_because = self._pause_because or why
        self._end(StopReason.PAUSED)

    def _askable(self, wishes: Sequence[Parcel]) -> dict[HandOver, Parcel]:
        """Leave out the wishes that need not be asked; renew leases that we slept past."""
        if self.is_ending:
            return {}
        if not all(self.may_hand_over(parcel) for parcel in wishes):
            self.look_after()
        return {_wish(parcel): parcel for parcel in wishes if self.may_hand_over(parcel)}

    def _hold_back(self, asked: dict[HandOver, Parcel]) -> frozenset[Parcel]:
        """After a lost reply, take out the wishes that would bring more into doubt than may be."""
        if not self._lost_replies:
            return frozenset()
        room = self.doubt - self._lost_replies - len(self._handed)
        room = max(room, 0 if self._handed else 1)
        late = list(asked)[room:]
        return frozenset(asked.pop(wish) for wish in late)

    def _write(self, asked: Collection[HandOver]) -> Mapping[HandOver, Refusal | None]:
        """Commit what is known and what is asked; give the refusals, all when it cannot be done."""
        if not (self._unwritten or asked):
            return {}
        try:
            now = self.clock.now()
            refusals = self.outbox.commit(tuple(self._unwritten), tuple(asked), now=now)
        except DatabaseError as error:
            self._fail(error)
            return dict.fromkeys(asked)
        self._counts.update(it.event for it in self._unwritten if not _is_taken_back(it, now))
        self._unwritten.clear()
        return refusals

    def _forgive(self) -> None:
        """Take back what a provider out of order made us write about its readers."""
        readers = self.watch.to_forgive
        if not readers:
            return
        try:
            self.outbox.forgive(self.holding.issue, readers)
        except DatabaseError as error:
            self._fail(error)
        else:
            self.watch.forgiven()

    def _refused(self, wish: HandOver, refusal: Refusal | None) -> None:
        match refusal:
            case Refusal.PAUSED:
                self._end(StopReason.PAUSED)
            case Refusal.STOPPED:
                self._end(StopReason.STOPPED)
            case Refusal.SUPPRESSED:
                self._counts[DeliveryEvent.SUPPRESS] += 1
            case Refusal.LEASE_LOST:
                self.holding.drop(wish.lease)
            case Refusal.SETTLED | None:
                pass

    # -- how it ends

    def _end(self, reason: StopReason | None) -> None:
        self.stopped = self.stopped or reason

    def _fail(self, error: DatabaseError) -> None:
        self._database_error = self._database_error or error
        self._end(StopReason.DATABASE)

    def _halt(self, stop: StopRun, outcome: Outcome) -> None:
        said = f"{outcome.reply}" if isinstance(outcome, Answered) else outcome.why
        waits = self._wait_until(stop.until) if stop.until else ""
        error = RelayError(f"{stop.why}{waits}: {said}")
        if stop.pauses and not self._pause_because:
            self._pause_because = str(error)
        self.fail(error)

    def _wait_until(self, until: datetime) -> str:
        """Let the issue wait for the end of a limit; give that in words."""
        self._limited_until = max(until, self._limited_until or until)
        return f", so the issue waits until {until:%Y-%m-%d %H:%M} UTC"


def _wish(parcel: Parcel) -> HandOver:
    recipient = parcel.recipient
    return HandOver(
        lease=parcel.lease, subscriber_id=recipient.subscriber_id, edition=recipient.edition
    )


def _is_taken_back(result: Result, now: datetime) -> bool:
    """Tell whether a hand-over was only taken back: its reader is due again at once."""
    return result.next_at is not None and result.next_at <= now


def _expired(shard: Shard, recipient: Recipient) -> Result:
    return Result(
        lease=shard.lease,
        subscriber_id=recipient.subscriber_id,
        event=DeliveryEvent.EXPIRE,
        reason="expired",
    )
