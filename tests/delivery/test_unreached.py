import pytest

from pipeline.delivery import unreached
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import Delivery, DeliveryState

S = DeliveryState


def make(state: DeliveryState, *, code: int = 0, reply: str = "", reason: str = "") -> Delivery:
    return Delivery(
        issue=1,
        subscriber_id=7,
        address="ann@mail.example",
        state=state,
        attempts=1,
        code=code,
        reply=reply,
        reason=reason,
        next_at=None,
    )


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        pytest.param(
            make(S.REJECTED, code=550, reply="no such user", reason=ReplyClass.ADDRESS_DEAD),
            "the address does not exist (550 no such user)",
            id="rejected",
        ),
        pytest.param(
            make(S.EXPIRED, code=452, reply="over quota", reason=ReplyClass.MAILBOX_FULL),
            "its time was up: the mailbox is full (452 over quota)",
            id="expired",
        ),
        pytest.param(make(S.EXPIRED, reason="expired"), "its time was up", id="never tried"),
        pytest.param(
            make(S.IN_DOUBT, reply="connection lost", reason=ReplyClass.IN_DOUBT),
            "handed over, and no answer was read (connection lost)",
            id="in doubt",
        ),
        pytest.param(
            make(S.SUPPRESSED, code=451, reply="later", reason=ReplyClass.RECIPIENT_TEMP),
            "the reader left, or must not be written to",
            id="what was said before is not why",
        ),
        pytest.param(make(S.REJECTED, code=550), "refused (550)", id="of an older ledger"),
    ],
)
def test_says_why_in_words(delivery, said):
    assert unreached.why(delivery) == said


def test_everybody_who_was_not_reached_is_looked_for():
    assert {*unreached.STATES} == {*S} - {S.ACCEPTED, S.QUEUED}


@pytest.mark.parametrize("state", unreached.STATES)
@pytest.mark.parametrize("reason", ["", *ReplyClass])
def test_there_are_words_for_every_end(state, reason):
    assert unreached.why(make(state, reason=reason)).strip("() ")
