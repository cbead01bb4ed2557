"""A relay that takes its time: only a complete reply, or ten minutes without one, decides."""

from dataclasses import replace

import pytest

from pipeline.clock import SystemClock
from pipeline.delivery.smtp.options import Timeouts
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import Do, Say, Stall
from tests.faults.mailing import FIRST, PATIENT

S = DeliveryState


@pytest.mark.fault(15)
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_a_reply_in_single_bytes_is_read(make_mailing, step):
    mailing = make_mailing(4)
    text = "354 go on" if step == "DATA" else "250-2.0.0 it is\r\n250 2.0.0 all right"
    mailing.sink.on(step, Say(text.replace("250", "220") if step == "CONNECT" else text, False, 0))

    report = mailing.run()

    assert (report.accepted, report.in_doubt) == (4, 0)
    mailing.settle()


class Hand:
    """The time limits' clock: it stands still until somebody moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def pass_over(self, seconds: float) -> None:
        """Let time pass when the terminator's limit is set, and let it be looked at."""
        SystemClock().sleep(0.3)
        self.seconds += seconds
        SystemClock().sleep(0.5)


@pytest.mark.fault(16)
def test_a_reply_after_nine_minutes_and_fifty_seconds_decides(mailing):
    hand = Hand()
    mailing.sink.on(".", Do(lambda: hand.pass_over(590)), to=FIRST)

    report = mailing.run(smtp={"timeouts": Timeouts()}, now=hand.now)

    assert hand.seconds == 590
    assert (report.accepted, report.in_doubt) == (20, 0)
    mailing.settle()


@pytest.mark.fault(17)
def test_a_reply_after_more_than_ten_minutes_is_doubt(mailing, manner):
    hand = Hand()
    mailing.sink.on(".", Do(lambda: hand.pass_over(601)), to=FIRST)

    report = mailing.run(smtp={"timeouts": Timeouts()}, now=hand.now)

    assert 1 <= report.in_doubt <= manner.doubt
    assert mailing.states()[FIRST] is S.IN_DOUBT
    mailing.settle(doubt=manner.doubt)
    assert mailing.sink.counts[FIRST] == 1


@pytest.mark.fault(17)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_stall_before_the_terminator_is_no_doubt(mailing, manner, step):
    mailing.on(step, Stall(0.8), times=1)
    quick = replace(PATIENT, command=0.3, data=0.3, final=0.3)

    report = mailing.run(smtp={"timeouts": quick})

    assert report.in_doubt <= manner.early_doubt
    mailing.settle(doubt=report.in_doubt)
