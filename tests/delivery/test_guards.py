import pytest

from pipeline.delivery.guards import Guards
from pipeline.delivery.reply_class import ReplyClass

C = ReplyClass


def paused_after(outcomes: list[ReplyClass | None], provider: str = "gmail") -> int | None:
    """Give after how many outcomes the issue is paused."""
    guards = Guards()
    for number, outcome in enumerate(outcomes, 1):
        if guards.watch(provider, outcome):
            return number
    return None


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([None] * 500, None, id="all accepted"),
        pytest.param([C.MAILBOX_FULL] * 500, None, id="one reader's each"),
        pytest.param([C.ADDRESS_DEAD] * 19, None, id="too few to be a share"),
        pytest.param([C.ADDRESS_DEAD] * 500, 20, id="a provider denies everybody"),
        pytest.param([C.ADDRESS_DEAD, None, None] * 60, None, id="a neglected list"),
        pytest.param([None] * 200 + [C.ADDRESS_DEAD] * 200, 301, id="an outage in mid-run"),
        pytest.param([C.REPUTATION] * 2 + [None] * 50, None, id="two bad words"),
        pytest.param([C.REPUTATION] * 3, 3, id="three bad words in a row"),
        pytest.param([C.REPUTATION, None] * 20, 21, id="bad words between good ones"),
        pytest.param([C.CONTENT, None, None] * 5, 13, id="the fifth word about content"),
        pytest.param(([C.CONTENT] + [None] * 9) * 9, 21, id="a share of words about content"),
        pytest.param([C.AUTH_SELF, None, C.AUTH_SELF, None, C.AUTH_SELF], 5, id="our signature"),
    ],
)
def test_pauses_when_refusals_come_together(outcomes, expected):
    assert paused_after(outcomes) == expected


def test_the_trouble_of_one_provider_is_not_hidden_by_another():
    guards = Guards()
    for _ in range(1000):
        assert not guards.watch("outlook", None)
    reasons = [guards.watch("gmail", C.ADDRESS_DEAD) for _ in range(20)]

    assert reasons[-1] == (
        "gmail says of most readers that they do not exist (20 of the last 20 messages)"
    )
    assert not any(reasons[:-1])
