"""What is sent next, and what becomes of it: the sender's side of a transport."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.clock import Clock
from pipeline.delivery import judging
from pipeline.delivery.classify import ABOUT_US
from pipeline.delivery.ending import Ending
from pipeline.delivery.holding import Holding
from pipeline.delivery.lost_replies import LostReplies
from pipeline.delivery.outgoing import Outgoing
from pipeline.delivery.paces import Paces
from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.ports import Outbox
from pipeline.delivery.queues import Queue
from pipeline.delivery.relays import Relays
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.retry import RetryPolicy
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.stock import Stock
from pipeline.delivery.watching import Watch
from pipeline.errors import DatabaseError
from pipeline.model.delivery import DeliveryEvent, HandOver, Recipient, Refusal, Result
from pipeline.model.message import Envelope, Message

#: Seconds until somebody who waits for another's reply looks again, if none was written before.
_PATIENCE = 0.5
#: Who would have to wait longer, in seconds, is left to a later run.
_STAYS = 900.0
#: Most replies come within so many seconds; what takes longer is said to be waited for.
_SOON = 3.0
#: Seconds between the last tries to write down results that are known.
_LAST_TRIES = (0.0, 0.5, 1.0, 2.0)


@dataclass(kw_only=True)
class OutboxFeed:
    """Fits :class:`pipeline.delivery.ports.Feed` for one run over one issue.

    ::

        stock: a row of a provider whose turn it is -> ask the paces -> compose -> take()
        commit(): outcome -> verdict -> result, another try, another pace, or the end of the run
    """

    outbox: Outbox
    compose: Callable[[Recipient], tuple[Envelope, Message]]
    policy: RetryPolicy
    paces: Paces
    relays: Relays
    holding: Holding
    watch: Watch
    clock: Clock
    stop: Callable[[], StopReason | None]
    progress: Callable[[RunReport], None]
    #: Why the run ends, once it does.
    ending: Ending = field(init=False)
    _counts: Counter[DeliveryEvent] = field(default_factory=Counter, init=False)
    stock: Stock = field(init=False)
    _outgoing: Outgoing = field(init=False)
    #: Readers that lost a connection in this run.
    _lost: set[int] = field(default_factory=set, init=False)
    #: Results that the ledger could not take so far.
    _unwritten: list[Result] = field(default_factory=list, init=False)
    _lost_replies: LostReplies = field(init=False)
    _begun_at: float = field(default=0.0, init=False)
    #: When the relay answered last.
    _heard_at: float = field(default=0.0, init=False)
    #: What the transport waits for, in words.
    _waits_for: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._begun_at = self._heard_at = self.clock.boot_time()
        self.ending = Ending(relays=self.relays, clock=self.clock)
        self._lost_replies = LostReplies(self.relays.doubt)
        self.stock = Stock(
            outbox=self.outbox,
            holding=self.holding,
            clock=self.clock,
            pace_of=self.paces.of,
            most=self.relays.doubt,
            results=self._unwritten,
            write=self._write_results,
        )
        self._outgoing = Outgoing(
            stock=self.stock, paces=self.paces, holding=self.holding, clock=self.clock
        )

    # -- for the transport

    @property
    def is_ending(self) -> bool:
        return self.ending.stopped is not None or self.relays.is_leaving

    def take(self, limit: int) -> Supply:
        parcels: list[Parcel] = []
        wait: float | None = None
        try:
            while not self.is_ending and len(parcels) < limit:
                now = self.clock.boot_time()
                queue = self.stock.next(now)
                if queue is None:
                    wait = self._wait(now)
                    break
                if not self._lost_replies.may_take(len(self._outgoing)):
                    wait = _PATIENCE
                    break
                wait = self.paces.wait(now) or None
                if wait is not None:
                    wait = self._spares(now, wait)
                    break
                parcels.append(self._give(queue, now))
            if not parcels:
                self._write_results()
        except DatabaseError as error:
            self.ending.fail(error)
        return Supply(tuple(parcels), wait)

    def commit(self, outcomes: Sequence[Outcome], wishes: Sequence[Parcel]) -> Collection[Parcel]:
        if outcomes:
            self._heard_at = self.clock.boot_time()
            wall = self.clock.now()
            at = self._heard_at
            for outcome in outcomes:
                if isinstance(outcome, Answered) and outcome.is_taken:
                    self._unwritten.append(self._taken(outcome, at))
                elif (result := self._settle(outcome, wall)) is not None:
                    self._unwritten.append(result)
        asked = self._askable(wishes)
        held_back = self._hold_back(asked)
        refusals = self._write(asked)
        self._forgive()
        for wish, refusal in refusals.items():
            self._refused(wish, refusal)
        granted = frozenset(
            (parcel for wish, parcel in asked.items() if wish not in refusals)
            if refusals
            else asked.values()
        )
        now = self.clock.boot_time()
        for parcel in wishes:
            if parcel in granted:
                self._outgoing.leave(parcel, now)
            else:
                is_left = parcel in held_back or self.relays.is_leaving
                self._outgoing.drop(parcel, puts_back=is_left)
        self._counts[DeliveryEvent.HAND_OVER] += len(granted)
        self.progress(self.report())
        return granted

    def look_after(self, waits_for: str = "") -> None:
        self._waits_for = waits_for
        self._renew()
        # Who watches sees that we live, also while nothing is answered.
        self.progress(self.report())

    def _renew(self) -> None:
        try:
            self.ending.end(self.stop())
            self.holding.renew()
            self.paces.save()
        except DatabaseError as error:
            self.ending.fail(error)

    def may_hand_over(self, parcel: Parcel) -> bool:
        return self.holding.is_live(parcel.lease, self.clock.boot_time())

    # -- for the sender

    def close(self) -> None:
        """Write what is still to be written, and give the shards back."""
        try:
            for seconds in _LAST_TRIES:
                if not self._unwritten:
                    break
                self.clock.sleep(seconds)
                self._write({})
            self._outgoing.recall()
            self.paces.close()
            self._forgive()
            self.holding.release_all(self.stock.queues.held(self.clock.boot_time()))
            if self.ending.limited_until is not None:
                self.outbox.postpone(self.holding.issue, until=self.ending.limited_until)
        except DatabaseError as error:
            self.ending.fail(error)

    def break_off(self) -> None:
        """End for somebody who does not wait for the answers: what is handed over is in doubt."""
        self.ending.end(StopReason.INTERRUPTED)
        for parcel in (*self._outgoing.handed,):
            result = judging.in_doubt(Lost(parcel, Loss.AFTER, "stopped before the relay answered"))
            self._outgoing.settle(parcel, self.clock.boot_time())
            self._unwritten.append(self._through_relay(result, self.clock.now()))

    def go_on(self) -> bool:
        """Turn to the next relay with what is not handed over; ``False``: the run is over."""
        if self.ending.stopped is not None or not self.relays.go_on():
            return False
        self._outgoing.recall()
        self.paces.through(self.relays.now)
        return True

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
            waits_for=self._waits_for or self._unanswered(),
            stopped=self.ending.stopped,
            relay_error=self.ending.relay_error,
            database_error=self.ending.database_error,
            pause_because=self.ending.pause_because,
            remarks=tuple(self.watch.remarks()),
            by_relay=tuple(self.relays.accepted.items()),
            left_relays=tuple(self.relays.errors.values()),
        )

    def _unanswered(self) -> str:
        """Say whose answer has not come for a while."""
        is_late = self.clock.boot_time() - self._heard_at > _SOON
        return f"an answer of {self.relays.now.name}" if is_late and self._outgoing.handed else ""

    # -- what is next

    def _give(self, queue: Queue, now: float) -> Parcel:
        """Take the first row of a queue, and make its message."""
        shard, recipient = self.stock.queues.pop(queue)
        envelope, message = self.compose(recipient)
        parcel = Parcel(shard.lease, recipient, envelope, message)
        self._outgoing.give(queue, parcel, now)
        return parcel

    def _wait(self, now: float) -> float | None:
        """Give the seconds until there may be more; ``None``: there is no more in this run."""
        queues = self.stock.queues
        wait = queues.wake(now)
        if queues.is_full:
            return _PATIENCE if wait is None else min(wait, _PATIENCE)
        return None if wait is None or wait > _STAYS else wait

    def _spares(self, now: float, wait: float) -> float | None:
        """Go on with the next relay, if there is one, when this one's stock is used up."""
        used_up = self.paces.used_up(now) if self.relays.has_next else 0.0
        if not used_up:
            return self._stays(wait)
        if self._outgoing:
            return _PATIENCE  # what was given out goes through this one
        self.relays.spare(f"its limit of {self.relays.now.limits} is used up", used_up)
        return None

    def _stays(self, wait: float) -> float | None:
        """Leave what has to wait for long to a later run."""
        wait = min(wait, max(self.relays.returns_in, _PATIENCE))
        if wait <= _STAYS:
            return wait
        self.ending.wait_until(self.clock.now() + timedelta(seconds=wait))
        return None

    # -- what became of it

    def _taken(self, answered: Answered, at: float) -> Result:
        """Do what follows nearly always, and nothing else: the relay took the message."""
        relay = self.relays.now.name
        self.relays.accepted[relay] += 1
        self._lost_replies.hear()
        self.watch.take(answered.parcel)
        self._outgoing.settle(answered.parcel, at)
        return judging.taken(answered, relay=relay if self.relays.is_backup else "")

    def _settle(self, outcome: Outcome, now: datetime) -> Result | None:
        parcel = outcome.parcel
        reader = parcel.recipient.subscriber_id
        verdict = judging.settle(
            outcome,
            is_handed=parcel in self._outgoing.handed,
            was_lost=reader in self._lost,
            now=now,
            policy=self.policy,
        )
        if isinstance(outcome, Lost) and outcome.loss is Loss.BEFORE:
            self._lost.add(reader)
        self.ending.pause(self._lost_replies.note(outcome))
        if verdict.slows is not None:
            self._slow(outcome, verdict.slows)
        if verdict.stop is not None:
            self.ending.halt(verdict.stop, outcome)
        result = verdict.result
        if not isinstance(outcome, Lost) and result is not None:
            result = self.watch.look(outcome, result, now)
            self.ending.pause(self.watch.alarm)
        if result is None:
            puts_back = verdict.puts_back or (
                verdict.stop is not None and self.ending.stopped is None
            )
            self._outgoing.drop(parcel, puts_back=puts_back)
            return None
        self._outgoing.settle(parcel, self.clock.boot_time())
        return self._through_relay(result, now)

    def _through_relay(self, result: Result, now: datetime) -> Result:
        """Have it written down when it was not the first relay that said so."""
        relay = self.relays.now.name
        if result.event is DeliveryEvent.DEFER and result.code and not result.is_taken_back(now):
            self.paces.defer()
        return replace(result, relay=relay) if self.relays.is_backup else result

    def _slow(self, outcome: Outcome, slowing: Slowing) -> None:
        by_relay = isinstance(outcome, Answered) and outcome.stage in ABOUT_US
        try:
            self._outgoing.slow(outcome.parcel, slowing, by_relay=by_relay)
        except DatabaseError as error:
            self.ending.fail(error)

    def _askable(self, wishes: Sequence[Parcel]) -> dict[HandOver, Parcel]:
        """Leave out the wishes that need not be asked; renew leases that we slept past."""
        if self.is_ending:
            return {}
        live = self._live(wishes)
        if len(live) < len(wishes):
            self._renew()
            live = self._live(wishes)
        return {parcel.wish: parcel for parcel in live}

    def _live(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        now = self.clock.boot_time()
        return [parcel for parcel in parcels if self.holding.is_live(parcel.lease, now)]

    def _hold_back(self, asked: dict[HandOver, Parcel]) -> frozenset[Parcel]:
        """After a lost reply, take out the wishes that would bring more into doubt than may be."""
        room = self._lost_replies.room(len(self._outgoing.handed))
        if room is None:
            return frozenset()
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
            self.ending.fail(error)
            return dict.fromkeys(asked)
        self._counts.update(it.event for it in self._unwritten if not it.is_taken_back(now))
        self._unwritten.clear()
        return refusals

    def _write_results(self) -> bool:
        """Write what is known; tell whether the run may go on."""
        self._write({})
        return not self.is_ending

    def _forgive(self) -> None:
        """Take back what we wrote about readers who were not meant."""
        forgiven, requeued = self.watch.to_forgive, self.watch.to_requeue
        if self._unwritten or not (forgiven or requeued):
            return  # nothing is taken back before it is written
        issue, count = self.holding.issue, 0
        try:
            if forgiven:
                self.outbox.forgive(issue, forgiven)
            if requeued:
                count = self.outbox.forgive(issue, requeued, requeues=True)
        except DatabaseError as error:
            self.ending.fail(error)
        else:
            self.watch.forgiven()
            self._counts[DeliveryEvent.REJECT] -= count

    def _refused(self, wish: HandOver, refusal: Refusal | None) -> None:
        match refusal:
            case Refusal.PAUSED:
                self.ending.end(StopReason.PAUSED)
            case Refusal.STOPPED:
                self.ending.end(StopReason.STOPPED)
            case Refusal.SUPPRESSED:
                self._counts[DeliveryEvent.SUPPRESS] += 1
            case Refusal.LEASE_LOST:
                self.holding.drop(wish.lease)
            case Refusal.SETTLED | None:
                pass
