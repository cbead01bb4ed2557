"""What follows from an outcome: a result for the ledger, another try, or the end of the run."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.delivery import classify, retry
from pipeline.delivery.classify import Judgement
from pipeline.delivery.parcel import Answered, Foreseen, Loss, Lost, Outcome
from pipeline.delivery.quoting import quoted
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.retry import Decision, GiveUp, Retry, RetryPolicy, StopRun
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.smtp.refusal import SessionRefusedError
from pipeline.errors import RelayError
from pipeline.model.delivery import DeliveryEvent, Result

#: By a name of its own: see :mod:`pipeline.delivery.smtp.session`.
_ACCEPT = DeliveryEvent.ACCEPT
#: What a 5yz before the first recipient comes to, whatever its words are about.
_REFUSED = StopRun(why="the relay refuses us", pauses=False)
#: Every message of an issue is about as large; a later run may find another relay or limit.
_TOO_LARGE = StopRun(
    why="the message is too large for the relay",
    pauses=False,
    remedy="attach no images ([images] delivery), or make the issue shorter",
)
_NOT_OFFERED = StopRun(why="the relay cannot take the message", pauses=False)
#: Longer replies are cut; the beginning tells enough.
_REPLY_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """Without a result the row stays as it is: queued, or deferred and due."""

    result: Result | None = None
    #: It is tried once more in this run.
    puts_back: bool = False
    #: Set when the refusal is about us.
    stop: StopRun | None = None
    #: What the reply asks of our speed to this reader's provider.
    slows: Slowing | None = None


def settle(
    outcome: Outcome, *, is_handed: bool, was_lost: bool, now: datetime, policy: RetryPolicy
) -> Verdict:
    """Decide what follows.

    ``is_handed``: the ledger has the row as ``handing``, so it needs a result in any case.
    ``was_lost``: this row lost its connection before, in the same run.
    """
    match outcome:
        case Answered():
            return _answered(outcome, is_handed=is_handed, now=now, policy=policy)
        case Foreseen():
            return _foreseen(outcome)
        case Lost(loss=Loss.AFTER):
            return Verdict(in_doubt(outcome))
        case Lost():
            return _lost(outcome, is_handed=is_handed, was_lost=was_lost, now=now, policy=policy)


def taken(answered: Answered, *, relay: str = "") -> Result:
    """Give what follows where the relay took the message: nearly always."""
    parcel, reply = answered.parcel, answered.reply
    recipient = parcel.recipient
    return Result(
        lease=parcel.lease,
        subscriber_id=recipient.subscriber_id,
        event=_ACCEPT,
        code=reply.code,
        reply=reply.text[:_REPLY_LENGTH],
        relay=relay,
        forgives=bool(recipient.strikes),
    )


def in_doubt(lost: Lost) -> Result:
    """Give what is known of a message that was handed over and not answered."""
    event, reason = DeliveryEvent.LOSE_REPLY, ReplyClass.IN_DOUBT
    return _result(lost, event, reply=lost.why, reason=reason)


def limited_until(error: RelayError, *, now: datetime) -> datetime | None:
    """Say when a limit ends for which the relay refused the session; ``None`` for anything else."""
    if not isinstance(error, SessionRefusedError) or error.reply.digit not in {4, 5}:
        return None
    reply = error.reply
    limit = classify.judge(error.stage, reply.code, reply.enhanced_code, reply.words).limit
    return limit.ends_at(now) if limit else None


def _answered(outcome: Answered, *, is_handed: bool, now: datetime, policy: RetryPolicy) -> Verdict:
    reply, recipient = outcome.reply, outcome.parcel.recipient
    if outcome.is_taken:
        return Verdict(taken(outcome))
    judged = classify.judge(outcome.stage, reply.code, reply.enhanced_code, reply.words)
    slows = judged.slows
    if slows is not None:
        slows = replace(
            slows, reason=judged.reply_class.value, said=quoted(reply, reader=recipient.address)
        )
    decision = retry.decide(
        judged,
        code=reply.code,
        enhanced_code=reply.enhanced_code,
        recipient=recipient,
        now=now,
        policy=policy,
    )
    if outcome.stage in classify.ABOUT_US and isinstance(decision, GiveUp):
        decision = _TOO_LARGE if judged.reply_class is ReplyClass.SIZE else _REFUSED
    stop = decision if isinstance(decision, StopRun) else None
    if stop is not None and not is_handed:
        return Verdict(stop=stop, slows=slows)
    result = _result(
        outcome,
        decision.event,
        code=reply.code,
        reply=reply.text,
        reason=judged.reply_class,
        next_at=_next_at(decision, now),
        suppress=None if isinstance(decision, StopRun) else decision.suppress,
        strikes=not isinstance(decision, StopRun) and decision.strikes,
    )
    return Verdict(result, stop=stop, slows=slows)


def _foreseen(outcome: Foreseen) -> Verdict:
    """Decide what follows where nothing was said to the relay; so there is no code either."""
    lack = outcome.lack
    if not lack.is_about_reader:
        return Verdict(stop=_TOO_LARGE if lack.extension == "SIZE" else _NOT_OFFERED)
    event, reason = DeliveryEvent.REJECT, ReplyClass.NOT_OFFERED
    return Verdict(_result(outcome, event, reply=outcome.why, reason=reason))


def _next_at(decision: Decision, now: datetime) -> datetime | None:
    match decision:
        case Retry(at=at):
            return at
        case StopRun():
            # It was not about the reader, who waits for nothing but the next run.
            return now
        case GiveUp():
            return None


def _lost(
    outcome: Lost, *, is_handed: bool, was_lost: bool, now: datetime, policy: RetryPolicy
) -> Verdict:
    is_counted = outcome.loss is Loss.BEFORE
    if not is_handed and not (is_counted and was_lost):
        return Verdict(puts_back=True)
    later = retry.decide(
        Judgement(ReplyClass.NETWORK),
        code=0,
        recipient=outcome.parcel.recipient,
        now=now,
        policy=policy,
    )
    # Its terminator was not written, so the hand-over is taken back: due at once.
    at = later.at if was_lost and isinstance(later, Retry) else now
    event, reason = DeliveryEvent.DEFER, ReplyClass.NETWORK
    return Verdict(_result(outcome, event, reply=outcome.why, reason=reason, next_at=at))


def _result(outcome: Outcome, event: DeliveryEvent, *, reply: str, **rest: Any) -> Result:
    return Result(
        lease=outcome.parcel.lease,
        subscriber_id=outcome.parcel.recipient.subscriber_id,
        event=event,
        reply=reply[:_REPLY_LENGTH],
        **rest,
    )
