"""What the SMTP state machine tells its driver."""

from dataclasses import dataclass
from typing import Any

from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage


@dataclass(frozen=True, slots=True)
class Replied:
    """A complete reply to a command that belongs to no message."""

    stage: Stage
    reply: Reply


@dataclass(frozen=True, slots=True)
class Wanted:
    """The relay waits for the message: send its body now."""

    #: What :meth:`SmtpProtocol.begin` was given.
    item: Any


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a message: the reply to its terminator, or the first refusal of its group."""

    item: Any
    stage: Stage
    reply: Reply


@dataclass(frozen=True, slots=True)
class ChunkingBroken:
    """The relay offered CHUNKING and does not know BDAT: this message is not accepted.

    The dialogue is closed, since the relay may read the message's lines as commands.
    """

    item: Any
    reply: Reply


@dataclass(frozen=True, slots=True)
class Closed:
    """The dialogue is over, by a 421 that nobody asked for or by a close of the connection."""

    reply: Reply | None = None


Event = Replied | Wanted | Decided | ChunkingBroken | Closed
