import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import retry
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.retry import GiveUp, Retry, RetryPolicy, StopRun
from pipeline.model.delivery import DeliveryEvent
from pipeline.model.subscriber import SuppressionReason
from tests.factories import NOON

END = NOON + timedelta(hours=72)
JUDGED = st.sampled_from([c for c in ReplyClass if c is not ReplyClass.IN_DOUBT])


def decide(reply_class: ReplyClass, **changes: Any) -> retry.Decision:
    usual: dict[str, Any] = {
        "code": 450,
        "attempts": 1,
        "now": NOON,
        "expires_at": END,
        "policy": RetryPolicy(),
    }
    return retry.decide(reply_class, **(usual | changes))


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 240), (20, 240)]
)
def test_waits_longer_after_each_try(attempts, minutes):
    assert decide(ReplyClass.RECIPIENT_TEMP, attempts=attempts) == Retry(
        NOON + timedelta(minutes=minutes)
    )


def test_a_next_time_past_the_end_is_the_end():
    assert decide(
        ReplyClass.UNKNOWN_4XX, attempts=6, expires_at=NOON + timedelta(hours=1)
    ) == Retry(NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("reply_class", "enhanced", "suppress"),
    [
        pytest.param("address_dead", "5.1.1", SuppressionReason.HARD_BOUNCE, id="dead"),
        pytest.param("address_disabled", "5.7.13", SuppressionReason.HARD_BOUNCE, id="disabled"),
        pytest.param("address_disabled", "5.2.1", None, id="perhaps disabled for a while"),
        pytest.param("mailbox_full", "5.2.2", None, id="full"),
        pytest.param("unknown_5xx", "", None, id="unknown"),
        pytest.param("throttle", "5.7.1", None, id="refused for good because of our speed"),
    ],
)
def test_gives_up_for_good_and_suppresses_only_condemned_addresses(reply_class, enhanced, suppress):
    decision = decide(ReplyClass(reply_class), code=550, enhanced_code=enhanced)

    assert decision == GiveUp(suppress)


@pytest.mark.parametrize(
    ("reply_class", "code", "pauses"),
    [
        pytest.param(ReplyClass.CONFIG_LOCAL, 535, False, id="login"),
        pytest.param(ReplyClass.CONFIG_LOCAL, 454, False, id="no tls for now"),
        pytest.param(ReplyClass.SENDER_LIMIT, 550, False, id="quota"),
        pytest.param(ReplyClass.AUTH_SELF, 550, True, id="spf"),
        pytest.param(ReplyClass.MESSAGE_BROKEN, 554, True, id="bytes"),
    ],
)
def test_a_refusal_of_us_stops_the_run_and_leaves_the_reader(reply_class, code, pauses):
    decision = decide(reply_class, code=code)

    assert isinstance(decision, StopRun)
    assert decision.pauses is pauses
    assert decision.event is DeliveryEvent.DEFER


def test_a_temporary_doubt_of_our_signature_is_only_deferred():
    assert isinstance(decide(ReplyClass.AUTH_SELF, code=421), Retry)


def test_doubt_is_not_decided_by_a_retry():
    with pytest.raises(ValueError, match="doubt"):
        decide(ReplyClass.IN_DOUBT, code=0)


@given(JUDGED, st.integers(500, 599), st.integers(1, 50))
def test_never_repeats_a_permanent_failure(reply_class, code, attempts):
    assert not isinstance(decide(reply_class, code=code, attempts=attempts), Retry)


@given(JUDGED, st.sampled_from([0, 421, 450, 451, 452]), st.integers(1, 50))
def test_never_gives_up_a_reader_after_a_temporary_failure(reply_class, code, attempts):
    assert not isinstance(decide(reply_class, code=code, attempts=attempts), GiveUp)


@given(st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=9)), min_size=1))
def test_delays_never_decrease(delays):
    policy = RetryPolicy(delays=tuple(sorted(delays)))
    waits = [policy.delay(attempts) for attempts in range(1, len(delays) + 5)]

    assert waits == sorted(waits)


@given(
    st.integers(1, 50), st.timedeltas(timedelta(0), timedelta(hours=72)), st.integers() | st.none()
)
def test_a_next_time_is_never_past_the_end_nor_sooner_than_the_delay(attempts, left, seed):
    rng = None if seed is None else random.Random(seed)  # noqa: S311 - no secret is drawn
    decision = decide(ReplyClass.RECIPIENT_TEMP, attempts=attempts, expires_at=NOON + left, rng=rng)

    assert isinstance(decision, Retry)
    assert min(NOON + left, NOON + RetryPolicy().delay(attempts)) <= decision.at <= NOON + left


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"delays": ()}, id="no delays"),
        pytest.param({"delays": (timedelta(0),)}, id="hot loop"),
        pytest.param({"delays": (timedelta(2), timedelta(1))}, id="shorter"),
        pytest.param({"expire": timedelta(0)}, id="no time"),
    ],
)
def test_refuses_a_policy_that_cannot_work(changes):
    with pytest.raises(ValueError, match="retry policy"):
        RetryPolicy(**changes)
