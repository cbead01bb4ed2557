"""When so many refusals of a kind come together that the issue must wait for a person.

One refusal speaks about one reader; a share of them speaks about us, or about a provider that is
out of order and denies readers it has. A share means something only from 20 outcomes and three
refusals on. But for the first 500 outcomes of the issue, the counts are of one run, so ``resume``
gives the issue another chance.

A list of fewer than 20 readers is refused whole when all of it is refused alike: two readers are
enough where the reply does not speak of an address, five where it does, since two friends may well
have left the same company.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from pipeline.delivery.effects import EFFECTS
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import OTHER_PROVIDERS, History

#: Outcomes of a provider that are looked back on, and how many of them there must be.
WINDOW, ENOUGH = 200, 20
#: Fewer refusals than this are no share of anything.
_FEW = 3

#: What a provider says when it denies readers that it may well have.
DENIALS = frozenset({ReplyClass.ADDRESS_DEAD, ReplyClass.ADDRESS_DISABLED})
#: So many readers are a whole list, if the reply speaks of no address, and if it does.
_WHOLE, _WHOLE_OF_ADDRESSES = 2, 5
_OF_ADDRESSES = DENIALS | {ReplyClass.MAILBOX_FULL}

#: Dead addresses at a provider whose past has fewer than this share of them ...
_CLEAN = 0.02
#: ... come above this share from a provider out of order.
_OUTAGE = 0.1

#: The first outcomes of an issue, and the share of dead addresses that shows a bad list.
_FIRST, _BAD_LIST = 500, 0.05


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why the issue must be paused, and whom the refusals of this run say nothing about."""

    #: A sentence without a full stop.
    why: str
    #: Nobody's address is judged by this run, and whoever it rejected waits again.
    absolves_all: bool = False
    #: So it is for this provider's readers.
    absolves: bool = False
    #: What is said about us: whoever was rejected for it waits again, at whatever provider.
    about_us: ReplyClass | None = None


@dataclass(slots=True, kw_only=True)
class Guards:
    """The outcomes of one run, by mailbox provider."""

    history: History = field(default_factory=History)
    _recent: defaultdict[str, deque[ReplyClass | None]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=WINDOW)), init=False
    )
    _in_all: defaultdict[ReplyClass, int] = field(
        default_factory=lambda: defaultdict(int), init=False
    )
    _outcomes: int = field(default=0, init=False)
    #: What every reader so far was refused with; empty once there was anything else.
    same: str = field(default="", init=False)
    _dead: int = field(default=0, init=False)

    def watch(
        self,
        provider: str,
        reply_class: ReplyClass | None,
        said: str = "",
        *,
        is_believed: bool = True,
    ) -> Alarm | None:
        """Note an outcome, ``None`` for an accepted message; give the alarm when there is one.

        ``said`` is the code and the enhanced code of a 5yz, empty for everything else. Of one that
        is not believed nothing follows for the list.
        """
        recent = self._recent[provider]
        recent.append(reply_class)
        self._outcomes += 1
        self.same = said if self._outcomes == 1 or said == self.same else ""
        if reply_class is None:
            return None
        self._in_all[reply_class] += 1
        self._dead += bool(said) and is_believed and reply_class in DENIALS
        return (
            self._all_alike(reply_class)
            or self._outage(provider, recent, reply_class)
            or self._together(provider, recent, reply_class)
            or self._bad_list(reply_class)
        )

    def doubt(self, readers: int) -> None:
        """Note that so many denials are not believed any more."""
        self._dead -= readers

    def _all_alike(self, reply_class: ReplyClass) -> Alarm | None:
        """Whoever refuses the first twenty, or a small list, in the same way means none of them."""
        count, same = self._outcomes, self.same
        if not same:
            return None
        if count >= ENOUGH:
            why = f"the first {count} readers were all refused with {same}"
            return Alarm(why, absolves_all=True)
        least = _WHOLE_OF_ADDRESSES if reply_class in _OF_ADDRESSES else _WHOLE
        is_whole = self.history.settled == 0 and count == self.history.waiting
        if not is_whole or count < least:
            return None
        return Alarm(f"all {count} readers were refused with {same}", absolves_all=True)

    def _outage(
        self, provider: str, recent: deque[ReplyClass | None], reply_class: ReplyClass
    ) -> Alarm | None:
        """A provider that used to know its readers, and suddenly does not, is out of order."""
        if reply_class not in DENIALS or not self.history.is_clean(provider, below=_CLEAN):
            return None
        count, share = _share(recent, reply_class)
        if share <= _OUTAGE:
            return None
        why = f"says of many readers that they do not exist ({count} of the last {len(recent)}"
        return Alarm(f"{_name(provider)} {why} messages), and never did before", absolves=True)

    def _together(
        self, provider: str, recent: deque[ReplyClass | None], reply_class: ReplyClass
    ) -> Alarm | None:
        effect = EFFECTS[reply_class]
        guard = effect.guard
        if guard is None:
            return None
        count, share = _share(recent, reply_class)
        row = guard.in_a_row
        if (
            share > guard.share
            or (guard.in_all is not None and self._in_all[reply_class] >= guard.in_all)
            or (row is not None and list(recent)[-row:] == [reply_class] * row)
        ):
            counted = f"{count} of the last {len(recent)} messages"
            why = f"{_name(provider)} {guard.said} ({counted})"
            # What is said of most is not about the one reader.
            if effect.condemns or effect.strike is not None:
                return Alarm(why, absolves=True)
            return Alarm(why, about_us=reply_class)
        return None

    def _bad_list(self, reply_class: ReplyClass) -> Alarm | None:
        """So many dead addresses at the start of an issue cost us our name."""
        if reply_class not in DENIALS or self.history.settled + self._outcomes > _FIRST:
            return None
        if self._dead <= _FIRST * _BAD_LIST:
            return None
        return Alarm(
            f"{self._dead} of the first {self.history.settled + self._outcomes} addresses do not"
            " exist, which providers take for a bought list"
        )


def _share(recent: deque[ReplyClass | None], reply_class: ReplyClass) -> tuple[int, float]:
    count = recent.count(reply_class)
    if len(recent) < ENOUGH or count < _FEW:
        return count, 0.0
    return count, count / len(recent)


def _name(provider: str) -> str:
    return "the relay" if provider == OTHER_PROVIDERS else provider
