from datetime import timedelta

import pytest

from pipeline.delivery import judging
from pipeline.delivery.parcel import Answered, Foreseen, Loss, Lost, Outcome, Parcel
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.retry import RetryPolicy
from pipeline.delivery.slowing import HALVED
from pipeline.delivery.smtp.lacking import Lack
from pipeline.delivery.smtp.refusal import SessionRefusedError
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError
from pipeline.model.delivery import DeliveryEvent, Lease
from pipeline.model.subscriber import SuppressionReason
from tests.factories import NOON, make_recipient
from tests.sending import compose

E = DeliveryEvent
LEASE = Lease(issue=1, shard=1, epoch=1, owner="me", provider="other")


def parcel() -> Parcel:
    recipient = make_recipient(expires_at=NOON + timedelta(hours=72))
    return Parcel(LEASE, recipient, *compose(recipient))


def settle(outcome: Outcome, *, is_handed: bool = False, was_lost: bool = False) -> judging.Verdict:
    return judging.settle(
        outcome, is_handed=is_handed, was_lost=was_lost, now=NOON, policy=RetryPolicy()
    )


def answered(stage: Stage, code: int, text: str = "", enhanced: str = "") -> Answered:
    return Answered(parcel(), stage, Reply(code, (text,), enhanced))


def lost(loss: Loss) -> Lost:
    return Lost(parcel(), loss, "the relay closed the connection")


@pytest.mark.parametrize("code", [200, 250, 251, 299])
def test_a_2yz_to_the_terminator_is_an_acceptance(code):
    verdict = settle(answered(Stage.END_OF_DATA, code, "taken"), is_handed=True)

    assert verdict.result is not None
    assert (verdict.result.event, verdict.result.code) == (E.ACCEPT, code)
    assert verdict.result.reply == "taken"


@pytest.mark.parametrize("is_handed", [False, True])
@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        pytest.param(answered(Stage.RCPT, 450, "later", "4.2.0"), E.DEFER, id="4yz to RCPT"),
        pytest.param(answered(Stage.RCPT, 550, "no", "5.2.0"), E.REJECT, id="5yz to RCPT"),
        pytest.param(answered(Stage.END_OF_DATA, 421, "busy", "4.3.2"), E.DEFER, id="421 at last"),
        pytest.param(answered(Stage.END_OF_DATA, 550, "no", "5.2.0"), E.REJECT, id="5yz at last"),
    ],
)
def test_a_refusal_of_one_reader_is_a_result(outcome, event, is_handed):
    verdict = settle(outcome, is_handed=is_handed)

    assert verdict.result is not None
    assert verdict.result.event is event
    assert (verdict.result.next_at is not None) == (event is E.DEFER)
    assert verdict.stop is None


def test_a_dead_address_is_suppressed():
    verdict = settle(answered(Stage.RCPT, 550, "no such user", "5.1.1"))

    assert verdict.result is not None
    assert verdict.result.suppress is SuppressionReason.HARD_BOUNCE
    assert verdict.result.reason == "address_dead"


def test_a_refusal_of_us_leaves_a_queued_reader_alone():
    verdict = settle(answered(Stage.MAIL, 550, "who are you", "5.1.8"))

    assert verdict.result is None
    assert verdict.stop is not None


def test_a_refusal_of_us_defers_a_reader_in_hand():
    verdict = settle(answered(Stage.END_OF_DATA, 550, "SPF", "5.7.23"), is_handed=True)

    assert verdict.stop is not None
    assert verdict.result is not None
    assert verdict.result.event is E.DEFER
    assert verdict.result.suppress is None


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.END_OF_DATA])
def test_a_throttle_slows_its_provider(stage):
    assert settle(answered(stage, 421, "unusual rate", "4.7.28")).slows == HALVED
    assert settle(answered(stage, 450, "busy", "4.2.0")).slows is None


