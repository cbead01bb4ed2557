"""Why a reader did not get an issue, in words."""

from typing import Final

from pipeline.delivery.reasons import explain
from pipeline.model.delivery import Delivery, DeliveryState

_S = DeliveryState

#: Who has not got it, those first of whom a person may want to know first.
STATES: Final = (
    _S.REJECTED,
    _S.EXPIRED,
    _S.IN_DOUBT,
    _S.HANDING,
    _S.CLOSED,
    _S.SUPPRESSED,
    _S.CANCELLED,
    _S.DEFERRED,
)

#: What a state means by itself; where a refusal led to it, its reason says more.
_MEANING: Final = {
    _S.EXPIRED: "its time was up",
    _S.IN_DOUBT: "handed over, and no answer was read",
    _S.HANDING: "handed over, and no answer was read so far",
    _S.CLOSED: "in doubt, and left to rest",
    _S.SUPPRESSED: "the reader left, or must not be written to",
    _S.CANCELLED: "the issue was stopped before it was handed over",
}

#: What was said before has nothing to do with how these ended.
_BY_THEMSELVES: Final = frozenset({_S.SUPPRESSED, _S.CANCELLED, _S.HANDING})


def why(delivery: Delivery) -> str:
    """Give a clause, with the relay's last words behind it; its reply is hostile text.

    Such as ``the mailbox is full (552 5.2.2 over quota)``.
    """
    meaning = _MEANING.get(delivery.state, "")
    if delivery.state in _BY_THEMSELVES:
        return meaning
    reason = str(explain(delivery.reason) or "")
    if delivery.state in {_S.IN_DOUBT, _S.CLOSED}:
        reason = ""  # the reason of doubt is doubt
    said = " ".join(f"{delivery.code or ''} {delivery.reply}".split())
    clause = ": ".join(part for part in (meaning, reason) if part) or "refused"
    return f"{clause} ({said})" if said else clause
