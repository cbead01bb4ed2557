"""What goes from the sender to a transport, and what comes back of it."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.delivery.smtp.lacking import Lack
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.model.delivery import HandOver, Lease, Recipient
from pipeline.model.message import Envelope, Message

#: By a name of its own: see :mod:`pipeline.delivery.smtp.session`.
_END_OF_DATA = Stage.END_OF_DATA


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """One message on its way. Two parcels are never equal: each is one try."""

    lease: Lease
    recipient: Recipient
    envelope: Envelope
    message: Message

    @property
    def wish(self) -> HandOver:
        """The wish to write its terminator."""
        return HandOver(
            lease=self.lease,
            subscriber_id=self.recipient.subscriber_id,
            edition=self.recipient.edition,
        )


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is to send now."""

    parcels: tuple[Parcel, ...] = ()
    #: When there are too few: seconds until there may be more; ``None``: there is no more.
    #: An outcome that is committed, or a wish that is refused, may bring more sooner.
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A complete reply was read; it always decides."""

    parcel: Parcel
    stage: Stage
    reply: Reply

    @property
    def is_taken(self) -> bool:
        """Whether the relay took the message."""
        return self.stage is _END_OF_DATA and self.reply.digit == 2


class Loss(StrEnum):
    """When the connection was lost; only the terminator makes doubt."""

    #: Before the terminator, and no fault of the message or the relay: a connection that had
    #: served others was closed, as relays do; or we slept past our lease.
    UNTRIED = "untried"
    #: Before the terminator was written: nothing was handed over.
    BEFORE = "before"
    #: After the terminator was written: the relay may have taken it.
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Lost:
    """No complete reply was read."""

    parcel: Parcel
    loss: Loss
    #: What happened, in words.
    why: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Nothing was said of it: what the relay offers is not enough."""

    parcel: Parcel
    lack: Lack

    @property
    def why(self) -> str:
        return self.lack.why


Outcome = Answered | Lost | Foreseen
