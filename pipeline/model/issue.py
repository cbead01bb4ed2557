"""The plan of one newsletter, and the life of an issue."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from pipeline.model.qa import QA


@dataclass(frozen=True, slots=True)
class Slot:
    """The instant an issue is due; rule and local date are its identity."""

    #: The rule that made it, such as ``tuesday 09:00 America/New_York``; ``now`` when off schedule.
    rule: str
    #: The day in the newsletter's time zone.
    local_date: date
    #: The instant, aware, in UTC.
    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is not UTC:
            raise ValueError("a slot's instant is in UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The plan of one newsletter: what is in it, and when it is due. No HTML in it."""

    number: int
    slot: Slot
    #: The newsletter's title.
    title: str
    subject: str
    preheader: str
    #: Markdown; may be empty.
    intro: str = ""
    qas: tuple[QA, ...]
    #: The file that holds the intro, relative to the site; empty when there is none.
    source: str = field(default="", repr=False, compare=False)
    #: The line in which the intro begins, from 1; 0 when it is not known.
    intro_line: int = field(default=0, repr=False, compare=False)
    #: The lines that fix the subject and the preheader; 0 where the file fixes none.
    subject_line: int = field(default=0, repr=False, compare=False)
    preheader_line: int = field(default=0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.number < 1 or not self.qas:
            raise ValueError("an issue has a number from 1 and at least one QA")

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(qa.slug for qa in self.qas)


class IssueState(StrEnum):
    """Where an issue of the ledger stands."""

    #: Made by ``plan --write`` or by its slot; may still change.
    DRAFT = "draft"
    #: An editor pinned its sha256.
    APPROVED = "approved"
    #: Everybody who gets it has a row, and the bytes are fixed.
    FROZEN = "frozen"
    #: A message of it may have been handed over.
    SENDING = "sending"
    #: Nothing more is handed over until somebody resumes it.
    PAUSED = "paused"
    #: Nobody is queued, in hand or deferred any more.
    COMPLETE = "complete"
    #: Ended by a person; who was left is cancelled.
    STOPPED = "stopped"
    #: Its slot found too few Q&As; it took no number.
    SKIPPED = "skipped"
    #: Its slot came and went without a sender or an approval; it took no number.
    MISSED = "missed"


class IssueEvent(StrEnum):
    """What can happen to an issue."""

    APPROVE = "approve"
    VOID = "void"
    FREEZE = "freeze"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    REOPEN = "reopen"
    SKIP = "skip"
    MISS = "miss"


_S, _E = IssueState, IssueEvent

#: Every legal step. What is not here cannot happen.
ISSUE_TRANSITIONS: dict[tuple[IssueState, IssueEvent], IssueState] = {
    (_S.DRAFT, _E.APPROVE): _S.APPROVED,
    (_S.DRAFT, _E.FREEZE): _S.FROZEN,
    (_S.DRAFT, _E.STOP): _S.STOPPED,
    (_S.DRAFT, _E.SKIP): _S.SKIPPED,
    (_S.DRAFT, _E.MISS): _S.MISSED,
    (_S.APPROVED, _E.APPROVE): _S.APPROVED,
    (_S.APPROVED, _E.VOID): _S.DRAFT,
    (_S.APPROVED, _E.FREEZE): _S.FROZEN,
    (_S.APPROVED, _E.STOP): _S.STOPPED,
    (_S.APPROVED, _E.MISS): _S.MISSED,
    (_S.FROZEN, _E.START): _S.SENDING,
    (_S.FROZEN, _E.PAUSE): _S.PAUSED,
    (_S.FROZEN, _E.STOP): _S.STOPPED,
    (_S.SENDING, _E.PAUSE): _S.PAUSED,
    (_S.SENDING, _E.STOP): _S.STOPPED,
    (_S.SENDING, _E.COMPLETE): _S.COMPLETE,
    (_S.PAUSED, _E.RESUME): _S.SENDING,
    (_S.PAUSED, _E.STOP): _S.STOPPED,
    (_S.COMPLETE, _E.REOPEN): _S.SENDING,
}
