"""The tables of everything that can happen to an issue and to a delivery."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from pipeline.model.delivery import (
    DELIVERY_TRANSITIONS,
    SETTLED,
    DeliveryEvent,
    DeliveryState,
)
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState

_TABLES = [
    pytest.param(ISSUE_TRANSITIONS, IssueState, IssueEvent, IssueState.DRAFT, id="issue"),
    pytest.param(
        DELIVERY_TRANSITIONS, DeliveryState, DeliveryEvent, DeliveryState.QUEUED, id="delivery"
    ),
]
_Table = Mapping[tuple[StrEnum, StrEnum], StrEnum]


@pytest.mark.parametrize(("table", "states", "events", "first"), _TABLES)
def test_every_state_can_be_reached(
    table: _Table, states: type[StrEnum], events: type[StrEnum], first: StrEnum
) -> None:
    reached = {first}
    while more := {to for (state, _), to in table.items() if state in reached} - reached:
        reached |= more

    assert reached == set(states)


@pytest.mark.parametrize(("table", "states", "events", "first"), _TABLES)
def test_every_event_can_happen_and_leads_to_one_state(
    table: _Table, states: type[StrEnum], events: type[StrEnum], first: StrEnum
) -> None:
    targets: dict[StrEnum, set[StrEnum]] = {event: set() for event in events}
    for (_, event), to in table.items():
        targets[event].add(to)

    assert all(len(found) == 1 for found in targets.values()), targets


@pytest.mark.parametrize(
    "state", [IssueState.STOPPED, IssueState.SKIPPED, IssueState.MISSED], ids=str
)
def test_issue_that_ended_stays_as_it_is(state: IssueState) -> None:
    assert not [event for at, event in ISSUE_TRANSITIONS if at is state]


def test_complete_issue_is_only_opened_again() -> None:
    events = [event for state, event in ISSUE_TRANSITIONS if state is IssueState.COMPLETE]

    assert events == [IssueEvent.REOPEN]


def test_issue_is_sending_only_after_it_is_frozen() -> None:
    before = {state for (state, _), to in ISSUE_TRANSITIONS.items() if to is IssueState.SENDING}

    assert before == {IssueState.FROZEN, IssueState.PAUSED, IssueState.COMPLETE}
    assert (IssueState.DRAFT, IssueEvent.PAUSE) not in ISSUE_TRANSITIONS


def test_message_is_accepted_only_after_a_hand_over() -> None:
    before = {
        state for (state, _), to in DELIVERY_TRANSITIONS.items() if to is DeliveryState.ACCEPTED
    }

    assert before == {DeliveryState.HANDING, DeliveryState.IN_DOUBT}


def test_message_in_doubt_is_sent_again_only_by_somebodys_word() -> None:
    events = {
        event
        for (state, event), to in DELIVERY_TRANSITIONS.items()
        if state is DeliveryState.IN_DOUBT and to is DeliveryState.QUEUED
    }

    assert events == {DeliveryEvent.RESEND}


@pytest.mark.parametrize(
    "state", sorted(SETTLED - {DeliveryState.IN_DOUBT, DeliveryState.REJECTED}), ids=str
)
def test_settled_message_stays_as_it_is(state: DeliveryState) -> None:
    assert not [event for at, event in DELIVERY_TRANSITIONS if at is state]


def test_rejected_message_waits_again_only_when_nobody_was_meant() -> None:
    rejected = DeliveryState.REJECTED
    after = {event: to for (at, event), to in DELIVERY_TRANSITIONS.items() if at is rejected}

    assert after == {DeliveryEvent.TAKE_BACK: DeliveryState.QUEUED}


def test_terminator_is_written_from_two_states_only() -> None:
    before = {state for state, event in DELIVERY_TRANSITIONS if event is DeliveryEvent.HAND_OVER}

    assert before == {DeliveryState.QUEUED, DeliveryState.DEFERRED}
