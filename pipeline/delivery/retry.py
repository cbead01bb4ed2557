"""Whether a message that was refused is tried again, and when.

A permanent refusal (5yz) of a reader is never tried again. A temporary one is, after delays
that never get shorter, until the issue's time is up: a next time past the end is the end, where
the row expires without another try, since a try just before the end would come sooner after the
last one than the reader's server was promised by the delays so far.
A refusal of *us* says nothing about the reader, who keeps the place in the queue.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from pipeline.delivery.classify import Judgement
from pipeline.delivery.effects import EFFECTS
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import DeliveryEvent, Recipient
from pipeline.model.subscriber import SuppressionReason

_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait between tries, and for how long to go on."""

    #: The waiting after the first try, the second and so on; the last one is repeated.
    delays: tuple[timedelta, ...] = tuple(
        timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240)
    )
    #: From freezing to the end of trying.
    expire: timedelta = timedelta(hours=72)

    #: Lengthens each delay by up to a tenth, so that a crowd does not come back at once.
    rng: random.Random | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.delays or self.delays[0] <= timedelta(0):
            raise ValueError("a retry policy needs delays longer than nothing")
        if any(later < sooner for sooner, later in zip(self.delays, self.delays[1:], strict=False)):
            raise ValueError("the delays of a retry policy never get shorter")
        if self.expire <= timedelta(0):
            raise ValueError("a retry policy needs some time to try in")

    def delay(self, attempts: int) -> timedelta:
        """Give the waiting after so many tries; from 1."""
        delay = self.delays[min(max(attempts, 1), len(self.delays)) - 1]
        return delay if self.rng is None else delay * (1 + _JITTER * self.rng.random())


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now: try again."""

    event: ClassVar[DeliveryEvent] = DeliveryEvent.DEFER

    #: Not before; never later than the end, and at the end the row expires instead.
    at: datetime
    #: It counts against the address.
    strikes: bool = False
    #: Set when this was the last of several refusals that together condemn the address.
    suppress: SuppressionReason | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never for this issue."""

    event: ClassVar[DeliveryEvent] = DeliveryEvent.REJECT

    #: Set when the refusal condemns the address for every issue to come.
    suppress: SuppressionReason | None = None
    #: It counts against the address.
    strikes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRun:
    """It is about us: going on would lose reader after reader for the same reason.

    The reader keeps the place in the queue; of one that was handed over, the hand-over is taken
    back: it is due at once.
    """

    event: ClassVar[DeliveryEvent] = DeliveryEvent.DEFER

    #: What is wrong, as a sentence without a full stop.
    why: str
    #: The issue must not go on until a person resumes it; otherwise a later run tries again.
    pauses: bool
    #: Nothing of the issue is tried before; ``None``: the next run may try at once.
    until: datetime | None = None
    #: What a person does about it; empty where it mends itself.
    remedy: str = ""


Decision = Retry | GiveUp | StopRun


def decide(  # noqa: PLR0913 - each of them changes the answer
    judged: Judgement,
    *,
    code: int,
    enhanced_code: str = "",
    recipient: Recipient,
    now: datetime,
    policy: RetryPolicy,
) -> Decision:
    """Decide what follows a refusal of one more try to reach the recipient.

    ``code`` is the reply's basic code, 0 when there was none (``NETWORK``).
    Raises ValueError for ``IN_DOUBT``: doubt is no refusal.
    """
    if judged.reply_class is ReplyClass.IN_DOUBT:
        raise ValueError("doubt is resolved by evidence or by an operator, not by a retry")
    permanent = code >= 500
    effect = EFFECTS[judged.reply_class]
    stop = effect.stop
    if stop is not None and (permanent or stop.temporary_too):
        until = judged.limit.ends_at(now) if judged.limit else None
        return StopRun(why=stop.why, pauses=stop.pauses, until=until, remedy=stop.remedy)
    is_condemned = permanent and effect.condemns and enhanced_code not in effect.milder
    is_condemned = is_condemned or _is_last_strike(judged.reply_class, code, recipient, now)
    suppress = SuppressionReason.HARD_BOUNCE if is_condemned else None
    strikes = effect.strike is not None and not is_condemned
    if not permanent:
        at = min(now + policy.delay(recipient.attempts + 1), recipient.expires_at)
        return Retry(at, strikes and effect.temporary_strikes, suppress)
    return GiveUp(suppress, strikes)


def _is_last_strike(
    reply_class: ReplyClass, code: int, recipient: Recipient, now: datetime
) -> bool:
    """Tell whether this refusal, with those of other issues before it, gives the address up."""
    effect, permanent = EFFECTS[reply_class], code >= 500
    rule = effect.strike
    if rule is None or not rule.condemns or not (permanent or effect.temporary_strikes):
        return False
    kept = [
        it for it in recipient.strikes if it.reason == reply_class and it.issue != recipient.issue
    ]
    # An issue that may still be taken is not lost yet.
    return rule.is_full(kept, now=now, issues=1 if permanent else 0)
