"""Round trips and time limits, as a relay with PIPELINING and CHUNKING counts them."""

import time

import pytest

from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.options import Timeouts
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import FaultSink, Say, Stall
from tests.sending import Mailing, addresses, options

S = DeliveryState
FIRST = "reader-1@mail.example"
CHUNKS = ("PIPELINING", "CHUNKING", "SIZE 1000000")


def test_a_message_costs_one_round_trip_where_the_relay_pipelines():
    with FaultSink(capabilities=("PIPELINING",)) as sink:
        report = Mailing.to(100).send_smtp(sink, smtp={"connections": 1})

        assert report.accepted == 100
        assert sink.turnarounds <= 105
        assert not sink.violations


def test_messages_stream_where_the_relay_takes_chunks():
    with FaultSink(capabilities=CHUNKS) as sink:
        mailing = Mailing.to(100)

        report = mailing.send_smtp(sink, smtp={"connections": 1, "window": 16})

        assert (report.accepted, report.in_doubt) == (100, 0)
        assert len(sink.said("BDAT")) == 100
        assert not sink.violations
        mailing.check(sink.counts)


def test_one_message_after_the_other_goes_to_a_relay_without_chunks():
    with FaultSink(capabilities=("PIPELINING",)) as sink:
        report = Mailing.to(20).send_smtp(sink, smtp={"window": 16})

        assert report.accepted == 20
        assert not sink.said("BDAT")


@pytest.mark.parametrize("reply", ["500 5.5.1 what?", "502 5.5.1 no", "503 5.5.1 not now"])
@pytest.mark.parametrize("is_ignorant", [True, False], ids=["reads on", "takes the octets"])
def test_a_relay_that_offers_chunks_and_cannot_take_them_gets_data(reply, is_ignorant):
    with FaultSink(capabilities=CHUNKS) as sink:
        mailing = Mailing.to(20)
        sink.on("BDAT", Say(reply, is_ignorant=is_ignorant))

        report = mailing.send_smtp(sink, smtp={"window": 16})

        assert (report.in_doubt, report.rejected, report.stopped) == (0, 0, None)
        assert sink.counts == dict.fromkeys(addresses(20), 1)
        mailing.check(sink.counts)


def test_a_refused_recipient_in_the_window_concerns_nobody_else():
    with FaultSink(capabilities=CHUNKS) as sink:
        mailing = Mailing.to(40)
        sink.on("RCPT", Say("550 5.1.1 no such user"), to="reader-7@mail.example")
        sink.on(".", Say("452 4.3.1 full"), to="reader-9@mail.example")

        report = mailing.send_smtp(sink, smtp={"connections": 1, "window": 16})

        assert (report.accepted, report.rejected, report.deferred) == (38, 1, 1)
        states = mailing.states()
        assert states["reader-7@mail.example"] is S.REJECTED
        assert states["reader-9@mail.example"] is S.DEFERRED
        mailing.check(sink.counts)


@pytest.mark.parametrize(
    ("minutes", "accepted"), [pytest.param(9.9, 1, id="16"), pytest.param(10.1, 0, id="17")]
)
def test_the_reply_to_the_terminator_is_waited_for_ten_minutes(minutes, accepted):
    with FaultSink(capabilities=("PIPELINING",)) as sink:
        mailing = Mailing.to(1)
        stall = Stall(1.0)
        sink.on(".", stall)
        begun: list[float] = []

        def now() -> float:
            if stall.begun.is_set():
                begun.append(time.monotonic())
            # By then the time limit was set, whoever was quicker.
            is_past = begun and time.monotonic() > begun[0] + 0.3
            return time.monotonic() + (60 * minutes if is_past else 0)

        transport = SmtpTransport(options(sink.port, timeouts=Timeouts()), now=now)
        report = mailing.send(transport)

        assert (report.accepted, report.in_doubt) == (accepted, 1 - accepted)
        mailing.check(sink.counts, doubt=1)
