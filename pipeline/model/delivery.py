"""The row that follows one message, and the table of everything that can happen to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pipeline.model.subscriber import Strike, SuppressionReason


class DeliveryState(StrEnum):
    """Where the delivery of one message stands."""

    #: Nothing of it was handed over.
    QUEUED = "queued"
    #: The terminator may be on the wire; no reply was recorded yet.
    HANDING = "handing"
    #: The relay took the message. SMTP does not tell more.
    ACCEPTED = "accepted"
    #: The relay said "later"; it has a next time.
    DEFERRED = "deferred"
    #: The relay said "never".
    REJECTED = "rejected"
    #: The address must not be written to; found before the hand-over.
    SUPPRESSED = "suppressed"
    #: It was still deferred when its time was up.
    EXPIRED = "expired"
    #: The issue was stopped before it was handed over.
    CANCELLED = "cancelled"
    #: Handed over, no complete reply read.
    IN_DOUBT = "in_doubt"
    #: In doubt, and an operator let it rest.
    CLOSED = "closed"


class DeliveryEvent(StrEnum):
    """What can happen to a delivery."""

    #: Committed just before the terminator is written.
    HAND_OVER = "hand_over"
    #: The relay took it: 2yz to the terminator.
    ACCEPT = "accept"
    #: The relay said "later", at any stage.
    DEFER = "defer"
    #: The relay said "never", at any stage.
    REJECT = "reject"
    #: The address was found on the suppression list, or the reader left.
    SUPPRESS = "suppress"
    #: Its time was up.
    EXPIRE = "expire"
    #: The issue was stopped.
    CANCEL = "cancel"
    #: Handed over, and the connection or the sender died before the reply was recorded.
    LOSE_REPLY = "lose_reply"
    #: An operator, or the policy ``resend``, has it sent again.
    RESEND = "resend"
    #: An operator lets the doubt rest.
    CLOSE = "close"
    #: Whoever said "never" said it to everybody, so it was not about this reader.
    TAKE_BACK = "take_back"


#: The provider of shards whose recipients are at many small ones, each known by its domain.
OTHER_PROVIDERS = "other"

_S, _E = DeliveryState, DeliveryEvent

#: Every legal step. What is not here cannot happen.
DELIVERY_TRANSITIONS: dict[tuple[DeliveryState, DeliveryEvent], DeliveryState] = {
    (_S.QUEUED, _E.HAND_OVER): _S.HANDING,
    (_S.QUEUED, _E.DEFER): _S.DEFERRED,
    (_S.QUEUED, _E.REJECT): _S.REJECTED,
    (_S.QUEUED, _E.SUPPRESS): _S.SUPPRESSED,
    (_S.QUEUED, _E.EXPIRE): _S.EXPIRED,
    (_S.QUEUED, _E.CANCEL): _S.CANCELLED,
    (_S.DEFERRED, _E.HAND_OVER): _S.HANDING,
    (_S.DEFERRED, _E.DEFER): _S.DEFERRED,
    (_S.DEFERRED, _E.REJECT): _S.REJECTED,
    (_S.DEFERRED, _E.SUPPRESS): _S.SUPPRESSED,
    (_S.DEFERRED, _E.EXPIRE): _S.EXPIRED,
    (_S.DEFERRED, _E.CANCEL): _S.CANCELLED,
    (_S.HANDING, _E.ACCEPT): _S.ACCEPTED,
    (_S.HANDING, _E.DEFER): _S.DEFERRED,
    (_S.HANDING, _E.REJECT): _S.REJECTED,
    (_S.HANDING, _E.LOSE_REPLY): _S.IN_DOUBT,
    (_S.REJECTED, _E.TAKE_BACK): _S.QUEUED,
    # The reply of a sender that was taken for dead, or evidence such as an unsubscribe click,
    # or an operator's word.
    (_S.IN_DOUBT, _E.ACCEPT): _S.ACCEPTED,
    (_S.IN_DOUBT, _E.DEFER): _S.DEFERRED,
    (_S.IN_DOUBT, _E.REJECT): _S.REJECTED,
    (_S.IN_DOUBT, _E.RESEND): _S.QUEUED,
    (_S.IN_DOUBT, _E.CLOSE): _S.CLOSED,
}

#: Nothing happens to these by itself any more.
SETTLED = frozenset(
    {_S.ACCEPTED, _S.REJECTED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED, _S.IN_DOUBT, _S.CLOSED}
)


class DoubtPolicy(StrEnum):
    """What becomes of a message that may or may not have been taken."""

    #: It waits for an operator's word.
    HOLD = "hold"
    #: It is sent again with the same bytes and Message-ID.
    RESEND = "resend"
    #: It counts as accepted.
    ASSUME_ACCEPTED = "assume-accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One reader of one issue, as a sender takes it from a shard."""

    issue: int
    shard: int
    subscriber_id: int
    address: str
    #: How often it was handed over or refused before.
    attempts: int = 0
    #: When the issue's time is up for it, aware, in UTC.
    expires_at: datetime
    #: What counts against the address so far, by issue.
    strikes: tuple[Strike, ...] = ()
    #: The revision of the issue that it gets; 0 is the first edition.
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A shard in the hands of one sender. A lease with an older epoch writes nothing."""

    issue: int
    shard: int
    epoch: int
    owner: str
    #: The mailbox provider whose recipients the shard holds.
    provider: str

    def __hash__(self) -> int:
        """Hash what tells leases apart; it is asked several times for each message."""
        return hash((self.shard, self.epoch))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The wish to write the terminator of one message."""

    lease: Lease
    subscriber_id: int
    #: The revision that the message was composed of.
    edition: int = 0

    def __hash__(self) -> int:
        return hash(self.subscriber_id)