def test_a_lost_reply_is_doubt():
    verdict = settle(lost(Loss.AFTER), is_handed=True)

    assert verdict.result is not None
    assert verdict.result.event is E.LOSE_REPLY
    assert not verdict.puts_back


@pytest.mark.parametrize(
    ("loss", "was_lost", "puts_back"),
    [
        pytest.param(Loss.BEFORE, False, True, id="the first time"),
        pytest.param(Loss.BEFORE, True, False, id="the second time"),
        pytest.param(Loss.UNTRIED, False, True, id="a rotation"),
        pytest.param(Loss.UNTRIED, True, True, id="a rotation after a loss"),
    ],
)
def test_a_loss_before_the_terminator_puts_back_once(loss, was_lost, puts_back):
    verdict = settle(lost(loss), was_lost=was_lost)

    assert verdict.puts_back == puts_back
    assert (verdict.result is None) == puts_back
    if verdict.result is not None:
        assert verdict.result.event is E.DEFER
        assert verdict.result.next_at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize("loss", [Loss.BEFORE, Loss.UNTRIED])
def test_a_hand_over_whose_terminator_was_not_written_is_taken_back(loss):
    verdict = settle(lost(loss), is_handed=True)

    assert verdict.result is not None
    assert (verdict.result.event, verdict.result.next_at) == (E.DEFER, NOON)


def test_a_long_reply_is_cut():
    verdict = settle(answered(Stage.RCPT, 550, "x" * 30_000, "5.2.0"))

    assert verdict.result is not None
    assert len(verdict.result.reply) == 500


@pytest.mark.parametrize(
    ("stage", "reply", "until"),
    [
        pytest.param(
            Stage.AUTH,
            Reply(451, ("Authentication failed: Maximum credits exceeded",)),
            NOON + timedelta(hours=24),
            id="no credits",
        ),
        pytest.param(Stage.AUTH, Reply(535, ("wrong",), "5.7.8"), None, id="wrong password"),
        pytest.param(Stage.GREETING, Reply(354, ("what?",)), None, id="no refusal"),
    ],
)
def test_a_session_refused_for_a_limit_waits_until_it_ends(stage, reply, until):
    error = SessionRefusedError("the relay refuses us", stage, reply, place="", remedy="")

    assert judging.limited_until(error, now=NOON) == until
    assert judging.limited_until(RelayError("no such host"), now=NOON) is None


def test_what_an_address_needs_and_the_relay_lacks_has_no_code_and_no_strike():
    lack = Lack("SMTPUTF8", "it does not offer SMTPUTF8; use one that does", is_about_reader=True)

    result = settle(Foreseen(parcel(), lack)).result

    assert result is not None
    assert (result.event, result.code, result.reason) == (E.REJECT, 0, ReplyClass.NOT_OFFERED)
    assert result.reply == "it does not offer SMTPUTF8; use one that does"
    assert (result.suppress, result.strikes) == (None, False)


@pytest.mark.parametrize(
    ("outcome", "why", "remedy"),
    [
        pytest.param(
            Foreseen(parcel(), Lack("SIZE", "it takes 20 octets")),
            "the message is too large for the relay",
            "attach no images",
            id="SIZE as offered",
        ),
        pytest.param(
            answered(Stage.MAIL, 552, "5.3.4 Message size exceeds fixed limit", "5.3.4"),
            "the message is too large for the relay",
            "attach no images",
            id="SIZE as said",
        ),
        pytest.param(
            Foreseen(parcel(), Lack("8BITMIME", "it does not offer 8BITMIME; use one that does")),
            "the relay cannot take the message",
            "",
            id="8BITMIME",
        ),
    ],
)
def test_what_no_message_of_the_issue_gets_through_ends_the_run_and_pauses_nothing(
    outcome: Outcome, why: str, remedy: str
):
    verdict = settle(outcome)

    assert verdict.result is None
    assert verdict.stop is not None
    assert (verdict.stop.why, verdict.stop.pauses) == (why, False)
    assert verdict.stop.remedy.startswith(remedy)
