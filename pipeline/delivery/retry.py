"""Whether a message that was refused is tried again, and when.

A permanent refusal (5yz) of a reader is never tried again. A temporary one is, after delays
that never get shorter, until the issue's time is up: a next time past the end is the end, where
the row expires without another try, since a try just before the end would come sooner after the
last one than the reader's server was promised by the delays so far.
A refusal of *us* says nothing about the reader, who keeps the place in the queue.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import DeliveryEvent
from pipeline.model.subscriber import SuppressionReason


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait between tries, and for how long to go on."""

    #: The waiting after the first try, the second and so on; the last one is repeated.
    delays: tuple[timedelta, ...] = tuple(
        timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240)
    )
    #: From freezing to the end of trying.
    expire: timedelta = timedelta(hours=72)

    def __post_init__(self) -> None:
        if not self.delays or self.delays[0] <= timedelta(0):
            raise ValueError("a retry policy needs delays longer than nothing")
        if any(later < sooner for sooner, later in zip(self.delays, self.delays[1:], strict=False)):
            raise ValueError("the delays of a retry policy never get shorter")
        if self.expire <= timedelta(0):
            raise ValueError("a retry policy needs some time to try in")

    def delay(self, attempts: int) -> timedelta:
        """Give the waiting after so many tries; from 1."""
        return self.delays[min(max(attempts, 1), len(self.delays)) - 1]


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now: try again."""

    event: ClassVar[DeliveryEvent] = DeliveryEvent.DEFER

    #: Not before; never later than the end, and at the end the row expires instead.
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never for this issue."""

    event: ClassVar[DeliveryEvent] = DeliveryEvent.REJECT

    #: Set when the refusal condemns the address for every issue to come.
    suppress: SuppressionReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRun:
    """It is about us: going on would lose reader after reader for the same reason.

    The reader's row stays queued; one that was handed over is deferred until :attr:`at`.
    """

    event: ClassVar[DeliveryEvent] = DeliveryEvent.DEFER

    #: What is wrong, as a sentence without a full stop.
    why: str
    #: The issue must not go on until a person resumes it; otherwise a later run tries again.
    pauses: bool
    at: datetime


Decision = Retry | GiveUp | StopRun

_WHY = {
    ReplyClass.CONFIG_LOCAL: "the relay refuses us",
    ReplyClass.SENDER_LIMIT: "the relay's sending limit for this account is reached",
    ReplyClass.AUTH_SELF: "receivers find our SPF, DKIM, DMARC, PTR or TLS broken",
    ReplyClass.MESSAGE_BROKEN: "receivers find the bytes of the message faulty",
}
#: A later run finds these mended by themselves or by the operator, and harms nobody if not.
_GOES_ON_BY_ITSELF = frozenset({ReplyClass.CONFIG_LOCAL, ReplyClass.SENDER_LIMIT})
#: 5.2.1 also stands for mailboxes that are switched off for a while: a second issue must say it.
_DISABLED_FOR_A_WHILE = "5.2.1"
_JITTER = 0.1


def decide(  # noqa: PLR0913 - each of them changes the answer
    reply_class: ReplyClass,
    *,
    code: int,
    enhanced_code: str = "",
    attempts: int,
    now: datetime,
    expires_at: datetime,
    policy: RetryPolicy,
    rng: random.Random | None = None,
) -> Decision:
    """Decide what follows a refusal.

    ``code`` is the reply's basic code, 0 when there was none (``NETWORK``).
    ``attempts`` counts the tries so far, this one included.
    With ``rng`` a delay is lengthened by up to a tenth, so that a crowd does not come back at once.
    Raises ValueError for ``IN_DOUBT``: doubt is no refusal.
    """
    if reply_class is ReplyClass.IN_DOUBT:
        raise ValueError("doubt is resolved by evidence or by an operator, not by a retry")
    permanent = code >= 500
    at = min(now + _lengthened(policy.delay(attempts), rng), expires_at)
    if reply_class in _GOES_ON_BY_ITSELF or (permanent and reply_class in _WHY):
        pauses = reply_class not in _GOES_ON_BY_ITSELF
        return StopRun(why=_WHY[reply_class], pauses=pauses, at=at)
    if not permanent:
        return Retry(at)
    condemned = reply_class is ReplyClass.ADDRESS_DEAD or (
        reply_class is ReplyClass.ADDRESS_DISABLED and enhanced_code != _DISABLED_FOR_A_WHILE
    )
    return GiveUp(SuppressionReason.HARD_BOUNCE if condemned else None)


def _lengthened(delay: timedelta, rng: random.Random | None) -> timedelta:
    return delay if rng is None else delay * (1 + _JITTER * rng.random())
