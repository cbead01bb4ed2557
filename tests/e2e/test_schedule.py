"""Which issue goes out when: the whole pipeline by a clock that goes where it is told.

The mail becomes files in ``outbox/``, so that no test waits for a mail server.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.app import posting
from pipeline.app.site import Site
from pipeline.clock import SystemClock
from pipeline.delivery.report import RunReport
from pipeline.errors import ClockError, ConflictError
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord, SlotState
from pipeline.schedule.calendar import WEEKDAYS
from pipeline.store.opening import Store
from pipeline.workflow import editing, planning, sending, steering
from pipeline.workflow.sending import Day
from tests.e2e.counting_sink import CountingSink
from tests.e2e.newsroom import Newsroom, addresses
from tests.fakes import FakeClock

NEW_YORK = ZoneInfo("America/New_York")
#: The rule is Tuesday, 09:00 in New York, and so late as six hours.
TUESDAY = date(2026, 3, 3)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


class Cron:
    """A newsletter that somebody asks now and then what is due."""

    def __init__(self, newsroom: Newsroom, site: Site, store: Store, clock: FakeClock) -> None:
        self.newsroom, self.site, self.store, self.clock = newsroom, site, store, clock

    def tick(self, at: datetime) -> Day:
        """Ask what is due at an instant, as ``send --due`` does."""
        self.clock.advance((at - self.clock.now()).total_seconds())
        post = posting.make_post(self.site, self.store, {})
        return sending.send_due(self.site.workshop, post, now=self.clock.now())

    @property
    def mails(self) -> int:
        return len(list((self.newsroom.folder / "outbox").glob("*.eml")))

    def slots(self) -> dict[date, SlotState]:
        return {it.slot.local_date: it.state for it in self.store.slots.all()}

    def why(self, day: date) -> str:
        found = [it.why for it in self.store.slots.all() if it.slot.local_date == day]
        return found[0] if found else ""


READERS = 3


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a newsletter once; a copy of its folder is another one."""
    made = Newsroom.make(tmp_path_factory.mktemp("template") / "site")
    made.set("kind", '"eml"', table="smtp")
    made.set("count", "1")
    for slug in ("tea", "rain", "stairs", "keys"):
        made.write_qa(slug)
    made.enlist(addresses(READERS))
    return made.folder


@pytest.fixture
def newsroom(tmp_path: Path, template: Path) -> Newsroom:
    return Newsroom(Path(shutil.copytree(template, tmp_path / "site")))


@pytest.fixture
def cron(newsroom: Newsroom) -> Iterator[Cron]:
    clock = FakeClock(local(TUESDAY - timedelta(days=1), 12))
    site = newsroom.site(clock)
    with site.open_store() as store:
        yield Cron(newsroom, site, store, clock)


# -- on time


def test_first_tick_sends_nothing_of_the_past(cron: Cron) -> None:
    done = cron.tick(local(TUESDAY, 10))

    assert done == Day()
    assert cron.slots() == {}
    assert cron.mails == 0


@pytest.mark.parametrize(
    ("minute", "mails"),
    [pytest.param(-1, 0, id="a minute before"), pytest.param(0, READERS, id="on the minute")],
)
def test_issue_is_due_on_tuesday_at_nine_by_the_newsletters_clock(
    cron: Cron, minute: int, mails: int
) -> None:
    cron.tick(local(TUESDAY, 0))

    cron.tick(local(TUESDAY, 9) + timedelta(minutes=minute))

    assert cron.mails == mails


