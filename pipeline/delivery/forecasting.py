"""How long an issue takes at least, by every limit that is set, and how much of it fits."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.delivery import warming
from pipeline.delivery.limits import Limit, Limits, Spent
from pipeline.delivery.rating import ALL, provider_scope, relay_scope
from pipeline.delivery.shaping import Shaping
from pipeline.model.warm_up import WarmUpDay


def scopes(shaping: Shaping) -> Iterator[tuple[str, str | None, Limits]]:
    """Give every limit that holds for all relays: its scope, the provider if it is for one, it."""
    yield ALL, None, shaping.limits
    for name, shape in shaping.providers.items():
        yield provider_scope(name), name, shape.limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Counts no connection and no network: those only make it longer."""

    shaping: Shaping
    #: Of the first relay.
    limits: Limits
    now: datetime
    #: What left lately, by scope and limit.
    spent: Mapping[str, Mapping[Limit, Spent]] = field(default_factory=dict)
    #: The name of the first relay.
    relay: str = ""
    #: Those that step in for it, in order, with their limits.
    backups: Sequence[tuple[str, Limits]] = ()
    #: The last day of each relay's warm-up plan, by its name; where there is none, it begins.
    last_days: Mapping[str, WarmUpDay] = field(default_factory=dict)

    def seconds_for(self, readers: Mapping[str, int]) -> float:
        """Give the seconds until the last message leaves; readers are counted by provider."""
        total = sum(readers.values())
        seconds = [self._through([(self.relay, self.limits), *self.backups], total)]
        seconds += [
            limits.seconds_for(
                total if provider is None else readers.get(provider, 0), self.spent.get(scope, {})
            )
            for scope, provider, limits in scopes(self.shaping)
        ]
        return max(seconds)

    def _through(
        self, relays: Sequence[tuple[str, Limits]], messages: int, begins: float = 0.0
    ) -> float:
        """Give the seconds until messages are through relays that step in for one another.

        A relay steps in when the one before has used up a limit of hours or days. What a warm-up
        plan does not have is waited for, so whoever reaches the end of a day first is not left.
        """
        (name, limits), *others = relays
        spent = self.spent.get(relay_scope(name), {})

        def own(count: int) -> float:
            return begins + max(
                limits.seconds_for(count, spent), self._warming(name, count, begins)
            )

        stocks = Limits(tuple(it for it in limits.limits if not it.is_paced))
        if not (others and stocks.seconds_for(messages, spent)):
            return own(messages)
        room = bisect_right(range(1, messages + 1), 0.0, key=lambda n: stocks.seconds_for(n, spent))
        if self._warming(name, room, begins):
            return own(messages)
        steps_in = own(room)

        def at_once(count: int) -> tuple[float, float]:
            return own(count), self._through(others, messages - count, steps_in)

        # The more go through this one, the longer it takes, and the sooner the others are done.
        split = range(room, messages + 1)
        place = bisect_left(split, True, key=lambda n: at_once(n)[0] >= at_once(n)[1])  # noqa: FBT003 - what is looked for
        best = [split[it] for it in (place - 1, place) if 0 <= it < len(split)]
        return min(max(at_once(count)) for count in best)

    def _warming(self, relay: str, messages: int, begins: float) -> float:
        """Give the seconds that a relay's warm-up plan takes from when it begins."""
        start = self.shaping.warm_up
        if not start:
            return 0.0
        at = self.now + timedelta(seconds=begins)
        today = warming.begin_day(self.last_days.get(relay), at.date(), start=start)
        return warming.seconds_for(messages, today, at, start=start)

    def fitting(self, readers: Mapping[str, int], until: datetime) -> int:
        """Give how many messages can leave until then, those of each provider alike."""
        left = (until - self.now) / timedelta(seconds=1)
        total = sum(readers.values())
        if self.seconds_for(readers) <= left:
            return total
        fits, too_many = 0, total
        while too_many - fits > 1:
            some = (fits + too_many) // 2
            part = {name: -(-count * some // total) for name, count in readers.items()}
            if self.seconds_for(part) <= left:
                fits = some
            else:
                too_many = some
        return fits
