"""What the ledger knows of an issue, and of a slot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.model.issue import IssueState, Slot


class SlotState(StrEnum):
    """What became of a due slot."""

    #: Seen, and nothing decided yet: it waits for readers or an approval.
    WAITING = "waiting"
    #: An issue was frozen for it.
    TAKEN = "taken"
    #: Too few Q&As.
    SKIPPED = "skipped"
    #: Later than ``grace``.
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot of the ledger."""

    slot: Slot
    state: SlotState
    #: Why, in words; empty when there is nothing to say.
    why: str = ""
    #: The number of the issue that took it.
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the ledger keeps of a slot's issue before it is frozen."""

    slot: Slot
    #: The edition's canonical JSON, if it was approved here.
    edition: str
    sha256: str
    approved_at: datetime
    #: What the edition was made of: name of an input -> sha256 of its bytes.
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An edition of an issue, as the ledger keeps it beside the bytes."""

    #: 0 is the edition that the issue began with.
    number: int
    sha256: str
    subject: str
    #: Since when it is in force, aware, in UTC; the Date of its messages.
    pinned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """An issue of the ledger, from its freezing on."""

    number: int
    slot: Slot
    state: IssueState
    #: Of the edition in force, the newest.
    sha256: str
    subject: str
    slugs: tuple[str, ...]
    #: Random hexadecimal digits, fixed for the issue: Message-IDs and boundaries come from it.
    nonce: str
    #: The Date of the messages of its first edition, aware, in UTC.
    frozen_at: datetime
    #: When its deferred readers are given up.
    expires_at: datetime
    #: When a sender last looked after it.
    ticked_at: datetime
    #: Why it was paused or stopped, in words.
    why: str = ""
    #: The number of the edition in force; 0 while nobody mended it.
    revision: int = 0
    #: Every row is there; before, freezing must be gone on with.
    is_frozen: bool = True
    candidates: int = 0
    planned: int = 0
    #: Why candidates have no row: reason -> count.
    excluded: Mapping[str, int] = field(default_factory=dict)
