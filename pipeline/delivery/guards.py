"""When so many refusals of a kind come together that the issue must wait for a person.

One refusal speaks about one reader; a share of them speaks about us, or about a provider that is
out of order and denies readers it has. A share means something only from 20 outcomes and three
refusals on. The counts are of one run, so ``resume`` gives the issue another chance.
"""

from collections import defaultdict, deque

from pipeline.delivery.reply_class import ReplyClass

#: Outcomes of a provider that are looked back on, and how many of them there must be.
WINDOW, ENOUGH = 200, 20
#: Fewer refusals than this are no share of anything.
_FEW = 3
#: Above this share of a provider's outcomes the issue is paused.
_SHARES = {
    ReplyClass.REPUTATION: 0.02,
    ReplyClass.CONTENT: 0.01,
    # A receiver in trouble denies everybody (Gmail did in December 2020). A long-neglected list
    # may well have a tenth of dead addresses, so a tenth is no sign without a history.
    ReplyClass.ADDRESS_DEAD: 0.5,
    # Said of one reader it is about that reader; said of most it is about us.
    ReplyClass.RECIPIENT_POLICY: 0.5,
    ReplyClass.SIZE: 0.5,
    ReplyClass.UNKNOWN_5XX: 0.5,
}
#: So many in a row at one provider, however few outcomes there were.
_IN_A_ROW = {ReplyClass.REPUTATION: 3}
#: So many in the whole run, whoever said it.
_IN_ALL = {ReplyClass.CONTENT: 5, ReplyClass.AUTH_SELF: 3}

_SAID = {
    ReplyClass.REPUTATION: "refuses us for our reputation",
    ReplyClass.CONTENT: "refuses what the message says",
    ReplyClass.ADDRESS_DEAD: "says of most readers that they do not exist",
    ReplyClass.AUTH_SELF: "finds our SPF, DKIM, DMARC, PTR or TLS broken",
    ReplyClass.RECIPIENT_POLICY: "refuses most readers for a policy of its own",
    ReplyClass.SIZE: "says that the message is too large for most readers",
    ReplyClass.UNKNOWN_5XX: "refuses most readers, and does not say why",
}
#: The bucket of all small providers; nobody would know it by this name.
_SMALL = "other"


class Guards:
    """The outcomes of one run, by mailbox provider."""

    def __init__(self) -> None:
        self._recent: defaultdict[str, deque[ReplyClass | None]] = defaultdict(
            lambda: deque(maxlen=WINDOW)
        )
        self._in_all: defaultdict[ReplyClass, int] = defaultdict(int)

    def watch(self, provider: str, reply_class: ReplyClass | None) -> str:
        """Note an outcome, ``None`` for an accepted message.

        Gives why the issue must be paused, as a sentence without a full stop; empty while it
        may go on.
        """
        recent = self._recent[provider]
        recent.append(reply_class)
        if reply_class not in _SAID:
            return ""
        self._in_all[reply_class] += 1
        count = recent.count(reply_class)
        share = count / len(recent) if len(recent) >= ENOUGH and count >= _FEW else 0.0
        in_a_row = _IN_A_ROW.get(reply_class, WINDOW + 1)
        stops = (
            share > _SHARES.get(reply_class, 1.0)
            or self._in_all[reply_class] >= _IN_ALL.get(reply_class, float("inf"))
            or (len(recent) >= in_a_row and set(list(recent)[-in_a_row:]) == {reply_class})
        )
        if not stops:
            return ""
        who = "the relay" if provider == _SMALL else provider
        return f"{who} {_SAID[reply_class]} ({count} of the last {len(recent)} messages)"
