"""What one run of a sender came to."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import DatabaseError, RelayError


class StopReason(StrEnum):
    """Why a run ended before everything was tried."""

    #: An operator paused the issue.
    PAUSED = "paused"
    #: An operator stopped the issue for good.
    STOPPED = "stopped"
    #: The process was asked to end.
    INTERRUPTED = "interrupted"
    #: The relay refuses us, or could not be reached.
    RELAY = "relay"
    #: The ledger could not be written.
    DATABASE = "database"
    #: Its time was up; whoever is rung for next goes on.
    SLICE = "slice"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """Counts of this run alone; the issue's own sums are the ledger's."""

    #: Terminators that were granted.
    handed_over: int = 0
    accepted: int = 0
    deferred: int = 0
    rejected: int = 0
    suppressed: int = 0
    expired: int = 0
    #: Handed over, and no complete reply was read; what follows is the ledger's policy.
    in_doubt: int = 0
    #: Results that are known and could not be written down.
    unrecorded: int = 0
    seconds: float = 0.0
    #: What nothing goes on without at the moment, in words: ``the greeting of mail.example:587``.
    waits_for: str = ""
    #: ``None``: everything that could be tried now was tried.
    stopped: StopReason | None = None
    relay_error: RelayError | None = None
    database_error: DatabaseError | None = None
    #: A sentence: the issue must be paused with it until a person resumes it. Empty: it need not.
    pause_because: str = ""
    #: What a person should know besides, in sentences without a full stop.
    remarks: tuple[str, ...] = ()
    #: How many messages each relay took, by its name.
    by_relay: tuple[tuple[str, int], ...] = ()
    #: What relays said that could not be used, those that others stepped in for as well.
    left_relays: tuple[RelayError, ...] = ()
    #: Workers did it, whoever counted, and they go on when this call is over.
    by_workers: bool = False
