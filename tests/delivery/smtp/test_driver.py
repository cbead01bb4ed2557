"""The driver against a relay that does wrong; most of what one can do is in ``tests/faults``."""

from dataclasses import replace

import pytest

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.options import Kind, Timeouts
from pipeline.model.delivery import DeliveryState, DoubtPolicy
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.sending import ISSUE, QUICK, Mailing, addresses

S = DeliveryState
FIRST = "reader-1@mail.example"


@pytest.fixture(params=["one by one", "pipelining"])
def sink(request):
    offers = ("PIPELINING",) if request.param == "pipelining" else ()
    with FaultSink(capabilities=("SIZE 1000000", "ENHANCEDSTATUSCODES", *offers)) as sink:
        yield sink
        assert not sink.violations


def test_hands_every_message_over_once(sink):
    mailing = Mailing.to(50, shard_size=7)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.handed_over, report.stopped) == (50, 50, None)
    assert sink.counts == dict.fromkeys(addresses(50), 1)
    mailing.check(sink.counts)


def test_sends_the_bytes_as_they_are(sink):
    mailing = Mailing.to(1)

    mailing.send_smtp(sink)

    (taken,) = sink.messages
    assert taken.sender == "news@news.example"
    assert taken.data.startswith(b"Message-ID: <1@news.example>\r\n")
    assert taken.data.endswith(b"Say when you have to go.\r\n")


def test_a_second_run_sends_nothing(sink):
    mailing = Mailing.to(5)
    mailing.send_smtp(sink)

    report = mailing.send_smtp(sink)

    assert report.handed_over == 0
    mailing.check(sink.counts)


def test_does_not_connect_when_there_is_nothing_to_send(sink):
    mailing = Mailing.to(0)

    report = mailing.send_smtp(sink)

    assert (report.handed_over, sink.connections) == (0, 0)


# -- a relay that cannot be used


@pytest.mark.parametrize(
    ("step", "action", "sentence"),
    [
        pytest.param("CONNECT", Drop(), "closed the connection at GREETING", id="drop at once"),
        pytest.param("EHLO", Drop(), "closed the connection at EHLO", id="drop at EHLO"),
        pytest.param("CONNECT", Say("554 5.7.1 no"), "does not serve us: 554", id="554"),
        pytest.param("CONNECT", Say("421 4.3.2 busy"), "does not serve us: 421", id="421"),
        pytest.param("EHLO", Say("421 4.3.2 busy"), "refuses our greeting: 421", id="421 at EHLO"),
        pytest.param("CONNECT", Say("", raw=b"SSH-2.0-x\r\n"), "no SMTP reply", id="SSH"),
        pytest.param(
            "CONNECT", Stall(5), "connected, but no greeting within 0.5 s", id="no greeting"
        ),
        pytest.param("EHLO", Stall(5), "no answer to EHLO within 0.5 s", id="no EHLO reply"),
    ],
)
def test_a_relay_that_serves_nobody_ends_the_run(sink, step, action, sentence):
    mailing = Mailing.to(5)
    sink.on(step, action)

    report = mailing.send_smtp(sink, smtp={"timeouts": _quick(0.5)})

    assert report.stopped is StopReason.RELAY
    assert sentence in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_relay_that_greets_no_more_is_not_waited_for_again(sink):
    mailing = Mailing.to(3)
    quick = replace(QUICK, greeting=0.5)
    smtp = {"connections": 1, "messages_per_connection": 1, "timeouts": quick}
    sink.on("CONNECT", Say("220 hello"), times=1)
    sink.on("CONNECT", Stall(5))

    report = mailing.send_smtp(sink, smtp=smtp)

    assert (report.accepted, report.stopped, sink.connections) == (1, StopReason.RELAY, 2)
    assert "check port and security: 465 is tls, 587 is starttls" in str(report.relay_error)


def test_a_port_where_nobody_listens_ends_the_run(sink):
    sink.__exit__()
    mailing = Mailing.to(5)

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert "no connection" in str(report.relay_error)
    assert f"127.0.0.1:{sink.port}" in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_connection_lost_at_the_terminator_is_told_in_words(sink):
    mailing = Mailing.to(1)
    sink.on(".", Drop())

    mailing.send_smtp(sink)

    (row,) = mailing.outbox.deliveries(ISSUE)
    assert row.reply == "the relay closed the connection at the end of the message"


# -- doubt


