"""Every promise of a transport, kept by each of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from pipeline.delivery.eml import EmlTransport, file_name
from pipeline.delivery.limits import Limits
from pipeline.delivery.ports import Outbox, Transport
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.options import Kind
from pipeline.errors import DatabaseError
from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.model.message import Message
from pipeline.model.subscriber import SuppressionReason
from tests.factories import NOON
from tests.fakes import Failing, FakeClock
from tests.fault_sink import FaultSink
from tests.sending import ISSUE, Mailing, addresses, compose, options

S = DeliveryState

#: What a run asks of the ledger again and again.
LEDGER = ("lease", "renew", "waiting", "commit", "release")


@dataclass(frozen=True)
class Way:
    """A transport, and how to count what it handed over."""

    transport: Transport
    counts: Callable[[], Counter[str]]


@pytest.fixture(params=["smtp", "lmtp", "eml"])
def way(request, tmp_path):
    if request.param == "eml":
        folder = tmp_path / "outbox"
        yield Way(EmlTransport(folder, FakeClock()), lambda: _files(folder))
        return
    with FaultSink() as sink:
        smtp = options(sink.port, kind=Kind(request.param))
        yield Way(SmtpTransport(smtp), lambda: sink.counts)


def _files(folder: Path) -> Counter[str]:
    found = [path.read_bytes().split(b"\r\n")[1] for path in folder.glob("*.eml")]
    return Counter(line.decode().removeprefix("To: ") for line in found)


def test_hands_each_message_over_once(way):
    mailing = Mailing.to(25, shard_size=6)

    report = mailing.send(way.transport)

    assert (report.accepted, report.handed_over, report.stopped) == (25, 25, None)
    assert way.counts() == dict.fromkeys(addresses(25), 1)
    mailing.check(way.counts())


def test_a_second_run_hands_nothing_over(way):
    mailing = Mailing.to(5)
    mailing.send(way.transport)

    assert mailing.send(way.transport).handed_over == 0


def test_nothing_to_send_is_no_error(way):
    assert Mailing.to(0).send(way.transport).handed_over == 0


def test_a_refused_hand_over_hands_nothing_over(way):
    mailing = Mailing.to(5)
    mailing.outbox.suppressed[2] = SuppressionReason.UNSUBSCRIBE

    report = mailing.send(way.transport)

    assert (report.accepted, report.suppressed) == (4, 1)
    assert way.counts()["reader-2@mail.example"] == 0
    mailing.check(way.counts())


def test_a_pause_ends_the_run(way):
    mailing = Mailing.to(100)

    def pause(report: RunReport) -> None:
        if report.accepted >= 5 and mailing.outbox.state(ISSUE) is IssueState.SENDING:
            mailing.outbox.step(ISSUE, IssueEvent.PAUSE)

    report = mailing.send(way.transport, run={"progress": pause})

    assert report.stopped is StopReason.PAUSED
    assert report.accepted < 20
    assert report.in_doubt == 0
    mailing.check(way.counts())


def test_being_asked_to_end_ends_the_run(way):
    mailing = Mailing.to(5000)
    seen: list[RunReport] = []

    def stop() -> StopReason | None:
        return StopReason.INTERRUPTED if seen and seen[-1].accepted >= 5 else None

    report = mailing.send(way.transport, run={"stop": stop, "progress": seen.append})

    assert report.stopped is StopReason.INTERRUPTED
    assert report.accepted < 5000
    assert (report.in_doubt, report.unrecorded) == (0, 0)
    mailing.check(way.counts())


@pytest.mark.parametrize("at", range(1, 14))
def test_nobody_is_lost_or_written_to_twice_when_the_nth_call_of_the_ledger_fails(way, at):
    mailing = Mailing.to(4, shard_size=3)
    error = DatabaseError("the disk is full")
    failing = Failing(mailing.outbox, error, at=at, times=1000, only=LEDGER)

    report = mailing.send(way.transport, outbox=cast("Outbox", failing))

    assert (report.stopped is StopReason.DATABASE) == (failing.calls.total() >= at)
    mailing.check(way.counts(), doubt=way.transport.doubt)
    mailing.clock.sleep(120)
    mailing.send(way.transport, owner="another sender")
    assert set(mailing.states().values()) <= {S.ACCEPTED, S.IN_DOUBT}
    mailing.check(way.counts(), doubt=way.transport.doubt)


def test_a_message_that_cannot_be_made_ends_the_run(way):
    mailing = Mailing.to(20)

    def fail(recipient):
        if recipient.subscriber_id == 15:
            raise ZeroDivisionError
        return compose(recipient)

    with pytest.raises(ZeroDivisionError):
        mailing.send(way.transport, compose=fail)

    assert S.HANDING not in mailing.states().values()
    mailing.check(way.counts())


def test_a_rate_is_kept(way):
    clock = FakeClock()
    mailing = Mailing.to(4)
    mailing.clock = clock

    report = mailing.send(
        way.transport, limits=Limits.parse("3/s"), run={"stop": lambda: clock.advance(1)}
    )

    assert report.accepted == 4
    assert sum(count for _, count in mailing.outbox.spent("relay /1", since=NOON)) == 4


# -- files


def test_writes_a_file_named_by_its_message_id(tmp_path):
    mailing = Mailing.to(2)

    mailing.send(EmlTransport(tmp_path / "deep" / "outbox", FakeClock()))

    names = sorted(path.name for path in (tmp_path / "deep" / "outbox").iterdir())
    assert names == ["1@news.example.eml", "2@news.example.eml"]


@pytest.mark.parametrize(
    "message_id",
    [
        pytest.param("<../../etc/passwd@x>", id="a path"),
        pytest.param("<.hidden@x>", id="a dot in front"),
        pytest.param("<-rf@x>", id="an option"),
        pytest.param("<" + "x" * 400 + "@x>", id="too long"),
        pytest.param("<jörg@x>", id="beyond ASCII"),
        pytest.param("<>", id="nothing"),
    ],
)
def test_a_name_that_a_file_cannot_have_is_replaced(message_id):
    name = file_name(Message(message_id, b""))

    assert len(name) == 68
    assert name.isascii()
    assert "/" not in name


def test_a_folder_that_cannot_be_written_ends_the_run(tmp_path):
    (tmp_path / "file").write_text("")
    mailing = Mailing.to(3)

    report = mailing.send(EmlTransport(tmp_path / "file", FakeClock()))

    assert report.stopped is StopReason.RELAY
    assert str(tmp_path) in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_message_that_cannot_be_written_ends_the_run(tmp_path):
    (tmp_path / "3@news.example.part").mkdir()
    mailing = Mailing.to(5)

    report = mailing.send(EmlTransport(tmp_path, FakeClock()))

    assert (report.stopped, report.accepted) == (StopReason.RELAY, 2)
    mailing.check(_files(tmp_path))


def test_a_file_that_does_not_get_its_name_is_not_handed_over(tmp_path):
    (tmp_path / "3@news.example.eml").mkdir()
    mailing = Mailing.to(5)

    report = mailing.send(EmlTransport(tmp_path, FakeClock()))

    assert (report.stopped, report.accepted, report.in_doubt) == (StopReason.RELAY, 2, 0)
    assert mailing.states()["reader-3@mail.example"] is S.DEFERRED