def test_asking_every_five_minutes_for_a_month_sends_each_weeks_issue_once(cron: Cron) -> None:
    start = local(TUESDAY, 0)
    # The clocks in New York are put forward on the second Sunday of it.
    for week in range(4):
        for minute in (0, 8 * 60 + 55, 9 * 60, 9 * 60 + 5, 14 * 60, 20 * 60):
            day = TUESDAY + timedelta(weeks=week)
            cron.tick(max(start, local(day, 0) + timedelta(minutes=minute)))

    assert cron.mails == 4 * READERS
    assert set(cron.slots().values()) == {SlotState.TAKEN}
    assert [it.number for it in cron.store.issues.all()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        pytest.param(date(2026, 3, 3), 14, id="winter"),
        pytest.param(date(2026, 3, 10), 13, id="the first after the clocks went forward"),
        pytest.param(date(2026, 10, 27), 13, id="summer"),
        pytest.param(date(2026, 11, 3), 14, id="the first after the clocks went back"),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(
    cron: Cron, day: date, utc_hour: int
) -> None:
    due = datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    cron.tick(due - timedelta(days=6))

    cron.tick(due - timedelta(minutes=1))
    before = cron.mails
    cron.tick(due)

    assert (before, cron.mails) == (0, READERS)


@pytest.mark.parametrize(
    ("day", "at", "due"),
    [
        pytest.param(
            date(2026, 3, 8), "sunday 02:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC), id="skipped"
        ),
        pytest.param(
            date(2026, 11, 1), "sunday 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), id="twice"
        ),
    ],
)
def test_hour_that_is_not_there_or_there_twice_sends_once(
    newsroom: Newsroom, day: date, at: str, due: datetime
) -> None:
    newsroom.set("at", f'"{at}"')
    clock = FakeClock(due - timedelta(hours=3))
    site = newsroom.site(clock)
    with site.open_store() as store:
        cron = Cron(newsroom, site, store, clock)
        cron.tick(clock.now())
        sent = []
        for minute in range(0, 241, 10):
            cron.tick(due + timedelta(minutes=minute - 60))
            sent.append(cron.mails)

        assert sent == [0] * 6 + [READERS] * 19
        assert cron.slots() == {day: SlotState.TAKEN}


# -- late


@pytest.mark.parametrize(
    ("late", "state", "mails"),
    [
        pytest.param(timedelta(hours=6), SlotState.TAKEN, READERS, id="within grace"),
        pytest.param(timedelta(hours=6, seconds=1), SlotState.MISSED, 0, id="beyond grace"),
        pytest.param(timedelta(days=6), SlotState.MISSED, 0, id="nearly a week"),
    ],
)
def test_slot_that_is_later_than_grace_is_missed_and_said_so(
    cron: Cron, late: timedelta, state: SlotState, mails: int
) -> None:
    cron.tick(local(TUESDAY, 8))

    cron.tick(local(TUESDAY, 9) + late)

    assert cron.slots() == {TUESDAY: state}
    assert cron.mails == mails
    assert ("late" in cron.why(TUESDAY)) is (state is SlotState.MISSED)


def test_missed_slot_takes_no_number_and_no_qa(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    cron.tick(local(TUESDAY, 20))

    cron.tick(local(TUESDAY + timedelta(weeks=1), 9))

    assert [it.number for it in cron.store.issues.all()] == [1]
    assert cron.mails == READERS


def test_changed_rule_sends_nothing_of_its_past(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    cron.newsroom.set("at", '"monday 09:00"')
    cron.site = cron.newsroom.site(cron.clock)

    cron.tick(local(TUESDAY, 8, 30))
    cron.tick(local(TUESDAY, 9, 30))

    assert cron.mails == 0
    assert cron.slots() == {}


def test_clock_that_was_set_back_sends_nothing(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))

    with pytest.raises(ClockError, match="the clock says"):
        cron.tick(local(TUESDAY - timedelta(days=7), 9))

    assert cron.mails == 0


# -- without something


def test_slot_without_content_is_skipped_and_not_made_up_for(cron: Cron) -> None:
    for path in (cron.newsroom.folder / "content").glob("*.md"):
        path.unlink()
    cron.tick(local(TUESDAY, 8))
    skipped = cron.tick(local(TUESDAY, 9))
    cron.newsroom.write_qa("late-tea")

    cron.tick(local(TUESDAY, 10))

    assert "is skipped" in skipped.notes[0]
    assert cron.slots() == {TUESDAY: SlotState.SKIPPED}
    assert cron.mails == 0


def test_issue_without_readers_waits_and_uses_no_qa_up(cron: Cron) -> None:
    for reader in addresses(READERS):
        cron.store.subscribers.remove(reader, now=cron.clock.now())
    cron.tick(local(TUESDAY, 8))

    waiting = cron.tick(local(TUESDAY, 9))

    assert "there are no readers" in waiting.notes[0]
    assert cron.slots() == {TUESDAY: SlotState.WAITING}
    assert not cron.store.published.all().entries


def test_issue_that_needs_approval_waits_for_it(cron: Cron) -> None:
    _require_approval(cron)
    cron.tick(local(TUESDAY, 8))
    waiting = cron.tick(local(TUESDAY, 9))

    sha256 = _approve(cron)
    cron.tick(local(TUESDAY, 11))

    assert "is not approved" in waiting.notes[0]
    assert cron.mails == READERS
    assert cron.store.issues.get(1).sha256 == sha256


def test_issue_that_nobody_approved_is_missed_after_grace(cron: Cron) -> None:
    _require_approval(cron)
    cron.tick(local(TUESDAY, 8))
    cron.tick(local(TUESDAY, 9))

    cron.tick(local(TUESDAY, 15, 1))

    assert cron.slots() == {TUESDAY: SlotState.MISSED}
    assert "is not approved" in cron.why(TUESDAY)
    assert cron.mails == 0


def test_approval_is_void_after_a_change_and_says_what_changed(cron: Cron) -> None:
    _require_approval(cron)
    cron.tick(local(TUESDAY, 8))
    _approve(cron)
    slug = planning.plan(cron.site.workshop, cron.store, now=cron.clock.now()).require_issue().slugs
    cron.newsroom.write_qa(slug[0], answer="On second thoughts, no.")

    void = cron.tick(local(TUESDAY, 9))

    assert f"content/{slug[0]}.md" in void.notes[0]
    assert "void" in void.notes[0]
    assert cron.mails == 0


def _require_approval(cron: Cron) -> None:
    cron.newsroom.set("approval", '"required"')
    cron.site = cron.newsroom.site(cron.clock)


def _approve(cron: Cron) -> str:
    shop, now = cron.site.workshop, cron.clock.now()
    plan = planning.plan(shop, cron.store, now=now)
    sha256 = editing.prepare(shop, cron.store, plan).edition.sha256
    editing.approve(shop, cron.store, plan, sha256, now=now)
    return sha256


# -- interrupted


def _begin_and_die(cron: Cron) -> None:
    """Fix and freeze an issue, and send nothing of it."""

    def die(record: IssueRecord, edition: Edition) -> RunReport:
        raise InterruptedError

    cron.clock.advance((local(TUESDAY, 9) - cron.clock.now()).total_seconds())
    post = replace(posting.make_post(cron.site, cron.store, {}), dispatch=die)
    with pytest.raises(InterruptedError):
        sending.send_due(cron.site.workshop, post, now=cron.clock.now())


def test_unfinished_issue_is_gone_on_with(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    _begin_and_die(cron)
    assert (cron.mails, cron.store.issues.get(1).state) == (0, IssueState.FROZEN)

    cron.tick(local(TUESDAY, 14))

    assert cron.mails == READERS
    assert cron.store.issues.get(1).state is IssueState.COMPLETE


def test_issue_that_nobody_looked_after_for_long_is_paused_not_resumed(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    _begin_and_die(cron)

    stale = cron.tick(local(TUESDAY, 15, 1))
    later = cron.tick(local(TUESDAY, 15, 6))

    assert "issue 1 is paused" in stale.notes[0]
    assert cron.store.issues.get(1).state is IssueState.PAUSED
    assert later == Day()
    assert cron.mails == 0


def test_paused_issue_goes_on_when_a_person_says_so(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    _begin_and_die(cron)
    cron.tick(local(TUESDAY, 15, 1))

    post = posting.make_post(cron.site, cron.store, {})
    sending.send_issue(cron.site.workshop, post, 1, now=cron.clock.now())

    assert cron.mails == READERS
    assert cron.store.issues.get(1).state is IssueState.COMPLETE


def test_stopped_issue_never_goes_on_and_gives_its_qas_back(cron: Cron) -> None:
    cron.tick(local(TUESDAY, 8))
    _begin_and_die(cron)
    steering.stop(cron.store, 1, now=cron.clock.now())

    cron.tick(local(TUESDAY, 10))
    with pytest.raises(ConflictError, match="was stopped"):
        sending.send_issue(
            cron.site.workshop,
            posting.make_post(cron.site, cron.store, {}),
            1,
            now=cron.clock.now(),
        )

    assert cron.mails == 0
    assert not cron.store.published.all().entries
    assert cron.store.outbox().sums(1).cancelled == READERS


# -- two at once


def test_two_crons_at_once_send_once(tmp_path: Path) -> None:
    with CountingSink(delay=0.002) as sink:
        newsroom = Newsroom.make(tmp_path / "site", port=sink.port, timezone="UTC")
        newsroom.write_qa("tea")
        newsroom.enlist(addresses(300))
        now = SystemClock().now()
        at = now - timedelta(minutes=2)
        newsroom.set("at", f'"{WEEKDAYS[at.weekday()]} {at:%H:%M}"')
        clock = FakeClock(now - timedelta(hours=1))
        site = newsroom.site(clock)
        with site.open_store() as store:
            Cron(newsroom, site, store, clock).tick(clock.now())

        crons = [newsroom.start("send", "--due") for _ in range(3)]
        said = [process.communicate(timeout=60) for process in crons]

        assert [process.returncode for process in crons] == [0, 0, 0]
        assert said == [("", "")] * 3
        assert sink.counts() == dict.fromkeys(addresses(300), 1)
        assert set(newsroom.states().values()) == {"accepted"}
