"""Which issue goes out when: on time, late, across the clocks' changes, or not at all."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.errors import ClockError
from pipeline.model.record import SlotState
from pipeline.workflow import editing, planning
from pipeline.workflow.sending import Day
from tests.e2e.cron import READERS, TUESDAY, Cron, local
from tests.e2e.newsroom import Newsroom, addresses
from tests.fakes import FakeClock

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


@pytest.mark.fault(41)
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


@pytest.mark.fault(41)
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


@pytest.mark.fault(41)
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

    (trouble,) = void.troubles
    assert f"content/{slug[0]}.md" in trouble.message
    assert "void" in trouble.message
    assert cron.why(TUESDAY) == trouble.message
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
