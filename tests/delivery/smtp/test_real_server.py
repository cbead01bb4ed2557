"""The driver against aiosmtpd, a server that somebody else wrote."""

import asyncio
import socket
import threading
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.driver import pool
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.options import Kind
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import FaultSink, Stall
from tests.sending import Mailing, compose, options

S = DeliveryState


class Desk:
    """Answers each recipient as it was told, and keeps what it took."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd's name
        answer = self.answers.get(address, "250 2.1.5 ok")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        for address in envelope.rcpt_tos:
            self.taken[address] = envelope.content
            self.counts[address] += 1
        return "250 2.0.0 taken"


class LmtpController(Controller):
    def factory(self):
        return LMTP(self.handler, hostname="relay.example")


@pytest.fixture(params=["smtp", "lmtp"])
def relay(request):
    desk = Desk()
    kind = Controller if request.param == "smtp" else LmtpController
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = kind(desk, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpTransport(options(port, kind=Kind(request.param))), desk
    controller.stop()


def test_the_server_takes_each_message_once_and_whole(relay):
    transport, desk = relay
    mailing = Mailing.to(40)

    report = mailing.send(transport)

    assert report.accepted == 40
    mailing.check(desk.counts)
    recipient = "reader-7@mail.example"
    assert b"To: reader-7@mail.example\r\n" in desk.taken[recipient]
    assert desk.taken[recipient].endswith(b"Say when you have to go.\r\n")


def test_the_servers_answers_become_states(relay):
    transport, desk = relay
    desk.answers = {
        "reader-1@mail.example": "550 5.1.1 no such user",
        "reader-2@mail.example": "450 4.2.0 later",
    }
    mailing = Mailing.to(6)

    report = mailing.send(transport)

    assert (report.accepted, report.rejected, report.deferred) == (4, 1, 1)
    states = mailing.states()
    assert states["reader-1@mail.example"] is S.REJECTED
    assert states["reader-2@mail.example"] is S.DEFERRED
    mailing.check(desk.counts)


def test_the_same_bytes_come_out_at_each_try(relay):
    transport, desk = relay
    desk.answers = {"reader-1@mail.example": "450 4.2.0 later"}
    mailing = Mailing.to(1)
    made = []

    def note(recipient):
        made.append(compose(recipient))
        return made[-1]

    mailing.send(transport, compose=note)
    desk.answers = {}
    mailing.clock.sleep(600)
    mailing.send(transport, compose=note)

    assert made[0] == made[1]
    assert desk.counts == {"reader-1@mail.example": 1}


# -- the entry point


def test_a_run_needs_no_event_loop_of_its_caller():
    with FaultSink() as sink:
        Mailing.to(1).send_smtp(sink)

        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()


def test_leaves_no_thread_behind():
    with FaultSink() as sink:
        Mailing.to(10).send_smtp(sink)

        names = {thread.name for thread in threading.enumerate()}
        assert not any(name.startswith("ledger") for name in names)


def test_waking_has_the_reason_to_end_looked_at_now(monkeypatch):
    monkeypatch.setattr(pool, "_LOOK", 3600.0)
    with FaultSink() as sink:
        stall = Stall(60)
        sink.on("RCPT", stall)
        transport = SmtpTransport(options(sink.port))
        asked = threading.Event()

        def ask():
            stall.begun.wait(10)
            asked.set()
            transport.wake()

        thread = threading.Thread(target=ask)
        thread.start()
        report = Mailing.to(3).send(
            transport, run={"stop": lambda: StopReason.INTERRUPTED if asked.is_set() else None}
        )
        thread.join()

        assert report.stopped is StopReason.INTERRUPTED


def test_waking_without_a_run_does_nothing():
    transport = SmtpTransport(options(1025))

    transport.wake()

    assert transport.doubt == options(1025).connections
