import pytest

from pipeline.delivery.guards import Alarm, Guards
from pipeline.delivery.reply_class import ReplyClass
from pipeline.model.delivery import History

C = ReplyClass
#: Past the first outcomes of an issue, where a bad list would stop it.
LATE = History(settled=500)
CLEAN = History(settled=500, providers={"gmail": (1000, 5)})
OK = None


def alarm_after(
    outcomes: list[ReplyClass | None], history: History = LATE, said: str = ""
) -> tuple[int, Alarm] | None:
    """Give after how many outcomes at Gmail the issue is paused, and why."""
    guards = Guards(history=history)
    for number, outcome in enumerate(outcomes, 1):
        # Each in its own words, unless a test says otherwise.
        alarm = guards.watch("gmail", outcome, (said or f"550 5.1.{number}") if outcome else "")
        if alarm is not None:
            return number, alarm
    return None


def paused_after(outcomes: list[ReplyClass | None], history: History = LATE) -> int | None:
    found = alarm_after(outcomes, history)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([OK] * 500, None, id="all accepted"),
        pytest.param([C.MAILBOX_FULL] * 500, None, id="one reader's each"),
        pytest.param([C.ADDRESS_DEAD] * 19, None, id="too few to be a share"),
        pytest.param([C.ADDRESS_DEAD] * 500, 20, id="a provider denies everybody"),
        pytest.param([C.ADDRESS_DISABLED] * 500, 20, id="a provider has switched everybody off"),
        pytest.param([C.ADDRESS_DEAD, OK, OK] * 60, None, id="a neglected list"),
        pytest.param([OK] * 200 + [C.ADDRESS_DEAD] * 200, 301, id="an outage in mid-run"),
        pytest.param([C.REPUTATION] * 2 + [OK] * 50, None, id="two bad words"),
        pytest.param([C.REPUTATION] * 3, 3, id="three bad words in a row"),
        pytest.param([C.REPUTATION, OK] * 20, 21, id="bad words between good ones"),
        pytest.param([C.CONTENT, OK, OK] * 5, 13, id="the fifth word about content"),
        pytest.param(([C.CONTENT] + [OK] * 9) * 9, 21, id="a share of words about content"),
        pytest.param([C.AUTH_SELF, OK, C.AUTH_SELF, OK, C.AUTH_SELF], 5, id="our signature"),
        pytest.param([C.SIZE] * 20, 20, id="too large for everybody"),
        pytest.param([C.THROTTLE] * 500, None, id="too fast"),
    ],
)
def test_pauses_when_refusals_come_together(outcomes, expected):
    assert paused_after(outcomes) == expected


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param(CLEAN, 201, id="never before"),
        pytest.param(
            History(settled=500, providers={"gmail": (1000, 20)}), None, id="as always: two in 100"
        ),
        pytest.param(
            History(settled=500, providers={"gmail": (199, 0)}), None, id="too short a past"
        ),
        pytest.param(
            History(settled=500, providers={"yahoo": (1000, 0)}), None, id="another provider's"
        ),
    ],
)
def test_a_provider_that_knew_its_readers_until_now_is_out_of_order(history, expected):
    # A tenth, and from the 201st outcome on a little more.
    outcomes: list[ReplyClass | None] = [C.ADDRESS_DEAD, *[OK] * 9] * 20 + [C.ADDRESS_DEAD] * 2
    outcomes[0:1], outcomes[199] = [OK], C.ADDRESS_DEAD

    assert paused_after(outcomes, history) == expected


def test_whoever_is_out_of_order_condemns_nobody():
    found = alarm_after([C.ADDRESS_DEAD, OK, OK] * 20, CLEAN)

    assert found is not None
    assert found[1].absolves
    assert found[1].why == (
        "gmail says of many readers that they do not exist (8 of the last 22 messages),"
        " and never did before"
    )


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([C.UNKNOWN_5XX] * 20, 20, id="twenty alike"),
        pytest.param([C.UNKNOWN_5XX] * 19 + [OK], None, id="nineteen alike"),
        pytest.param([OK] + [C.MAILBOX_FULL] * 40, None, id="one was taken"),
    ],
)
def test_the_first_twenty_refused_alike_are_no_fault_of_the_readers(outcomes, expected):
    found = alarm_after(outcomes, said="550 5.7.1")

    assert (found[0] if found else None) == expected
    if found:
        assert found[1] == Alarm(
            "the first 20 readers were all refused with 550 5.7.1", absolves_all=True
        )


def small(readers: int) -> History:
    return History(waiting=readers)


@pytest.mark.parametrize(
    ("outcomes", "history", "expected"),
    [
        pytest.param([C.UNKNOWN_5XX] * 2, small(2), 2, id="both of two"),
        pytest.param([C.RECIPIENT_POLICY] * 7, small(7), 7, id="all of seven"),
        pytest.param([C.ADDRESS_DEAD] * 5, small(5), 5, id="nobody exists"),
        pytest.param([C.ADDRESS_DEAD] * 4, small(4), None, id="four may all be gone"),
        pytest.param([C.MAILBOX_FULL] * 4, small(4), None, id="four may all be away"),
        pytest.param([C.UNKNOWN_5XX], small(1), None, id="one may be meant"),
        pytest.param([C.UNKNOWN_5XX] * 6, small(7), None, id="one is still to come"),
        pytest.param([OK] + [C.UNKNOWN_5XX] * 6, small(7), None, id="one was taken"),
        pytest.param(
            [C.UNKNOWN_5XX] * 7, History(settled=1, waiting=7), None, id="one had it before"
        ),
    ],
)
def test_a_small_list_that_is_refused_whole_is_no_fault_of_its_readers(outcomes, history, expected):
    found = alarm_after(outcomes, history, said="550 5.7.1")

    assert (found[0] if found else None) == expected
    if found:
        assert found[1] == Alarm(
            f"all {expected} readers were refused with 550 5.7.1", absolves_all=True
        )


def test_a_small_list_that_is_refused_in_different_words_may_be_meant():
    assert paused_after([C.UNKNOWN_5XX] * 7, small(7)) is None


@pytest.mark.parametrize(
    ("settled", "expected"),
    [
        pytest.param(0, 251, id="at the beginning"),
        pytest.param(240, 251, id="when some went before"),
        pytest.param(250, None, id="not any more"),
    ],
)
def test_many_dead_addresses_at_the_start_of_an_issue_are_a_bad_list(settled, expected):
    outcomes: list[ReplyClass | None] = [C.ADDRESS_DEAD, *[OK] * 9] * 30

    found = alarm_after(outcomes, History(settled=settled))

    assert (found[0] if found else None) == expected
    if found:
        assert not found[1].absolves
        assert not found[1].absolves_all
        assert found[1].why.startswith(f"26 of the first {settled + 251} addresses do not exist")


def test_the_trouble_of_one_provider_is_not_hidden_by_another():
    guards = Guards(history=LATE)
    for _ in range(1000):
        assert not guards.watch("outlook", None)
    alarms = [guards.watch("gmail", C.ADDRESS_DEAD, "550 5.1.1") for _ in range(20)]

    assert alarms[-1] == Alarm(
        "gmail says of most readers that they do not exist (20 of the last 20 messages)",
        absolves=True,
    )
    assert not any(alarms[:-1])
