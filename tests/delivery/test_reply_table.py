from datetime import timedelta

import pytest

from pipeline.delivery import classify, reply_table
from pipeline.delivery.slowing import Slowing
from pipeline.delivery.stage import Stage

ROW = '[[row]]\nclass = "{name}"\nexamples = []\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(ROW.format(name="throttle") + 'txet = ["x"]', "has no txet", id="slip"),
        pytest.param(ROW.format(name="address_daed"), "address_daed", id="class"),
        pytest.param(ROW.format(name="sender_limit"), "when it ends", id="limit without an end"),
        pytest.param(ROW.format(name="size") + 'limit = "1h"', "no others", id="end of nothing"),
        pytest.param(ROW.format(name="size") + 'stages = ["rctp"]', "rctp", id="stage"),
        pytest.param(ROW.format(name="size") + "slows = {per_minute = 1}", "last", id="for ever"),
        pytest.param(
            ROW.format(name="size") + 'slows = {pause = "2"}', "length of time", id="no unit"
        ),
    ],
)
def test_a_row_that_says_nothing_is_refused(text, fault):
    with pytest.raises(ValueError, match=fault):
        reply_table.parse(text)


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "slows"),
    [
        pytest.param(
            421,
            "4.7.0",
            "[TSS04] Messages from 192.0.2.1 temporarily deferred",
            Slowing(pause=timedelta(hours=2)),
            id="TSS04 waits two hours",
        ),
        pytest.param(
            451,
            "4.7.650",
            "The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
            Slowing(per_minute=1, lasts=timedelta(minutes=90)),
            id="one a minute for ninety minutes",
        ),
        pytest.param(421, "4.7.28", "unusual rate", Slowing(), id="half as fast"),
        pytest.param(450, "4.2.0", "busy", None, id="no word about speed"),
    ],
)
def test_a_throttle_says_how_much_slower(code, enhanced, text, slows):
    assert classify.judge(Stage.MAIL, code, enhanced, text).slows == slows
