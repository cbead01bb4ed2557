"""Each class of refusal in words, for the person who keeps the site.

The figures are those of :mod:`pipeline.delivery.effects`, so that the words cannot drift from it.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.delivery.effects import EFFECTS, StrikeRule
from pipeline.delivery.reply_class import ReplyClass

_C = ReplyClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One class in words."""

    #: What happened, as a clause: no capital letter, no full stop.
    happened: str
    #: What mailbag does about it, in sentences.
    then: str
    #: What a person should do, in sentences.
    todo: str

    def __str__(self) -> str:
        return self.happened


def explain(reason: str) -> Reason | None:
    """Explain the reason that the ledger keeps with a delivery; ``None`` when it has none."""
    return REASONS[ReplyClass(reason)] if reason in set(ReplyClass) else None


def _when_full(reply_class: ReplyClass) -> str:
    """Say when strikes are enough."""
    rule = EFFECTS[reply_class].strike
    assert isinstance(rule, StrikeRule)  # noqa: S101 - the callers name classes that have one
    over = f", over {rule.span.days} days or more," if rule.span else ""
    return f"when {rule.issues} issues in a row{over} were refused so"


def _percent(reply_class: ReplyClass) -> str:
    guard = EFFECTS[reply_class].guard
    assert guard is not None  # noqa: S101 - as above
    return f"{guard.share:.0%}".replace("%", " %")


_LATER = "It is tried again until the issue's time is up."
_MOST = (
    "If most readers of a provider are refused so, the issue is paused, nobody is judged, and they"
    " wait for it."
)
_WAIT = "whoever was refused so in that run waits again"

REASONS: Final[dict[ReplyClass, Reason]] = {
    _C.ADDRESS_DEAD: Reason(
        happened="the address does not exist",
        then="It is suppressed at once, and no later issue goes to it; where a domain denies"
        f" everybody, after several issues. {_MOST}",
        todo="Nothing. If you know better: `mailbag subscribers add ADDR --again`.",
    ),
    _C.ADDRESS_DISABLED: Reason(
        happened="the mailbox is switched off",
        then="It is suppressed at once; after a 5.2.1, which is also said of a mailbox that is off"
        f" for a while, {_when_full(_C.ADDRESS_DISABLED)}. {_MOST}",
        todo="Nothing. If the reader writes from it again: `mailbag subscribers add ADDR --again`.",
    ),
    _C.MAILBOX_FULL: Reason(
        happened="the mailbox is full",
        then=f"After a 4yz it is tried again until the issue's time is up. It is suppressed"
        f" {_when_full(_C.MAILBOX_FULL)}.",
        todo="Nothing, or tell the reader in another way.",
    ),
    _C.RECIPIENT_TEMP: Reason(
        happened="the reader's server takes nothing just now",
        then=_LATER,
        todo="Nothing.",
    ),
    _C.RECIPIENT_POLICY: Reason(
        happened="a rule of the reader's server keeps the message out",
        then="This issue is not tried again, and the next one is sent as usual."
        f" The reader is named by `mailbag subscribers list --review`"
        f" {_when_full(_C.RECIPIENT_POLICY)}. {_MOST}",
        todo="Ask the reader to let your address in, or remove the reader.",
    ),
    _C.THROTTLE: Reason(
        happened="the provider finds us too fast",
        then="After a 4yz it is tried again, and slower.",
        todo="Nothing. If it comes with every issue, set a lower `rate`.",
    ),
    _C.SENDER_LIMIT: Reason(
        happened="the relay's sending limit for the account is reached",
        then="The issue waits until the limit ends, and goes on by itself.",
        todo="Nothing. If you have the limit raised, `mailbag send --issue N` goes on at once.",
    ),
    _C.REPUTATION: Reason(
        happened="the provider thinks badly of our address or domain",
        then=f"The issue is paused at the third in a row, or above {_percent(_C.REPUTATION)} of the"
        f" provider's last 200, and {_WAIT}. Nothing goes to the provider for half an hour,"
        " unless you go on by `resume` or `send --issue`.",
        todo="Read the reply and the provider's postmaster pages, ask block lists to take you off,"
        " send to those who want it; then `mailbag resume N`.",
    ),
    _C.AUTH_SELF: Reason(
        happened="the receiver finds our SPF, DKIM, DMARC, PTR or TLS broken",
        then="The issue is paused at the first 5yz and at the third 4yz, and nobody is rejected"
        " for it.",
        todo="Mend what the reply names, the records in the DNS or the relay's signing;"
        " then `mailbag resume N`.",
    ),
    _C.CONTENT: Reason(
        happened="the receiver does not like what the message says",
        then="The issue is paused at the fifth, or above"
        f" {_percent(_C.CONTENT)} of a provider's last 200, and {_WAIT}.",
        todo="Look for the link, the image or the words that are meant, and have the domain of"
        " each link looked up on block lists; then `mailbag resume N`.",
    ),
    _C.MESSAGE_BROKEN: Reason(
        happened="the receiver finds the bytes of the message faulty",
        then="The issue is paused at the first, since every reader's would be, and nobody is"
        " rejected for it.",
        todo="Please report it, with the reply and the file that `mailbag build` writes.",
    ),
    _C.SIZE: Reason(
        happened="the message is too large for the reader's server",
        then=f"This issue is not tried again. {_MOST}",
        todo="Attach no images (`[images] delivery`), or make the issue shorter.",
    ),
    _C.CONFIG_LOCAL: Reason(
        happened="the relay refuses us",
        then="The run ends, and no reader is lost or has to wait longer for it; the next run tries"
        " again.",
        todo="Mend `[smtp]`, the address that sends, or the account at the relay; `mailbag doctor`"
        " tries the connection, the login and the address, `mailbag send --test ADDR` a message.",
    ),
    _C.NOT_OFFERED: Reason(
        happened="the relay cannot write to an address beyond ASCII",
        then="Nothing is said to it of the message: what it offers lacks SMTPUTF8. This issue is"
        " not tried again, and nothing counts against the address.",
        todo="Use a relay that offers SMTPUTF8 (`mailbag doctor` lists what yours offers), or ask"
        " the reader for another address.",
    ),
    _C.NETWORK: Reason(
        happened="the connection was lost before the message was handed over",
        then="It is tried again: once at once, then later.",
        todo="Nothing, if it is rare.",
    ),
    _C.IN_DOUBT: Reason(
        happened="the message was handed over, and no answer was read",
        then="It is left alone, unless `[delivery] on_doubt` says otherwise.",
        todo="Ask the relay's log for the Message-ID, then say `mailbag resolve N ADDR`.",
    ),
    _C.UNKNOWN_4XX: Reason(
        happened="the reader's server said no for now, and not why",
        then=_LATER,
        todo="Nothing.",
    ),
    _C.UNKNOWN_5XX: Reason(
        happened="the reader's server said no for good, and not why",
        then="This issue is not tried again. The address is suppressed"
        f" {_when_full(_C.UNKNOWN_5XX)}. {_MOST}",
        todo="Read the reply. If it says something that a machine could know, please report it.",
    ),
}
