import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import retry
from pipeline.delivery.classify import Judgement
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.retry import GiveUp, Retry, RetryPolicy, StopRun
from pipeline.delivery.slowing import Limit
from pipeline.model.delivery import DeliveryEvent
from pipeline.model.subscriber import Strike, SuppressionReason
from tests.factories import NOON, make_recipient

C = ReplyClass
END = NOON + timedelta(hours=72)
JUDGED = st.sampled_from([c for c in ReplyClass if c is not ReplyClass.IN_DOUBT])


def decide(
    reply_class: ReplyClass,
    *,
    attempts: int = 1,
    expires_at: datetime = END,
    strikes: tuple[Strike, ...] = (),
    limit: str = "",
    **changes: Any,
) -> retry.Decision:
    """Decide about the try number ``attempts``, of issue 9."""
    recipient = make_recipient(
        issue=9, attempts=attempts - 1, expires_at=expires_at, strikes=strikes
    )
    judged = Judgement(reply_class, limit=Limit.parse(limit) if limit else None)
    usual: dict[str, Any] = {
        "code": 450,
        "recipient": recipient,
        "now": NOON,
        "policy": RetryPolicy(),
    }
    return retry.decide(judged, **(usual | changes))


def strike(reply_class: ReplyClass, *, issue: int, days: int) -> Strike:
    return Strike(issue=issue, reason=reply_class.value, at=NOON - timedelta(days=days))


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

    assert isinstance(decision, GiveUp)
    assert decision.suppress is suppress


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


@pytest.mark.parametrize(
    ("reply_class", "code", "earlier", "condemns"),
    [
        pytest.param(C.MAILBOX_FULL, 552, [(7, 21), (8, 14)], True, id="full three times"),
        pytest.param(C.MAILBOX_FULL, 552, [(7, 20), (8, 14)], False, id="full not long enough"),
        pytest.param(C.MAILBOX_FULL, 552, [(8, 90)], False, id="full two times"),
        pytest.param(C.MAILBOX_FULL, 452, [(7, 21), (8, 14)], False, id="it may still be taken"),
        pytest.param(C.MAILBOX_FULL, 452, [(6, 21), (7, 14), (8, 7)], True, id="three were lost"),
        pytest.param(C.MAILBOX_FULL, 552, [(8, 30), (9, 1)], False, id="once for each issue"),
        pytest.param(C.UNKNOWN_5XX, 550, [(7, 14), (8, 7)], True, id="unknown three times"),
        pytest.param(C.UNKNOWN_5XX, 550, [(7, 13), (8, 7)], False, id="within two weeks"),
        pytest.param(C.UNKNOWN_5XX, 550, [], False, id="unknown once"),
        pytest.param(C.ADDRESS_DISABLED, 550, [], False, id="disabled once"),
        pytest.param(C.ADDRESS_DISABLED, 550, [(8, 7)], True, id="disabled twice"),
        pytest.param(C.ADDRESS_DISABLED, 550, [(9, 0)], False, id="disabled in one issue"),
        pytest.param(C.RECIPIENT_POLICY, 550, [(1, 90), (2, 80), (3, 70)], False, id="policy"),
    ],
)
def test_several_refusals_together_give_an_address_up(reply_class, code, earlier, condemns):
    strikes = tuple(strike(reply_class, issue=issue, days=days) for issue, days in earlier)

    decision = decide(reply_class, code=code, enhanced_code="5.2.1", strikes=strikes)

    assert isinstance(decision, Retry | GiveUp)
    assert (decision.suppress is SuppressionReason.HARD_BOUNCE) is condemns
    assert decision.strikes is not condemns


def test_strikes_of_another_kind_do_not_count():
    kept = (
        strike(C.MAILBOX_FULL, issue=6, days=60),
        strike(C.RECIPIENT_POLICY, issue=7, days=50),
        strike(C.UNKNOWN_5XX, issue=8, days=40),
    )

    assert decide(C.UNKNOWN_5XX, code=550, strikes=kept) == GiveUp(None, strikes=True)


@given(JUDGED, st.integers(400, 499))
def test_of_the_temporary_refusals_only_a_full_mailbox_counts_against_an_address(reply_class, code):
    decision = decide(reply_class, code=code)

    assert (isinstance(decision, Retry) and decision.strikes) is (reply_class is C.MAILBOX_FULL)


@pytest.mark.parametrize("code", [454, 550])
def test_a_limit_of_our_account_lets_the_issue_wait_until_it_ends(code):
    decision = decide(C.SENDER_LIMIT, code=code, limit="utc-midnight")

    midnight = (NOON + timedelta(days=1)).replace(hour=0, minute=0)
    assert isinstance(decision, StopRun)
    assert (decision.until, decision.pauses) == (midnight, False)


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
    policy = RetryPolicy(rng=rng)
    decision = decide(
        ReplyClass.RECIPIENT_TEMP, attempts=attempts, expires_at=NOON + left, policy=policy
    )

    assert isinstance(decision, Retry)
    assert min(NOON + left, NOON + RetryPolicy().delay(attempts)) <= decision.at <= NOON + left


def test_a_crowd_that_was_deferred_together_does_not_come_back_together():
    policy = RetryPolicy(rng=random.Random(1))  # noqa: S311 - no secret is drawn
    waits = {policy.delay(1) for _ in range(100)}

    assert len(waits) == 100
    assert all(timedelta(minutes=5) <= wait <= timedelta(minutes=5.5) for wait in waits)


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


_KEPT = st.builds(
    strike,
    st.sampled_from(C),
    issue=st.integers(1, 9),
    days=st.integers(0, 100),
)


@given(JUDGED, st.sampled_from([450, 452, 550, 552]), st.lists(_KEPT, max_size=5))
def test_only_a_dead_address_or_one_refused_on_several_issues_is_given_up(reply_class, code, kept):
    decision = decide(reply_class, code=code, strikes=tuple(kept))

    suppress = None if isinstance(decision, StopRun) else decision.suppress
    if suppress is not None:
        alike = {it.issue for it in kept if it.reason == reply_class and it.issue != 9}
        assert alike or (code >= 500 and reply_class in {C.ADDRESS_DEAD, C.ADDRESS_DISABLED})


@given(JUDGED, st.sampled_from([450, 550]), st.lists(_KEPT, max_size=5))
def test_a_refusal_either_counts_or_condemns(reply_class, code, kept):
    decision = decide(reply_class, code=code, strikes=tuple(kept))

    assert isinstance(decision, StopRun) or not (decision.strikes and decision.suppress)
