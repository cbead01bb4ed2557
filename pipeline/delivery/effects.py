"""What follows from each class of refusal: one effect for each, as data.

What a person reads about it is in :mod:`pipeline.delivery.reasons`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.subscriber import Strike

_C = ReplyClass


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeRule:
    """How many issues, over how long, must be refused in a row until an address is given up."""

    issues: int
    #: From the first strike to now, at least.
    span: timedelta = timedelta(0)
    #: Else a person is to look at it, and the reader gets the next issue all the same.
    condemns: bool = True

    def is_full(self, kept: Sequence[Strike], *, now: datetime, issues: int) -> bool:
        """Tell whether the strikes kept, and so many issues beside them, are enough."""
        enough = len({it.issue for it in kept}) + issues >= self.issues
        return enough and min((it.at for it in kept), default=now) + self.span <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How many refusals of a class, together, are about us or about a provider out of order."""

    #: What the provider does then, as the end of a sentence.
    said: str
    #: Above this share of a provider's last outcomes.
    share: float = 1.0
    #: So many in a row at one provider, however few outcomes there were.
    in_a_row: int | None = None
    #: So many in the whole run, whoever said it.
    in_all: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The run ends: going on would lose reader after reader for the same reason."""

    #: What is wrong, as a sentence without a full stop.
    why: str
    #: For a 4yz as well.
    temporary_too: bool = False
    #: The issue must not go on until a person resumes it; otherwise a later run tries again.
    pauses: bool = True
    #: What a person does about it, in the imperative; empty where it mends itself.
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What follows from one class; without any field: a 4yz is tried again, a 5yz is not."""

    #: One 5yz gives the address up, for every issue to come.
    condemns: bool = False
    #: Enhanced codes that give only a strike all the same.
    milder: frozenset[str] = frozenset()
    #: What refusals on different issues come to.
    strike: StrikeRule | None = None
    #: A 4yz gives a strike as well; only a message that is taken shows that there was a way.
    temporary_strikes: bool = False
    stop: Stop | None = None
    guard: Guard | None = None


EFFECTS: Final[dict[ReplyClass, Effect]] = {
    _C.ADDRESS_DEAD: Effect(
        condemns=True,
        # A receiver in trouble denies everybody (Gmail did in December 2020). A long-neglected
        # list may well have a tenth of dead addresses, so without a history only most is a sign.
        guard=Guard(said="says of most readers that they do not exist", share=0.5),
    ),
    _C.ADDRESS_DISABLED: Effect(
        condemns=True,
        # 5.2.1 also stands for mailboxes that are switched off for a while.
        milder=frozenset({"5.2.1"}),
        strike=StrikeRule(issues=2),
        guard=Guard(said="says of most readers that they are switched off", share=0.5),
    ),
    _C.MAILBOX_FULL: Effect(
        strike=StrikeRule(issues=3, span=timedelta(days=21)), temporary_strikes=True
    ),
    _C.RECIPIENT_TEMP: Effect(),
    _C.RECIPIENT_POLICY: Effect(
        strike=StrikeRule(issues=3, condemns=False),
        guard=Guard(said="refuses most readers for a policy of its own", share=0.5),
    ),
    _C.THROTTLE: Effect(),
    _C.SENDER_LIMIT: Effect(
        stop=Stop(
            why="the relay's sending limit for this account is reached",
            temporary_too=True,
            pauses=False,
        )
    ),
    _C.REPUTATION: Effect(
        guard=Guard(said="refuses us for our reputation", share=0.02, in_a_row=3)
    ),
    _C.AUTH_SELF: Effect(
        stop=Stop(
            why="receivers find our SPF, DKIM, DMARC, PTR or TLS broken",
            remedy="mend what the reply names, then resume the issue",
        ),
        guard=Guard(said="finds our SPF, DKIM, DMARC, PTR or TLS broken", in_all=3),
    ),
    _C.CONTENT: Effect(
        guard=Guard(said="refuses what the message says", share=0.01, in_all=5),
    ),
    _C.MESSAGE_BROKEN: Effect(
        stop=Stop(
            why="receivers find the bytes of the message faulty",
            remedy="please report it, with the reply",
        ),
    ),
    _C.SIZE: Effect(
        guard=Guard(said="says that the message is too large for most readers", share=0.5),
    ),
    _C.CONFIG_LOCAL: Effect(
        stop=Stop(
            why="the relay refuses us",
            temporary_too=True,
            pauses=False,
            remedy="mend the account there, [smtp], or the address that sends ([newsletter] from"
            " and return_path); `mailbag send --test ADDR` tries it",
        )
    ),
    _C.NOT_OFFERED: Effect(),
    _C.NETWORK: Effect(),
    _C.IN_DOUBT: Effect(),
    _C.UNKNOWN_4XX: Effect(),
    _C.UNKNOWN_5XX: Effect(
        strike=StrikeRule(issues=3, span=timedelta(weeks=2)),
        guard=Guard(said="refuses most readers, and does not say why", share=0.5),
    ),
}
