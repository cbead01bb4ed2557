"""A machine that runs out of something, or whose clock or names are wrong."""

import json
import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.clock import SystemClock
from pipeline.delivery.report import StopReason
from pipeline.model.delivery import DeliveryState, Recipient
from pipeline.model.message import Envelope, Message
from tests.fault_sink import Do
from tests.faults.mailing import IN_GROUPS, PATIENT, Mailing, own_sender
from tests.sending import addresses

S = DeliveryState

in_groups = pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)


@pytest.mark.fault(41)
@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_in_the_midst_of_a_run_loses_nobody(make_mailing, sink, manner, hours):
    mailing = make_mailing(60)

    def jump() -> None:
        # Only the wall's clock: that of the time since boot goes on as ever.
        mailing.clock._now += timedelta(hours=hours)

    sink.on(".", Do(jump), times=1, after=9)

    report = mailing.run()

    assert report.stopped is None
    assert report.in_doubt == 0
    mailing.settle()


@pytest.mark.fault(42)
@pytest.mark.parametrize(
    "code", [socket.EAI_AGAIN, socket.EAI_NONAME], ids=["servfail", "no such name"]
)
@in_groups
def test_a_name_that_cannot_be_looked_up_ends_the_run_and_touches_nobody(
    mailing, monkeypatch, code
):
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no answer")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", fail)

        report = mailing.run(smtp={"host": "relay.example"})

    assert report.stopped is StopReason.RELAY
    assert "no such host" in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}
    mailing.settle()


@pytest.mark.fault(42)
@in_groups
def test_a_name_that_is_looked_up_slowly_is_waited_for_as_long_as_a_connection(
    mailing, monkeypatch
):
    look_up = socket.getaddrinfo

    def slow(*arguments: object, **names: object) -> object:
        SystemClock().sleep(0.4)
        return look_up("127.0.0.1", *arguments[1:], **names)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    hasty = mailing.run(smtp={"host": "relay.example", "timeouts": replace(PATIENT, connect=0.1)})
    calm = mailing.run(smtp={"host": "relay.example"})

    assert (hasty.stopped, hasty.accepted) == (StopReason.RELAY, 0)
    assert (calm.stopped, calm.accepted) == (None, 20)
    monkeypatch.undo()
    mailing.settle()


@pytest.mark.fault(42)
@in_groups
def test_a_name_whose_first_address_is_dead_leads_to_the_next(mailing, sink, monkeypatch):
    with socket.create_server(("127.0.0.2", 0)) as closed:
        dead = closed.getsockname()[1]

    def changing(host: str, port: int, *_: object, **__: object) -> list[object]:
        found = [("127.0.0.2", dead), ("127.0.0.1", sink.port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", it) for it in found]

    monkeypatch.setattr(socket, "getaddrinfo", changing)

    report = mailing.run(smtp={"host": "relay.example"})

    assert (report.stopped, report.accepted) == (None, 20)
    monkeypatch.undo()
    mailing.settle()


@pytest.mark.fault(43)
@pytest.mark.parametrize("point", ["after the lease", "before the hand-over", "after the result"])
@in_groups
def test_a_process_without_descriptors_loses_nobody(start, next_one, sink, manner, point):
    said, _ = start(point, "descriptors").communicate(timeout=60)
    mailing = next_one()

    assert json.loads(said)["stopped"] in {"database", "relay", None}
    sink.join()
    mailing.settle(doubt=manner.doubt)


@pytest.mark.fault(44)
@in_groups
def test_a_process_without_memory_loses_nobody(start, next_one, sink, manner, capfd):
    process = start("composing", "memory")
    process.communicate(timeout=60)
    mailing = next_one()

    assert process.returncode == 1
    assert "MemoryError" in capfd.readouterr().err
    sink.join()
    assert 0 < len(sink.messages) < 20
    mailing.settle(doubt=manner.doubt)


@pytest.mark.fault(45)
def test_a_message_that_cannot_be_made_ends_the_run_with_nothing_in_doubt(make_mailing, sink):
    assert 100 <= _cannot_make(make_mailing(200), 150) < 150


@pytest.mark.fault(45)
@in_groups
def test_a_message_that_cannot_be_made_after_thousands_ends_the_run_as_well(make_mailing, sink):
    assert 4_950 <= _cannot_make(make_mailing(5_050), 5_000) < 5_000


def _cannot_make(mailing: Mailing, faulty: int) -> int:
    """Count what went out before the faulty message; the next run sends all the rest, once."""
    readers, sink = len(mailing.states()), mailing.sink

    def compose(recipient: Recipient) -> tuple[Envelope, Message]:
        if recipient.subscriber_id == faulty:
            raise ZeroDivisionError
        return own_sender(recipient)

    with pytest.raises(ZeroDivisionError):
        mailing.run(compose=compose)

    before = len(sink.messages)
    mailing.settle()
    assert sink.counts == dict.fromkeys(addresses(readers), 1)
    return before
