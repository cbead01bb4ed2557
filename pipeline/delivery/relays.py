"""The relays of a run, in order: which one messages go through now, and what the others said."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.clock import Clock
from pipeline.delivery.limits import Limits
from pipeline.delivery.ports import Transport
from pipeline.errors import RelayError

#: Seconds after which the first relay is tried again.
_TRY_AGAIN = 900.0


@dataclass(frozen=True, kw_only=True)
class Relay:
    """A way to hand messages over, and how fast."""

    transport: Transport
    #: As people and the ledger know it: ``mail.example:587``.
    name: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A run goes on through another relay, by name."""

    left: str
    now: str
    #: Why the other could not be used; ``None``: the first is given another chance.
    error: RelayError | None = None


def untold(_: Turn) -> None:
    """Tell nobody."""


@dataclass(kw_only=True)
class Relays:
    """Goes on to the next one when one cannot be used, and back to the first after a while."""

    relays: Sequence[Relay]
    clock: Clock
    #: Told of each turn to another relay.
    turned: Callable[[Turn], None] = untold
    #: What those said that could not be used, in order; each relay once.
    errors: dict[str, RelayError] = field(default_factory=dict, init=False)
    #: How many messages each took.
    accepted: Counter[str] = field(default_factory=Counter, init=False)
    _place: int = field(default=0, init=False)
    _until: float = field(default=float("inf"), init=False)
    #: Why the present relay is to be left, and for how many seconds at least.
    _why: RelayError | None = field(default=None, init=False)
    _for: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if not self.relays:
            raise ValueError("a run needs a relay")

    @property
    def now(self) -> Relay:
        return self.relays[self._place]

    @property
    def is_backup(self) -> bool:
        return self._place > 0

    @property
    def table(self) -> str:
        """Name where a person finds the present relay in the toml."""
        return "[[smtp_backup]]" if self.is_backup else "[smtp]"

    @property
    def has_next(self) -> bool:
        return self._place + 1 < len(self.relays)

    @property
    def doubt(self) -> int:
        """How many messages can be in doubt at any time, at most."""
        return max(relay.transport.doubt for relay in self.relays)

    @property
    def is_leaving(self) -> bool:
        """Whether nothing more is to be begun with this relay."""
        return self._why is not None or self.clock.boot_time() >= self._until

    def give_up(self, error: RelayError) -> bool:
        """Leave this relay; ``False`` when there is no other."""
        self.errors.setdefault(self.now.name, error)
        self._why = error if self.has_next else None
        return self.has_next

    def spare(self, why: str, seconds: float) -> None:
        """Leave this relay, which has no fault, for so long; there must be another."""
        self._why, self._for = RelayError(why, place=self.now.name), seconds

    @property
    def returns_in(self) -> float:
        """Give the seconds until the first relay is tried again; without end when it is this."""
        return self._until - self.clock.boot_time()

    def go_on(self) -> bool:
        """Turn to the relay that is next; ``False`` when this one is not to be left."""
        if not self.is_leaving:
            return False
        left, why, self._why = self.now.name, self._why, None
        self._place = self._place + 1 if why is not None else 0
        waits = self.clock.boot_time() + max(_TRY_AGAIN, self._for)
        self._for = 0.0
        self._until = waits if self.is_backup else float("inf")
        self.turned(Turn(left=left, now=self.now.name, error=why))
        return True
