"""How long an issue takes at least, by every limit that is set, and how much of it fits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.delivery import warming
from pipeline.delivery.limits import Limit, Limits, Spent
from pipeline.delivery.rating import ALL, provider_scope, relay_scope
from pipeline.delivery.shaping import Shaping
from pipeline.model.warm_up import WarmUpDay


def scopes(
    shaping: Shaping, relay: str, limits: Limits
) -> Iterator[tuple[str, str | None, Limits]]:
    """Give every limit that is set: its scope, the provider that it is for if any, and it."""
    yield ALL, None, shaping.limits
    yield relay_scope(relay), None, limits
    for name, shape in shaping.providers.items():
        yield provider_scope(name), name, shape.limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Counts no connection and no network: those only make it longer."""

    shaping: Shaping
    #: Of the first relay.
    limits: Limits
    #: The last day of its warm-up plan.
    last: WarmUpDay | None
    now: datetime
    #: What left lately, by scope and limit.
    spent: Mapping[str, Mapping[Limit, Spent]] = field(default_factory=dict)
    #: The name of the first relay.
    relay: str = ""

    def seconds_for(self, readers: Mapping[str, int]) -> float:
        """Give the seconds until the last message leaves; readers are counted by provider."""
        total = sum(readers.values())
        seconds = [
            limits.seconds_for(
                total if provider is None else readers.get(provider, 0), self.spent.get(scope, {})
            )
            for scope, provider, limits in scopes(self.shaping, self.relay, self.limits)
        ]
        if self.shaping.warm_up:
            start = self.shaping.warm_up
            today = warming.begin_day(self.last, self.now.date(), start=start)
            seconds.append(warming.seconds_for(total, today, self.now, start=start))
        return max(seconds)

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
