"""Every pace that a message keeps to: that of all mail, of its relay and of its provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from pipeline.clock import Clock
from pipeline.delivery import restraining
from pipeline.delivery.pacing import Pace
from pipeline.delivery.ports import Outbox
from pipeline.delivery.rating import ALL, Rating, provider_scope, relay_scope
from pipeline.delivery.relays import Relay
from pipeline.delivery.shaping import ProviderShape, Shaping
from pipeline.delivery.sharing import SharedRating
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.turns import Turns
from pipeline.delivery.warm_up import WarmUp
from pipeline.model.restraint import Restraint

#: Seconds until it is heard again how others were slowed.
_HEED = 1.0


@dataclass(kw_only=True)
class Paces:
    """Kept by one run; what must survive it is in the ledger."""

    outbox: Outbox
    clock: Clock
    shaping: Shaping
    #: How many messages can be on the wire at once.
    places: int
    #: The relay that messages go through first.
    relay: Relay
    _shared: tuple[Pace, Pace] = field(init=False)
    _of_all: Pace = field(init=False)
    _is_rated: bool = field(init=False)
    #: The warm-up plan of the relay, and of those before it.
    _plan: WarmUp | None = field(default=None, init=False)
    _plans: dict[str, WarmUp] = field(default_factory=dict, init=False)
    _by_relay: dict[str, Pace] = field(default_factory=dict, init=False)
    _by_name: dict[str, Pace] = field(default_factory=dict, init=False)
    _restraints: Mapping[str, Restraint] = field(init=False)

    #: Where other senders keep to the same: every pace that is in use, by its scope.
    _in_use: WeakValueDictionary[str, Pace] | None = field(default=None, init=False)
    _heeded_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if self.outbox.is_shared:
            self._in_use = WeakValueDictionary()
        self._restraints = self._read()
        self._of_all = self._make(ALL, ProviderShape(limits=self.shaping.limits))
        self.through(self.relay)

    def through(self, relay: Relay) -> None:
        """Keep to the pace of another relay from here on."""
        self.relay = relay
        pace = self._by_relay.get(relay.name)
        if pace is None:
            shape = ProviderShape(limits=relay.limits)
            pace = self._by_relay[relay.name] = self._make(self._scope, shape)
            if self.shaping.warm_up:
                start = self.shaping.warm_up
                self._plans[relay.name] = WarmUp(self.outbox, relay.name, start, self.clock)
        self._shared = (self._of_all, pace)
        self._is_rated = any(it.rating is not None for it in self._shared)
        self._plan = self._plans.get(relay.name)

    @property
    def _scope(self) -> str:
        return relay_scope(self.relay.name)

    def of(self, provider: str) -> Pace:
        """Give the pace of a provider, or of a domain that is none of the big ones."""
        pace = self._by_name.get(provider)
        if pace is None:
            scope, shape = provider_scope(provider), self.shaping.providers.get(provider)
            if shape is None and scope not in self._restraints and self._in_use is None:
                return Pace(self.clock, places=self.places, shape=_FREE)
            pace = self._make(scope, shape or _FREE)
            if pace.rating is not None or pace.restraint is not None:
                self._by_name[provider] = pace
        return pace

    def wait(self, now: float) -> float:
        """Give the seconds until any message may leave, whoever its provider is."""
        wait = self._plan.wait() if self._plan is not None else 0.0
        for pace in self._shared:
            wait = max(wait, pace.wait(now))
        return wait

    def used_up(self, now: float) -> float:
        """Give the seconds until the relay's own limits of hours or days have room.

        0 when they have, and when another relay would have to wait as well.
        """
        of_all, of_relay = self._shared
        if of_relay.rating is None or of_all.wait(now) > 0:
            return 0.0
        return of_relay.rating.used_up(now)

    def give(self, own: Pace, now: float) -> None:
        """Note that a message of a provider is given out; may raise DatabaseError."""
        own.give(now)
        for pace in self._shared:
            pace.give(now)
        if self._plan is not None:
            self._plan.give()

    def is_rated(self, own: Pace) -> bool:
        """Tell whether it matters to any limit when a message of a provider leaves."""
        return own.rating is not None or self._is_rated

    def leave(self, own: Pace, given: float, at: float) -> None:
        own.leave(given, at)
        for pace in self._shared:
            pace.leave(given, at)

    def take_back(self, own: Pace, given: float) -> None:
        own.take_back(given)
        for pace in self._shared:
            pace.take_back(given)
        if self._plan is not None:
            self._plan.take_back()

    def defer(self) -> None:
        """Note that a receiver said "later"."""
        if self._plan is not None:
            self._plan.defer()

    def slow(self, provider: str | None, own: Pace, slowing: Slowing, *, given: float) -> None:
        """Go slower to a provider, or through the relay (``None``); write it down."""
        pace = self._shared[-1] if provider is None else own
        senders = 1
        if self._in_use is not None:
            self._heed()
            senders = max(1, self.outbox.senders(now=self.clock.now()))
        if pace.slow(slowing, given, senders=senders) and pace.restraint is not None:
            scope = self._scope if provider is None else provider_scope(provider)
            if provider is not None:
                self._by_name[provider] = pace
            self._share(pace, scope)
            self.outbox.restrain(scope, pace.restraint)

    def save(self) -> None:
        """Keep the ledger up to date, and hear what it says; to be called about once a second."""
        for pace in self._kept():
            if pace.rating is not None:
                pace.rating.save()
        if self._in_use is not None and self.clock.boot_time() >= self._heeded_at + _HEED:
            self._heed()

    def close(self) -> None:
        """Leave in the ledger what was given out, and no more."""
        for pace in self._kept():
            pace.close()
        for plan in self._plans.values():
            plan.save()

    def _kept(self) -> tuple[Pace, ...]:
        return (self._shared[0], *self._by_relay.values(), *self._by_name.values())

    def _read(self) -> dict[str, Restraint]:
        self._heeded_at, now = self.clock.boot_time(), self.clock.now()
        restraints = self.outbox.restraints().items()
        return {scope: it for scope, it in restraints if not restraining.is_over(it, now)}

    def _heed(self) -> None:
        """Hold back as other senders were told to."""
        before, self._restraints = self._restraints, self._read()
        for scope, it in self._restraints.items():
            pace = self._in_use.get(scope) if self._in_use is not None else None
            if pace is not None and it != before.get(scope) and it != pace.restraint:
                pace.heed(it)
                self._share(pace, scope)
                if scope.startswith(provider_scope("")):
                    self._by_name[scope.removeprefix(provider_scope(""))] = pace

    def _share(self, pace: Pace, scope: str) -> None:
        """Have all senders together go as fast as a restraint says."""
        if self._in_use is not None and pace.turns is None:
            pace.turns = Turns(self.outbox, f"slowed {scope}", self.clock)

    def _make(self, scope: str, shape: ProviderShape) -> Pace:
        limits, rates = shape.limits, Rating if self._in_use is None else SharedRating
        pace = Pace(
            self.clock,
            places=self.places,
            shape=shape,
            rating=rates(self.outbox, scope, limits, self.clock) if limits else None,
            restraint=self._restraints.get(scope),
        )
        if self._in_use is not None:
            self._in_use[scope] = pace
            if pace.restraint is not None:
                self._share(pace, scope)
        return pace


_FREE = ProviderShape()
