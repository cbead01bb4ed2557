"""What recognition makes of a page: Q&As in the making, and parts that belong to the page."""

from dataclasses import dataclass, field

from pipeline.content.importing.blocks import Block
from pipeline.content.importing.pointers import Pointer
from pipeline.content.importing.roles import Role


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the page, and what it is."""

    #: The place in the page's order.
    order: int
    role: Role
    block: Block


@dataclass(slots=True, kw_only=True)
class Entry:
    """One Q&A while the page is being read."""

    question: list[Part] = field(default_factory=list)
    answer: list[Part] = field(default_factory=list)
    #: Marks, salutations, signatures and the entry's own title.
    marks: list[Part] = field(default_factory=list)
    title: str = ""
    asked_by: str = ""
    #: The answer's beginning is marked or certain.
    is_answered: bool = False
    #: The question is signed, so what follows is the answer.
    is_signed: bool = False
    #: The letter is set as a quotation, so what is not is the answer.
    is_quoted: bool = False
    doubts: list[str] = field(default_factory=list)

    def doubt(self, reason: str) -> None:
        if reason not in self.doubts:
            self.doubts.append(reason)

    @property
    def parts(self) -> list[Part]:
        return [*self.marks, *self.question, *self.answer]


@dataclass(slots=True, kw_only=True)
class Page:
    """A whole page, recognised."""

    title: str = ""
    answered_by: str = ""
    bio: list[str] = field(default_factory=list)
    #: Those named outside of the head, for a page whose head names none.
    topics: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    #: Each with the number of entries begun before it.
    pointers: list[tuple[int, Pointer]] = field(default_factory=list)
    #: What belongs to no entry.
    parts: list[Part] = field(default_factory=list)
