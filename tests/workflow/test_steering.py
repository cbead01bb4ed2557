"""An operator's word: pause, resume, stop, and what to do with doubt."""

from datetime import timedelta

import pytest

from pipeline.errors import ConfigError, ConflictError, NotFoundError, RelayError
from pipeline.model.delivery import DeliveryEvent, DeliveryState, HandOver
from pipeline.workflow import steering
from tests.workflow.office import HOUR, SLOT, Office


@pytest.fixture
def doubtful(office: Office) -> Office:
    """An office whose first reader's message is in doubt; the others got theirs."""
    office.write_qas("tea")
    office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")
    office.at(SLOT).send_due()
    office.carrier.refuses_us = None
    outbox = office.store.outbox()
    until = SLOT + timedelta(minutes=1)
    lease = outbox.lease(1, owner="dead", now=SLOT, until=until)
    assert lease is not None
    outbox.commit((), (HandOver(lease=lease, subscriber_id=1),), now=SLOT)
    office.send_due()
    return office


def states(office: Office) -> list[str]:
    return [delivery.state.value for delivery in office.store.outbox().deliveries(1)]


def test_pause_holds_and_resume_lets_go(office: Office) -> None:
    office.pause_after_first()

    assert office.state() == "paused"
    assert steering.pause(office.store, 1, now=office.now).state.value == "paused"
    assert steering.resume(office.store, 1, now=office.now).state.value == "sending"
    assert steering.resume(office.store, 1, now=office.now).state.value == "sending"


def test_complete_issue_is_not_paused_nor_resumed(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.at(SLOT).send_due()

    with pytest.raises(ConflictError, match="cannot be paused"):
        steering.pause(office.store, 1, now=office.now)
    with pytest.raises(ConflictError, match="issue 1 is complete, not paused"):
        steering.resume(office.store, 1, now=office.now)


def test_issue_whose_time_is_up_is_not_resumed_to_expire(office: Office) -> None:
    office.pause_after_first()
    office.at(SLOT + 80 * HOUR)

    with pytest.raises(ConflictError, match="the time of issue 1 was up") as caught:
        steering.resume(office.store, 1, now=office.now)

    assert "`mailbag send --issue 1`" in caught.value.remedy


def test_stop_cancels_the_rest(office: Office) -> None:
    office.pause_after_first()

    steering.stop(office.store, 1, now=office.now)

    assert sorted(states(office)) == ["accepted", "cancelled", "cancelled"]
    assert office.published() == {"tea"}


def test_stop_before_the_first_hand_over_gives_the_qas_back(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.carrier.refuses_us = RelayError("the relay is away")
    office.at(SLOT).send_due()

    steering.stop(office.store, 1, now=office.now)

    assert office.published() == set()
    assert office.plan().number == 2


def test_stop_may_be_said_twice(office: Office) -> None:
    office.pause_after_first()
    steering.stop(office.store, 1, now=office.now)

    assert steering.stop(office.store, 1, now=office.now).state.value == "stopped"


def test_unknown_issue_is_said_so(office: Office) -> None:
    for word in (steering.pause, steering.resume, steering.stop):
        with pytest.raises(NotFoundError):
            word(office.store, 7, now=office.now)


def test_doubt_is_held_and_never_sent_again_by_itself(doubtful: Office) -> None:
    doubtful.at(SLOT + HOUR).send_due()

    assert states(doubtful) == ["in_doubt", "accepted", "accepted"]
    assert doubtful.state() == "complete"


@pytest.mark.parametrize(
    ("event", "state"),
    [
        pytest.param(DeliveryEvent.ACCEPT, DeliveryState.ACCEPTED, id="accepted"),
        pytest.param(DeliveryEvent.CLOSE, DeliveryState.CLOSED, id="close"),
        pytest.param(DeliveryEvent.RESEND, DeliveryState.QUEUED, id="resend"),
    ],
)
def test_word_on_doubt_is_done(
    doubtful: Office, event: DeliveryEvent, state: DeliveryState
) -> None:
    count = steering.resolve(doubtful.store, 1, ["READER-1@Mail.example"], event, now=doubtful.now)

    assert count == 1
    assert states(doubtful)[0] == state.value


def test_no_name_means_everybody_in_doubt(doubtful: Office) -> None:
    assert steering.resolve(doubtful.store, 1, [], DeliveryEvent.CLOSE, now=doubtful.now) == 1


def test_reader_who_is_not_in_doubt_changes_nothing(doubtful: Office) -> None:
    readers = ["reader-1@mail.example", "reader-2@mail.example"]

    with pytest.raises(NotFoundError, match=r"reader-2@mail\.example is not in doubt"):
        steering.resolve(doubtful.store, 1, readers, DeliveryEvent.CLOSE, now=doubtful.now)

    assert states(doubtful)[0] == "in_doubt"


def test_what_is_no_address_is_said_so(doubtful: Office) -> None:
    with pytest.raises(ConfigError, match="no address"):
        steering.resolve(doubtful.store, 1, ["nobody"], DeliveryEvent.CLOSE, now=doubtful.now)


def test_issue_opened_again_by_a_resend_is_not_stale(doubtful: Office) -> None:
    doubtful.at(SLOT + 20 * HOUR)
    steering.resolve(doubtful.store, 1, [], DeliveryEvent.RESEND, now=doubtful.now)

    doubtful.at(SLOT + 21 * HOUR).send_due()

    assert states(doubtful) == ["accepted"] * 3
