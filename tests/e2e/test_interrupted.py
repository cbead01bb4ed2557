"""Issues that somebody began and did not end, and senders that come together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.app import posting
from pipeline.clock import SystemClock
from pipeline.delivery.report import RunReport
from pipeline.errors import ConflictError
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.schedule.calendar import WEEKDAYS
from pipeline.workflow import sending, steering
from pipeline.workflow.sending import Day
from tests.e2e.counting_sink import CountingSink
from tests.e2e.cron import READERS, TUESDAY, Cron, local
from tests.e2e.newsroom import Newsroom, addresses
from tests.fakes import FakeClock


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


@pytest.mark.fault(9)
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
