"""What the use cases work with: the site's options, its stages and its ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pipeline.clock import Clock
from pipeline.content.selection import SelectionRule
from pipeline.delivery.report import RunReport, StopReason
from pipeline.language.words import Words
from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.model.image import Image
from pipeline.model.issue import Issue
from pipeline.model.qa import QA
from pipeline.model.record import IssueRecord
from pipeline.schedule.calendar import Schedule
from pipeline.store.image_files import ImageFiles
from pipeline.store.opening import Store
from pipeline.workflow.doorbells import Doorbells


class Renderer(Protocol):
    """The rendering stage."""

    def render(self, issue: Issue, *, nonce: str) -> Edition:
        """Render an issue once for everybody."""
        ...

    def images(self, issue: Issue) -> tuple[Image, ...]:
        """Give the images that an issue's texts show."""
        ...

    def unread(self) -> tuple[Finding, ...]:
        """Find files of a site that no edition rendered so far has asked for, by a slip."""
        ...

    def examine(self, qa: QA) -> Finding | None:
        """Say why no edition could hold a Q&A; ``None`` when one can."""
        ...


class Dispatcher(Protocol):
    """The delivery stage, ready to run."""

    def __call__(self, record: IssueRecord, edition: Edition) -> RunReport:
        """Send what can be sent of an issue now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedUp:
    """A limit of the site that has no room for one more message."""

    #: Where it is set and what it says: ``[smtp] rate: 50000/d``.
    which: str
    #: When it has room again, if it is for one provider alone, whose readers wait while others go
    #: on; else ``None``.
    alone_until: datetime | None = None

    def __str__(self) -> str:
        return self.which


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A site, wired."""

    #: The site's folder.
    folder: Path
    #: The newsletter's title.
    title: str
    first_number: int
    zone: ZoneInfo
    #: What the program says by itself, in the newsletter's language.
    words: Callable[[], Words]
    rule: SelectionRule
    schedule: Schedule
    approval_required: bool
    #: A finding this bad stops an issue.
    fail_on: Level
    #: How bad the site holds a finding, or a group; ``None`` for what it does not want to hear of.
    levels: Mapping[str, Level | None]
    #: After so long a deferred reader is given up.
    expire_after: Callable[[datetime], datetime]
    clock: Clock
    #: Random hexadecimal digits, 32 of them.
    nonce: Callable[[], str]
    renderer: Callable[[], Renderer]
    #: What an edition is made of besides its QAs and the program: name -> sha256 of its bytes.
    render_inputs: Callable[[], Mapping[str, str]]
    #: Names the limits of the site that an issue waits for, and where they are set.
    used_up: Callable[[Store, int, datetime], tuple[UsedUp, ...]]
    #: Where is remembered what QA files came to, so that only changed ones are read again.
    cache: Path | None = None
    #: Where images are kept under their hash, for as long as a mail may name them.
    image_files: ImageFiles
    #: Gives the bytes of an image in the content folder by their sha256; ``None``: it has none.
    image_bytes: Callable[[str], bytes | None]

    @property
    def content(self) -> Path:
        return self.folder / "content"

    def today(self, now: datetime) -> datetime:
        """The time in the newsletter's zone; its date is what ``not_before`` compares with."""
        return now.astimezone(self.zone)


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a real send needs besides the workshop."""

    store: Store
    dispatch: Dispatcher
    #: Each raises when nothing may leave: placeholders, keys.
    guards: tuple[Callable[[], None], ...]
    #: Raises when the links in the mails would be dead; asked just before something leaves.
    check_links: Callable[[], None]
    #: Raises when no message can be written of it, or it names an image that is not found there.
    check_edition: Callable[[Edition], None] = lambda _edition: None
    #: Plans and renders, perhaps in another process: the renderer is as large as a whole send.
    apart: Callable[[Callable[[], Any]], Any] = lambda work: work()
    #: Finds out which provider takes whose mail; never fails for the DNS.
    sort_readers: Callable[[], None] = lambda: None
    #: Whether the process was asked to end, and why.
    stop: Callable[[], StopReason | None] = lambda: None
    #: Rings for workers; ``None``: whoever calls does the sending.
    doorbells: Doorbells | None = None
    #: Others send, and ``dispatch`` looks on.
    follows: bool = False
