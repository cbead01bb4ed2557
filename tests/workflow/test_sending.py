"""A sending day, called like cron calls it: what goes out, what waits, what is said."""

from datetime import timedelta

import pytest

from pipeline.errors import (
    ClockError,
    ConflictError,
    ContentError,
    NotEnoughContentError,
    RelayError,
)
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.record import SlotState
from pipeline.workflow import steering
from tests.workflow.office import HOUR, NOON, SLOT, WEEK, Office

MINUTE = timedelta(minutes=1)

# -- a due slot


def test_due_slot_goes_out_to_every_reader(office: Office) -> None:
    office.write_qas("tea", "chairs")
    readers = office.enlist()

    day = office.at(SLOT).send_due()

    assert office.carrier.taken == readers
    assert [sent.record.state for sent in day.sent] == [IssueState.COMPLETE]
    assert day.sent[0].sums.accepted == 3
    assert office.published() == {"tea", "chairs"}


def test_second_call_sends_nothing(office: Office) -> None:
    office.write_qas("tea", "chairs")
    office.enlist()
    office.at(SLOT).send_due()

    again = office.at(SLOT + MINUTE).send_due()

    assert (again.sent, again.notes, again.troubles) == ((), (), ())
    assert len(office.carrier.taken) == 3


def test_nothing_goes_out_before_its_time(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()

    day = office.at(SLOT - MINUTE).send_due()

    assert day.sent == ()


def test_each_week_has_its_issue(office: Office) -> None:
    office.configure("count", "1")
    office.write_qas("tea", "chairs")
    office.enlist(1)

    for week in range(2):
        office.at(SLOT + week * WEEK).send_due()

    assert [edition.slugs for edition in office.sent] == [("tea",), ("chairs",)]
    assert [edition.number for edition in office.sent] == [1, 2]


def test_too_few_skip_the_slot_and_it_is_said(office: Office) -> None:
    office.configure("minimum", "2")
    office.write_qas("tea")
    office.enlist()

    day = office.at(SLOT).send_due()

    assert day.notes == (
        "the slot of 2026-03-03 is skipped: issue 1 needs 2 Q&As and found 1 (0 passed over)",
    )
    assert office.slot_states()[0][:2] == ("2026-03-03", SlotState.SKIPPED)


def test_skipped_slot_takes_no_number(office: Office) -> None:
    office.enlist(1)
    office.at(SLOT).send_due()
    office.write_qas("tea")

    office.at(SLOT + WEEK).send_due()

    assert office.sent[0].number == 1


def test_folder_that_cannot_be_read_waits_instead_of_being_skipped(office: Office) -> None:
    office.write_qas("tea")
    office.enlist(1)
    content = office.folder / "content"
    away = content.rename(office.folder / "away")

    day = office.at(SLOT).send_due()
    away.rename(content)
    office.at(SLOT + MINUTE).send_due()

    assert [trouble.place for trouble in day.troubles] == ["content"]
    assert len(office.carrier.taken) == 1


def test_without_readers_the_slot_waits_and_uses_no_qa_up(office: Office) -> None:
    office.write_qas("tea")

    day = office.at(SLOT).send_due()

    assert "there are no readers" in day.notes[0]
    assert office.published() == set()
    assert office.slot_states()[0][1] is SlotState.WAITING


def test_readers_who_come_within_grace_still_get_it(office: Office) -> None:
    office.write_qas("tea")
    office.at(SLOT).send_due()
    readers = office.enlist()

    office.at(SLOT + HOUR).send_due()

    assert office.carrier.taken == readers


def test_list_of_suppressed_readers_is_a_list_without_readers(office: Office) -> None:
    office.write_qas("tea")
    (reader,) = office.enlist(1)
    office.store.subscribers.remove(reader, now=office.now)

    day = office.at(SLOT).send_due()

    assert "there are no readers" in day.notes[0]


def test_slot_later_than_grace_is_missed_visibly(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()

    day = office.at(SLOT + 7 * HOUR).send_due()

    assert day.sent == ()
    assert office.slot_states() == [
        ("2026-03-03", SlotState.MISSED, "7 hours late: nobody looked in time")
    ]


def test_missed_slot_keeps_what_it_waited_for(office: Office) -> None:
    office.write_qas("tea")
    office.at(SLOT).send_due()

    office.at(SLOT + 7 * HOUR).send_due()

    assert office.slot_states()[0][2].startswith("7 hours late: there are no readers")


def test_slot_before_the_first_tick_is_never_due(office: Office) -> None:
    fresh = Office.make(office.folder.parent / "late")
    fresh.write_qas("tea")
    fresh.enlist()

    day = fresh.at(SLOT + MINUTE).send_due()

    assert day.sent == ()
    assert fresh.slot_states() == []
    fresh.close()


def test_slot_before_a_change_of_the_rule_is_never_due(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.configure("at", '"tuesday 08:30"')

    day = office.at(SLOT).send_due()

    assert day.sent == ()
    assert office.slot_states() == []


def test_findings_as_bad_as_fail_on_stop_the_issue(office: Office) -> None:
    office.configure("fail_on", '"warning"')
    path = office.write_qa("tea")
    path.write_text(path.read_text() + "\n[read this](http://)\n")
    office.enlist()

    day = office.at(SLOT).send_due()

    assert [type(trouble) for trouble in day.troubles] == [ContentError]
    assert office.carrier.taken == []
    assert office.slot_states()[0][1] is SlotState.WAITING


# -- the clock


def test_clock_set_back_is_refused(office: Office) -> None:
    with pytest.raises(ClockError, match="the ledger has seen 2026-03-03 12:00 UTC"):
        office.at(NOON - HOUR).send_due()


def test_small_step_back_is_borne(office: Office) -> None:
    day = office.at(NOON - MINUTE).send_due()

    assert day.troubles == ()


def test_accepted_clock_is_believed(office: Office) -> None:
    office.at(NOON - HOUR)
    office.store.meta.reset_clock(office.now)

    day = office.send_due()

    assert day.troubles == ()


# -- at once


def test_send_now_makes_the_next_issue(office: Office) -> None:
    office.write_qas("tea")
    readers = office.enlist()

    office.send_now()

    assert office.carrier.taken == readers


def test_off_schedule_issue_leaves_the_slot_alone(office: Office) -> None:
    office.configure("count", "1")
    office.write_qas("tea", "chairs")
    office.enlist(1)
    office.send_now()

    office.at(SLOT).send_due()

    assert [edition.slugs for edition in office.sent] == [("tea",), ("chairs",)]
    assert office.slot_states() == [("2026-03-03", SlotState.TAKEN, "")]


def test_send_now_goes_on_with_the_unfinished_issue(office: Office) -> None:
    office.write_qas("tea", "chairs")
    readers = office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")
    office.at(SLOT).send_due()
    office.carrier.refuses_us = None

    office.send_now()

    assert office.carrier.taken == readers
    assert [record.number for record in office.store.issues.all()] == [1]


def test_due_finishes_what_now_began(office: Office) -> None:
    office.write_qas("tea")
    readers = office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")
    office.send_now()
    office.carrier.refuses_us = None

    office.at(NOON + MINUTE).send_due()

    assert office.carrier.taken == readers


def test_send_now_asks_before_anything_is_written_down(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()

    with pytest.raises(KeyboardInterrupt):
        office.send_now(confirm=_no)

    assert office.store.issues.all() == ()


def test_send_now_asks_about_an_unfinished_issue_too(office: Office) -> None:
    office.pause_after_first()
    steering.resume(office.store, 1, now=office.now)
    asked: list[tuple[int, int]] = []

    office.send_now(confirm=lambda edition, readers: asked.append((edition.number, readers)))

    assert asked == [(1, 2)]


def test_send_now_refuses_beside_a_paused_issue(office: Office) -> None:
    office.pause_after_first()

    with pytest.raises(ConflictError, match="issue 1 is paused: an operator paused it"):
        office.send_now()


def test_send_now_refuses_without_enough(office: Office) -> None:
    office.enlist()

    with pytest.raises(NotEnoughContentError):
        office.send_now()


def test_send_now_refuses_without_readers(office: Office) -> None:
    office.write_qas("tea")

    with pytest.raises(ContentError, match="there are no readers"):
        office.send_now()


def _no(_edition: Edition, _readers: int) -> None:
    raise KeyboardInterrupt
