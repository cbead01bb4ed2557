"""What a worker does when a bell rings."""

from datetime import timedelta

import pytest

from pipeline.model.issue import IssueEvent, Slot
from pipeline.model.record import IssueRecord
from pipeline.workflow import beginning, finishing, ringing
from pipeline.workflow.workshop import Post
from tests.engine.bells import LocalBells
from tests.workflow.office import SLOT, Office, with_post


@pytest.fixture
def bells() -> LocalBells:
    return LocalBells()


def post_of(office: Office, bells: LocalBells) -> Post:
    return with_post(office, doorbells=bells)


def begin(office: Office, post: Post) -> IssueRecord:
    """Make an issue with three readers, and write none of their rows."""
    office.write_qas("tea")
    office.enlist()
    slot = Slot("now", SLOT.date(), SLOT)
    record = beginning.begin(office.shop, post, slot, now=office.now, scheduled=False)
    assert not isinstance(record, str)
    return record


def freeze(office: Office, bells: LocalBells) -> None:
    """Make and freeze an issue; nobody sends it."""
    post = post_of(office, bells)
    finishing.freeze(post, begin(office, post))


def test_freezing_rings_for_the_shards_it_made(office, bells):
    freeze(office, bells)

    assert bells.answer() == [("send_shard", (1, 1))]


def test_a_ring_for_a_shard_that_waits_sends_it(office, bells):
    freeze(office, bells)

    run = ringing.answer_shard(office.shop, post_of(office, bells), 1, 1, now=office.now)

    assert run is not None
    assert run.accepted == 3
    assert office.state() == "complete"


@pytest.mark.parametrize(("issue", "shard"), [(1, 1), (1, 2), (77, 1)])
def test_a_ring_that_comes_again_finds_nothing_to_do(office, bells, issue, shard):
    freeze(office, bells)
    post = post_of(office, bells)
    ringing.answer_shard(office.shop, post, 1, 1, now=office.now)

    assert ringing.answer_shard(office.shop, post, issue, shard, now=office.now) is None
    assert len(office.carrier.taken) == 3


def test_a_ring_for_a_paused_issue_sends_nothing(office, bells):
    freeze(office, bells)
    office.store.issues.step(1, IssueEvent.PAUSE, now=office.now)

    assert ringing.answer_shard(office.shop, post_of(office, bells), 1, 1, now=office.now) is None
    assert office.carrier.taken == []


def test_a_ring_that_waited_longer_than_grace_pauses_the_issue(office, bells):
    freeze(office, bells)
    late = office.now + office.shop.schedule.grace + timedelta(seconds=1)

    assert ringing.answer_shard(office.shop, post_of(office, bells), 1, 1, now=late) is None
    assert office.state() == "paused"
    assert "nobody looked after it" in office.store.issues.get(1).why


def test_a_sweep_rings_for_what_nobody_is_at(office, bells):
    freeze(office, bells)
    bells.answer()  # and lost

    ringing.sweep(office.shop, post_of(office, bells), now=office.now)

    assert bells.answer() == [("send_shard", (1, 1))]


def test_a_sweep_leaves_alone_what_somebody_is_at_until_its_lease_ends(office, bells):
    freeze(office, bells)
    bells.answer()
    until = office.now + timedelta(minutes=1)
    office.store.outbox().lease(1, owner="somebody", now=office.now, until=until)

    ringing.sweep(office.shop, post_of(office, bells), now=office.now)
    assert bells.answer() == []
    ringing.sweep(office.shop, post_of(office, bells), now=until)
    assert bells.answer() == [("send_shard", (1, 1))]


def test_a_sweep_has_freezing_gone_on_with_when_nobody_does(office, bells):
    post = post_of(office, bells)
    begin(office, post)

    ringing.sweep(office.shop, post, now=office.now)
    assert bells.answer() == []
    later = office.now + timedelta(minutes=3)
    ringing.sweep(office.shop, post, now=later)
    assert bells.answer() == [("plan", (1,))]
    ringing.answer_plan(office.shop, post, 1, now=later)

    assert office.state() == "frozen"
    assert bells.answer() == [("send_shard", (1, 1))]


def test_a_sweep_cancels_the_rest_of_an_issue_that_was_stopped(office, bells):
    freeze(office, bells)
    office.store.issues.step(1, IssueEvent.STOP, now=office.now)

    ringing.sweep(office.shop, post_of(office, bells), now=office.now)

    assert office.store.outbox().sums(1).cancelled == 3
