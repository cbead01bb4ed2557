"""Going on with an issue: deferred readers, pauses, time that is up, dead links."""

from datetime import timedelta

import pytest

from pipeline.delivery.report import StopReason
from pipeline.errors import (
    ConflictError,
    LinkError,
    NotFoundError,
    RelayError,
)
from pipeline.model.issue import IssueEvent
from pipeline.workflow import steering
from tests.workflow.office import HOUR, LATER, NOBODY, SLOT, WEEK, Office

MINUTE = timedelta(minutes=1)

# -- the links


def test_links_are_asked_once_for_an_issue(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()

    office.at(SLOT).send_due()

    assert office.links_asked == 1


def test_links_are_not_asked_when_nothing_leaves(office: Office) -> None:
    office.write_qas("tea")
    office.carrier.replies = dict.fromkeys(office.enlist(1), LATER)
    office.at(SLOT).send_due()
    asked = office.links_asked

    office.at(SLOT + timedelta(seconds=1)).send_due()

    assert office.links_asked == asked
    assert office.state() == "sending"


def test_dead_links_begin_no_issue(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.links = _dead

    day = office.at(SLOT).send_due()

    assert [type(trouble) for trouble in day.troubles] == [LinkError]
    assert office.published() == set()
    assert office.store.issues.all() == ()


def test_dead_links_keep_an_unfinished_issue_but_do_not_make_it_stale(office: Office) -> None:
    office.write_qas("tea")
    office.enlist(1)
    office.carrier.refuses_us = RelayError("the relay is away")
    office.at(SLOT).send_due()
    office.links = _dead
    for hours in range(1, 12):
        office.at(SLOT + hours * HOUR).send_due()

    office.links, office.carrier.refuses_us = _alive, None
    office.at(SLOT + 12 * HOUR).send_due()

    assert len(office.carrier.taken) == 1


def test_one_fault_of_the_links_is_told_once(office: Office) -> None:
    office.configure("count", "1")
    office.configure("grace", '"8d"')
    office.write_qas("tea", "chairs")
    office.enlist(1)
    office.links = _dead

    day = office.at(SLOT + WEEK).send_due()

    assert len(day.troubles) == 1
    assert office.links_asked == 1


def _dead() -> None:
    raise LinkError("the unsubscribe links would be dead")


def _alive() -> None:
    """Answer as this site."""


# -- what was left unfinished


def test_deferred_readers_get_it_by_a_later_call(office: Office) -> None:
    office.write_qas("tea")
    reader, *others = office.enlist()
    office.carrier.replies = {reader: LATER}
    first = office.at(SLOT).send_due()
    office.carrier.replies = {}

    second = office.at(SLOT + 5 * HOUR).send_due()

    assert (first.sent[0].sums.deferred, second.sent[0].sums.deferred) == (1, 0)
    assert office.carrier.taken == [*others, reader]
    assert office.state() == "complete"


def test_unfinished_issue_goes_on_though_the_content_is_broken(office: Office) -> None:
    office.write_qas("tea")
    (reader,) = office.enlist(1)
    office.carrier.replies = {reader: LATER}
    office.at(SLOT).send_due()
    office.carrier.replies = {}
    (office.folder / "content").rename(office.folder / "away")
    office.write_issue_file(2, "slot: [")

    office.at(SLOT + 5 * HOUR).send_due()

    assert office.carrier.taken == [reader]


def test_unfinished_issue_that_nobody_looked_after_is_paused(office: Office) -> None:
    office.write_qas("tea")
    office.carrier.replies = dict.fromkeys(office.enlist(1), LATER)
    office.at(SLOT).send_due()

    day = office.at(SLOT + 7 * HOUR).send_due()

    (note,) = day.notes
    assert note.startswith("issue 1 is paused: nobody looked after it for 7 hours; `mailbag send")
    assert office.state() == "paused"


def test_issue_that_died_while_it_was_frozen_is_paused_as_well(office: Office) -> None:
    office.write_qas("tea")
    office.enlist(1)
    office.stop = lambda: StopReason.INTERRUPTED
    office.at(SLOT).send_due()
    assert not office.store.issues.get(1).is_frozen
    office.stop = lambda: None

    office.at(SLOT + 7 * HOUR).send_due()

    assert office.state() == "paused"
    assert office.store.issues.get(1).is_frozen
    assert office.carrier.taken == []


def test_paused_issue_is_left_alone(office: Office) -> None:
    office.pause_after_first()

    day = office.at(SLOT + HOUR).send_due()

    assert day.sent == ()
    assert len(office.carrier.taken) == 1


def test_pause_is_obeyed_in_the_middle(office: Office) -> None:
    day = office.pause_after_first()

    assert day.sent[0].run is not None
    assert day.sent[0].run.stopped is StopReason.PAUSED
    assert day.sent[0].sums.queued == 2


def test_resumed_issue_goes_on_with_the_next_call(office: Office) -> None:
    office.pause_after_first()
    steering.resume(office.store, 1, now=office.now)

    office.at(SLOT + HOUR).send_due()

    assert sorted(office.carrier.taken) == [f"reader-{n}@mail.example" for n in (1, 2, 3)]


def test_resumed_issue_is_not_stale(office: Office) -> None:
    office.pause_after_first()
    office.at(SLOT + 20 * HOUR)
    steering.resume(office.store, 1, now=office.now)

    office.at(SLOT + 21 * HOUR).send_due()

    assert len(office.carrier.taken) == 3


def test_call_that_is_asked_to_end_begins_nothing_more(office: Office) -> None:
    office.configure("count", "1")
    office.configure("grace", '"8d"')
    office.write_qas("tea", "chairs")
    office.enlist()
    office.stop = lambda: StopReason.INTERRUPTED if office.carrier.taken else None

    day = office.at(SLOT + WEEK).send_due()

    assert len(day.sent) == 1
    assert [record.number for record in office.store.issues.all()] == [1]


# -- expiry


def test_reader_is_given_up_before_the_next_issue(office: Office) -> None:
    office.configure("expire", '"30d"')
    office.write_qas("tea", "chairs")
    office.configure("count", "1")
    office.enlist(1)
    office.at(SLOT).send_due()

    # The clocks go forward on the Sunday between.
    assert office.store.issues.get(1).expires_at == SLOT + WEEK - HOUR


def test_time_that_is_up_expires_who_still_waits(office: Office) -> None:
    office.configure("grace", '"5d"')
    office.write_qas("tea")
    office.carrier.replies = dict.fromkeys(office.enlist(1), LATER)
    office.at(SLOT).send_due()

    day = office.at(SLOT + 73 * HOUR).send_due()

    assert day.sent[0].sums.expired == 1
    assert office.state() == "complete"


# -- one issue


def test_send_issue_goes_on_with_a_paused_one(office: Office) -> None:
    office.pause_after_first()

    office.at(SLOT + HOUR).send_issue()

    assert len(office.carrier.taken) == 3


def test_send_issue_gives_one_whose_time_is_up_more_of_it(office: Office) -> None:
    office.pause_after_first()

    day = office.at(SLOT + 80 * HOUR).send_issue()

    assert day.sent[0].sums.accepted == 3


def test_send_issue_refuses_one_that_another_came_after(office: Office) -> None:
    office.pause_after_first()
    office.write_qas("chairs")
    office.at(SLOT + WEEK).send_due()

    with pytest.raises(ConflictError, match="issue 2 came after it"):
        office.send_issue(1)


def test_send_issue_with_dead_links_leaves_it_paused(office: Office) -> None:
    office.pause_after_first()
    office.links = _dead

    with pytest.raises(LinkError):
        office.at(SLOT + HOUR).send_issue()

    assert office.state() == "paused"


def test_send_issue_refuses_a_stopped_one(office: Office) -> None:
    office.pause_after_first()
    steering.stop(office.store, 1, now=office.now)

    with pytest.raises(ConflictError, match="was stopped"):
        office.send_issue()


def test_send_issue_does_nothing_to_a_complete_one(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.at(SLOT).send_due()
    before = office.store.issues.get(1)

    day = office.at(SLOT + HOUR).send_issue()

    assert day.sent[0].run is None
    assert office.store.issues.get(1) == before


def test_send_issue_knows_only_the_ledgers(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.send_issue(7)


# -- the relay


def test_relay_that_refuses_us_is_reported_and_nobody_is_lost(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")

    day = office.at(SLOT).send_due()

    assert day.sent[0].run is not None
    assert day.sent[0].run.relay_error is office.carrier.refuses_us
    assert day.sent[0].sums.queued == 3


def test_reader_the_relay_refuses_is_one_readers_matter(office: Office) -> None:
    office.write_qas("tea")
    reader, *others = office.enlist()
    office.carrier.replies = {reader: NOBODY}

    day = office.at(SLOT).send_due()

    assert office.carrier.taken == others
    assert day.sent[0].sums.rejected == 1
    assert office.state() == "complete"


# -- stopping


def test_stop_in_the_middle_cancels_who_waits(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()

    def stop() -> None:
        if len(office.carrier.taken) == 1:
            office.store.issues.step(1, IssueEvent.STOP, now=office.now)

    office.carrier.before = stop

    day = office.at(SLOT).send_due()

    assert (day.sent[0].sums.accepted, day.sent[0].sums.cancelled) == (1, 2)
    assert office.published() == {"tea"}


def test_next_call_cancels_what_a_dead_stop_left(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")
    office.at(SLOT).send_due()
    office.store.issues.step(1, IssueEvent.STOP, now=office.now)

    office.send_due()

    assert office.store.outbox().sums(1).cancelled == 3