def test_doubt_counts_as_accepted_where_the_policy_says_so(sink):
    mailing = Mailing.to(5, policy=DoubtPolicy.ASSUME_ACCEPTED)
    sink.on(".", Drop(takes=True), to=FIRST)

    mailing.send_smtp(sink)

    assert set(mailing.states().values()) == {S.ACCEPTED}


# -- how much a connection carries


def test_a_connection_carries_no_more_messages_than_the_options_say(sink):
    mailing = Mailing.to(10)

    mailing.send_smtp(sink, smtp={"connections": 1, "messages_per_connection": 4})

    assert [message.connection for message in sink.messages] == [1] * 4 + [2] * 4 + [3] * 2
    assert len(sink.said("QUIT")) == 3


def test_a_connection_carries_no_more_messages_than_the_relay_says():
    with FaultSink(capabilities=("LIMITS MAILMAX=2 RCPTMAX=5",)) as sink:
        mailing = Mailing.to(5)

        mailing.send_smtp(sink, smtp={"connections": 1})

        assert [message.connection for message in sink.messages] == [1, 1, 2, 2, 3]


# -- refusals


def test_a_transaction_left_open_is_reset_before_the_next(sink):
    mailing = Mailing.to(3)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    mailing.send_smtp(sink, smtp={"connections": 1})

    verbs = [line.split()[0] for _, line in sink.commands]
    one_by_one = ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]
    in_groups = ["EHLO", *["RSET", "MAIL", "RCPT", "DATA"] * 2]
    assert verbs[: len(one_by_one)] == one_by_one or verbs[: len(in_groups)] == in_groups
    assert {message.recipient for message in sink.messages} == set(addresses(3)) - {FIRST}


def test_an_address_that_does_not_exist_is_suppressed(sink):
    mailing = Mailing.to(3)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    report = mailing.send_smtp(sink)

    assert report.rejected == 1
    assert set(mailing.outbox.suppressed) == {1}


def test_a_message_beyond_the_relays_size_is_not_sent():
    with FaultSink(capabilities=("SIZE 20",)) as sink:
        mailing = Mailing.to(5)

        report = mailing.send_smtp(sink)

        assert report.stopped is StopReason.RELAY
        assert "the relay takes 20" in str(report.relay_error)
        assert not report.pause_because
        assert not sink.said("MAIL")
        assert set(mailing.states().values()) == {S.QUEUED}


def test_a_refusal_in_the_middle_of_the_body_decides(sink):
    mailing = Mailing.to(4)
    sink.on("BODY", Say("552 5.2.3 too long"), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.rejected, report.in_doubt) == (3, 1, 0)
    mailing.check(sink.counts)


# -- 25, 28: what an old relay cannot do


def test_an_old_relay_that_knows_only_helo_will_do(sink):
    mailing = Mailing.to(3)
    sink.on("EHLO", Say("502 5.5.2 what?"))

    report = mailing.send_smtp(sink)

    assert report.accepted == 3
    assert sink.said("HELO")
    assert not any("SIZE" in line for line in sink.said("MAIL"))


def test_an_address_beyond_ascii_is_not_condemned_by_a_relay_that_cannot_write_it(sink):
    mailing = Mailing.to(2)
    mailing.outbox.freeze(ISSUE, [FIRST, "jörg@mail.example"])

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.rejected) == (1, 1)
    assert not mailing.outbox.suppressed


# -- LMTP


def test_speaks_lmtp(sink):
    mailing = Mailing.to(5)

    report = mailing.send_smtp(sink, smtp={"kind": Kind.LMTP})

    assert report.accepted == 5
    assert sink.said("LHLO")
    assert not sink.said("EHLO")


def test_names_itself_by_a_full_name_or_an_address(sink):
    Mailing.to(1).send_smtp(sink, smtp={"connections": 1})

    (line,) = sink.said("EHLO")
    assert "." in line
    assert line.isascii()


def _quick(seconds: float, **changes: float) -> Timeouts:
    same = dict.fromkeys(("connect", "greeting", "command", "data", "block", "final"), seconds)
    return replace(QUICK, **{**same, **changes})


def test_a_port_where_nobody_listens_ends_a_run_of_fewer_messages_than_connections(sink):
    sink.__exit__()

    report = Mailing.to(1).send_smtp(sink, smtp={"connections": 4})

    assert report.stopped is StopReason.RELAY
