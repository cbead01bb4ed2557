"""How fast an operator lets messages go: in all, and to each mailbox provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.delivery.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderShape:
    """What one provider is given."""

    limits: Limits = field(default_factory=Limits)
    #: Messages on their way at once; 0: as many as there are places.
    connections: int = 0

    def __post_init__(self) -> None:
        if self.connections < 0:
            raise ValueError("there are no fewer connections than none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """The limits of everything, and of providers by the name of their shards or their domain."""

    limits: Limits = field(default_factory=Limits)
    #: Messages on the first day of each relay's warm-up plan; 0: there is no plan.
    warm_up: int = 0
    providers: Mapping[str, ProviderShape] = field(default_factory=dict)
