"""Who asked to get the newsletter, and who must not be written to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.address import Address


class SubscriberStatus(StrEnum):
    """Whether a subscriber gets the next issue."""

    #: Gets it.
    ACTIVE = "active"
    #: Left by a link or was removed by an operator.
    UNSUBSCRIBED = "unsubscribed"


class SuppressionReason(StrEnum):
    """Why an address must not be written to."""

    #: The reader left.
    UNSUBSCRIBE = "unsubscribe"
    #: The relay said that the address does not exist.
    HARD_BOUNCE = "hard_bounce"
    #: The reader reported the mail as spam.
    COMPLAINT = "complaint"
    #: An operator removed it.
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One reader of the list."""

    id: int
    address: Address
    status: SubscriberStatus
    #: When the reader joined, aware, in UTC.
    since: datetime
    #: The address is suppressed, so that an active reader gets nothing; told by a list alone.
    is_suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """A reader on the way into the list, with what the store keys by."""

    address: Address
    #: The address as the ledger compares it: NFC, lower case, domain as A-label.
    canonical: str
    #: Keyed hash of the canonical address, 32 bytes; what the suppression list is searched by.
    fingerprint: bytes
    #: The mailbox provider that shards are made of, such as ``gmail`` or ``other``.
    provider: str
    #: Where the consent came from, such as ``import readers.csv:12``.
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address must not be written to; the address itself is kept only as a keyed hash."""

    reason: SuppressionReason
    #: Aware, in UTC.
    since: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A refusal that counts against an address; a message that is taken takes all of them back."""

    issue: int
    #: The class of the refusal, such as ``mailbox_full``.
    reason: str
    #: When it came first, aware, in UTC.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a reader stands: on the list, suppressed or not, with what strikes."""

    subscriber: Subscriber
    suppression: Suppression | None
    #: By issue.
    strikes: tuple[Strike, ...]
