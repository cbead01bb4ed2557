"""A newsletter with everything real but the mail: files, renderer, ledger, sender."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.app.new_site import make_site
from pipeline.app.site import Site, open_site
from pipeline.delivery.parcel import Answered, Outcome
from pipeline.delivery.ports import Feed
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord, SlotState
from pipeline.store.opening import Store
from pipeline.workflow import editing, planning, sending, steering
from pipeline.workflow.planning import Plan
from pipeline.workflow.sending import Day
from pipeline.workflow.workshop import Post, Workshop
from tests.factories import NOON, SITE, TUESDAY
from tests.fakes import FakeClock
from tests.sending import compose
from tests.store.ledgers import add_readers

#: The slot of the first Tuesday: 09:00 in New York, two hours after the clock's first reading.
SLOT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)

TAKEN = Reply(250, ("2.0.0 queued",), "2.0.0")
LATER = Reply(451, ("4.3.0 later",), "4.3.0")
NOBODY = Reply(550, ("5.1.1 no such user",), "5.1.1")


@dataclass
class Carrier:
    """A transport that takes every message, or says what it was told to say."""

    #: Every message taken, by its reader, in order.
    taken: list[str] = field(default_factory=list)
    #: What it says to a reader at the end of the data; 250 when nothing else is said.
    replies: dict[str, Reply] = field(default_factory=dict)
    #: Called before each message.
    before: Callable[[], None] = lambda: None
    refuses_us: RelayError | None = None
    doubt = 1

    def run(self, feed: Feed) -> None:
        if self.refuses_us is not None:
            raise self.refuses_us
        outcomes: list[Outcome] = []
        try:
            while not feed.is_ending:
                feed.look_after()
                parcels = feed.take(1).parcels
                if not parcels:
                    break
                self.before()
                (parcel,) = parcels
                granted = feed.commit(tuple(outcomes), (parcel,))
                outcomes.clear()
                if granted:
                    address = parcel.recipient.address
                    reply = self.replies.get(address, TAKEN)
                    if reply is TAKEN:
                        self.taken.append(address)
                    outcomes.append(Answered(parcel, Stage.END_OF_DATA, reply))
        finally:
            feed.commit(tuple(outcomes), ())


@dataclass
class Office:
    """A site's folder, and the people who work with it."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    carrier: Carrier = field(default_factory=Carrier)
    #: How often was asked whether the links in the mails lead here.
    links_asked: int = 0
    links: Callable[[], None] = lambda: None
    #: The editions that were handed to the delivery stage.
    sent: list[Edition] = field(default_factory=list)
    stop: Callable[[], StopReason | None] = lambda: None

    @classmethod
    def make(cls, folder: Path) -> "Office":
        make_site(folder, today=TUESDAY, values=SITE, sample=False)
        return cls(folder)

    # -- what people write

    def configure(self, key: str, value: str) -> None:
        """Change a key of the toml; ``value`` is TOML."""
        path = self.folder / "newsletter.toml"
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", path.read_text())
        assert count == 1, f"newsletter.toml has {count} lines for {key}"
        path.write_text(text)
        for name in ("site", "shop"):
            self.__dict__.pop(name, None)

    def write_qa(self, slug: str, *, day: int = 1, status: str = "ready", more: str = "") -> Path:
        """Write a Q&A; the lower the day, the sooner its turn."""
        path = self.folder / "content" / f"{slug}.md"
        path.write_text(
            f"---\ntitle: On {slug}\nasked_by: A reader in Boston\nasked_on: 2026-01-{day:02}\n"
            f"answered_by: Jo Doe\ntopics: [{slug}]\nstatus: {status}\n{more}---\n"
            f"## Question\n\nMay I ask about {slug}?\n\n## Answer\n\nYes, about {slug} too.\n"
        )
        return path

    def write_qas(self, *slugs: str) -> None:
        for day, slug in enumerate(slugs, start=1):
            self.write_qa(slug, day=day)

    def ask(self, slug: str, question: str) -> None:
        """Let a Q&A ask something else."""
        path = self.folder / "content" / f"{slug}.md"
        text = path.read_text()
        assert f"May I ask about {slug}?" in text
        path.write_text(text.replace(f"May I ask about {slug}?", question))

    def write_issue_file(self, number: int, *lines: str, intro: str = "") -> Path:
        path = self.folder / "issues" / f"{number:04}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["---", *lines, "---", intro]))
        return path

    def enlist(self, count: int = 3) -> list[str]:
        """Put readers on the list; give their addresses."""
        addresses = [f"reader-{number}@mail.example" for number in range(1, count + 1)]
        add_readers(self.store, addresses)
        return addresses

    # -- what is there

    @cached_property
    def site(self) -> Site:
        return open_site(self.folder, clock=self.clock)

    @cached_property
    def shop(self) -> Workshop:
        return self.site.workshop

    @cached_property
    def store(self) -> Store:
        store = self.site.open_store()
        assert store.sender_lock.acquire(0, self.clock)
        return store

    def close(self) -> None:
        """Let go of the ledger."""
        self.store.sender_lock.release()
        self.store.close()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def state(self, number: int = 1) -> str:
        return self.store.issues.get(number).state.value

    def slot_states(self) -> list[tuple[str, SlotState, str]]:
        """Tell what became of each slot: its day, its state, and why."""
        return [
            (str(entry.slot.local_date), entry.state, entry.why) for entry in self.store.slots.all()
        ]

    def published(self) -> set[str]:
        return {entry.slug for entry in self.store.published.all().entries}

    # -- what people do

    def plan(self) -> Plan:
        return planning.plan(self.shop, self.store, now=self.now)

    def approve(self) -> str:
        """Approve the next issue as it is; give its sha256."""
        plan = self.plan()
        sha256 = editing.prepare(self.shop, self.store, plan).edition.sha256
        editing.approve(self.shop, self.store, plan, sha256, now=self.now)
        return sha256

    @property
    def post(self) -> Post:
        return Post(
            store=self.store,
            dispatch=self._dispatch,
            guards=(lambda: self.site.check_keys(self.store),),
            check_links=self._check_links,
            stop=self.stop,
        )

    def _check_links(self) -> None:
        self.links_asked += 1
        self.links()

    def _dispatch(self, record: IssueRecord, edition: Edition) -> RunReport:
        self.sent.append(edition)
        sender = Sender(
            outbox=self.store.outbox(),
            compose=compose,
            transport=self.carrier,
            clock=self.clock,
            owner=f"sender {len(self.sent)}",
        )
        return sender.run(record.number, stop=self.stop)

    def at(self, now: datetime) -> "Office":
        """Let the clock go on to a moment."""
        self.clock.advance((now - self.clock.now()).total_seconds())
        return self

    def send_due(self) -> Day:
        return sending.send_due(self.shop, self.post, now=self.now)

    def send_now(self, **how: Any) -> Day:
        return sending.send_now(self.shop, self.post, now=self.now, **how)

    def send_issue(self, number: int = 1) -> Day:
        return sending.send_issue(self.shop, self.post, number, now=self.now)

    def pause_after_first(self) -> Day:
        """Send an issue to three readers, and pause it when one has got it."""
        self.write_qas("tea")
        self.enlist()

        def pause() -> None:
            if len(self.carrier.taken) == 1:
                steering.pause(self.store, 1, now=self.now)

        self.carrier.before = pause
        day = self.at(SLOT).send_due()
        self.carrier.before = lambda: None
        return day


def with_post(office: Office, **changes: object) -> Post:
    """Give the office's post with something else in it."""
    return replace(office.post, **changes)  # type: ignore[arg-type] # the fields are named


__all__ = ["HOUR", "LATER", "NOBODY", "NOON", "SLOT", "WEEK", "Carrier", "Office", "with_post"]