class Refusal(StrEnum):
    """Why a terminator must not be written."""

    #: Another sender has the shard, or its time is past.
    LEASE_LOST = "lease_lost"
    #: The issue is paused.
    PAUSED = "paused"
    #: The issue is stopped.
    STOPPED = "stopped"
    #: The reader left or is suppressed; the row is now ``suppressed``.
    SUPPRESSED = "suppressed"
    #: The row is not queued or deferred any more, or it waits for another edition.
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one try, as it is written down."""

    lease: Lease
    subscriber_id: int
    event: DeliveryEvent
    #: The reply's code, 0 when there was none.
    code: int = 0
    #: The reply's text, shortened; hostile, so shown escaped.
    reply: str = ""
    #: The class of the reply, such as ``address_dead``.
    reason: str = ""
    #: For DEFER: when to try again.
    next_at: datetime | None = None
    #: The relay that said so, when it was not the first.
    relay: str = ""
    #: Set when the reply condemns the address.
    suppress: SuppressionReason | None = None
    #: It counts against the address, once for each issue, with :attr:`reason`.
    strikes: bool = False
    #: It takes back every strike of the address.
    forgives: bool = False

    def is_taken_back(self, now: datetime) -> bool:
        """Tell whether a hand-over was only taken back: its reader is due again at once."""
        return self.next_at is not None and self.next_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What went out before a run; so far as it was looked at."""

    #: How many readers of the issue had an outcome already, counted up to 500.
    settled: int = 0
    #: How many wait for one, counted up to :data:`FEW`.
    waiting: int = 20
    #: Of earlier issues, by provider: how many were accepted or rejected, and how many of those
    #: were rejected because the address was given up.
    providers: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    #: Fewer outcomes than this are no past.
    ENOUGH: ClassVar[int] = 200
    #: Fewer readers than this are a small list.
    FEW: ClassVar[int] = 20

    def is_clean(self, provider: str, *, below: float) -> bool:
        """Tell whether a provider had a past, with a smaller share of dead addresses."""
        outcomes, dead = self.providers.get(provider, (0, 0))
        return outcomes >= self.ENOUGH and dead < outcomes * below


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """How many deliveries of an issue stand where; the eight add up to ``planned``."""

    planned: int = 0
    accepted: int = 0
    deferred: int = 0
    rejected: int = 0
    suppressed: int = 0
    expired: int = 0
    cancelled: int = 0
    #: ``handing``, ``in_doubt`` and ``closed`` together.
    in_doubt: int = 0
    queued: int = 0

    def __post_init__(self) -> None:
        settled = self.accepted + self.rejected + self.suppressed + self.expired + self.cancelled
        if self.planned != settled + self.in_doubt + self.deferred + self.queued:
            raise ValueError("the sums do not add up to what was planned")

    @property
    def unfinished(self) -> int:
        return self.queued + self.deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many of the readers that an issue is left with may be tried now, and how many later."""

    now: int = 0
    later: int = 0
    #: When the first of the latter may be; ``None`` where there are none.
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The row that follows one message, as a report shows it."""

    issue: int
    subscriber_id: int
    address: str
    state: DeliveryState
    attempts: int
    code: int
    reply: str
    #: The class of the last reply, such as ``address_dead``; empty when it was no refusal.
    reason: str
    next_at: datetime | None
    #: The revision that was handed over, or will be; ``None``: nothing was, and nothing will be.
    edition: int | None = None
    #: The relay that spoke last, when it was not the first.
    relay: str = ""
