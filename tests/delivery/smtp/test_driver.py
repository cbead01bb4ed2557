"""The driver against a relay that does wrong; numbers are those of the fault list."""

from dataclasses import replace

import pytest

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.options import Kind, Timeouts
from pipeline.model.delivery import DeliveryState, DoubtPolicy, Recipient
from pipeline.model.message import Envelope, Message
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.sending import ISSUE, QUICK, Mailing, addresses, compose

S = DeliveryState
FIRST = "reader-1@mail.example"


def long_message(recipient: Recipient) -> tuple[Envelope, Message]:
    """Write a message that no socket's buffers hold: it is never out before the relay reads."""
    envelope, message = compose(recipient)
    return envelope, Message(message.message_id, message.data + (b"x" * 76 + b"\r\n") * 200_000)


@pytest.fixture
def sink():
    with FaultSink() as sink:
        yield sink


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


# -- 11: a connection lost before the terminator


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY"])
def test_a_message_whose_connection_is_lost_is_sent_again_at_once(sink, step):
    mailing = Mailing.to(5)
    sink.capabilities = ()
    sink.on(step, Drop(), times=1)

    report = mailing.send_smtp(sink, compose=long_message)

    assert (report.accepted, report.deferred, report.in_doubt) == (5, 0, 0)
    mailing.check(sink.counts)


@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY"])
def test_a_message_that_loses_its_connection_twice_is_deferred(sink, step):
    mailing = Mailing.to(5)
    sink.capabilities = ()
    sink.on(step, Drop(), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"connections": 1}, compose=long_message)

    assert (report.accepted, report.deferred, report.in_doubt) == (4, 1, 0)
    assert mailing.states()[FIRST] is S.DEFERRED
    mailing.check(sink.counts)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO"])
def test_one_connection_that_fails_is_made_again(sink, step):
    mailing = Mailing.to(20)
    sink.on(step, Drop(), times=1)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.stopped) == (20, None)


@pytest.mark.parametrize(
    ("step", "action", "sentence"),
    [
        pytest.param("CONNECT", Drop(), "closed the connection at GREETING", id="drop at once"),
        pytest.param("EHLO", Drop(), "closed the connection at EHLO", id="drop at EHLO"),
        pytest.param("CONNECT", Say("554 5.7.1 no"), "does not serve us: 554", id="554"),
        pytest.param("CONNECT", Say("421 4.3.2 busy"), "does not serve us: 421", id="421"),
        pytest.param("EHLO", Say("421 4.3.2 busy"), "refuses our greeting: 421", id="421 at EHLO"),
        pytest.param("CONNECT", Say("", raw=b"SSH-2.0-x\r\n"), "no SMTP reply", id="SSH"),
        pytest.param("CONNECT", Stall(5), "no answer to GREETING within 0.5 s", id="no greeting"),
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


def test_a_port_where_nobody_listens_ends_the_run(sink):
    sink.__exit__()
    mailing = Mailing.to(5)

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert "no connection" in str(report.relay_error)
    assert f"127.0.0.1:{sink.port}" in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_relay_that_drops_every_message_is_given_up(sink):
    mailing = Mailing.to(200)
    sink.on("RCPT", Drop())

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert sink.connections <= 8
    assert S.QUEUED in set(mailing.states().values())


def test_a_relay_that_takes_fewer_connections_than_we_want_is_used_all_the_same(sink):
    mailing = Mailing.to(30)
    sink.on("CONNECT", Say("421 4.7.0 too many connections", drop=True), after=1)

    report = mailing.send_smtp(sink, smtp={"connections": 4})

    assert (report.accepted, report.stopped) == (30, None)


# -- 13, 14: a connection lost after the terminator


@pytest.mark.parametrize("takes", [pytest.param(True, id="13 kept"), pytest.param(False, id="14")])
def test_a_lost_reply_is_doubt_and_is_not_sent_again(sink, takes):
    mailing = Mailing.to(5)
    sink.on(".", Drop(takes=takes), to=FIRST)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.in_doubt) == (4, 1)
    assert mailing.states()[FIRST] is S.IN_DOUBT
    assert sink.counts[FIRST] == takes
    mailing.check(sink.counts, doubt=1)
    assert mailing.send_smtp(sink).handed_over == 0


def test_doubt_is_sent_again_where_the_policy_says_so(sink):
    mailing = Mailing.to(5, policy=DoubtPolicy.RESEND)
    sink.on(".", Drop(), to=FIRST, times=1)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.in_doubt) == (5, 1)
    assert mailing.states()[FIRST] is S.ACCEPTED


def test_doubt_counts_as_accepted_where_the_policy_says_so(sink):
    mailing = Mailing.to(5, policy=DoubtPolicy.ASSUME_ACCEPTED)
    sink.on(".", Drop(takes=True), to=FIRST)

    mailing.send_smtp(sink)

    assert set(mailing.states().values()) == {S.ACCEPTED}


def test_a_relay_that_never_answers_a_terminator_is_given_up_soon(sink):
    mailing = Mailing.to(500)
    sink.on(".", Drop())

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.PAUSED
    # Three in a row, and what the other connection had in hand when the third was lost.
    assert 3 <= report.in_doubt <= 4
    mailing.check(sink.counts, doubt=4)


# -- 15 to 17: the reply to the terminator takes its time


def test_a_reply_in_single_bytes_is_read(sink):
    mailing = Mailing.to(3)
    sink.on(".", Say("250 2.0.0 taken", byte_by_byte=0.002))

    assert mailing.send_smtp(sink).accepted == 3


def test_a_late_reply_is_waited_for(sink):
    mailing = Mailing.to(2)
    sink.on(".", Stall(0.5), times=1)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.in_doubt) == (2, 0)


def test_a_reply_that_comes_too_late_is_doubt(sink):
    mailing = Mailing.to(2)
    sink.on(".", Stall(1.5), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"timeouts": _quick(2, final=0.5)})

    assert (report.accepted, report.in_doubt) == (1, 1)
    mailing.check(sink.counts, doubt=1)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_stall_before_the_terminator_is_no_doubt(sink, step):
    mailing = Mailing.to(2)
    sink.on(step, Stall(1.5), to=FIRST if step != "MAIL" else "", times=1)
    quick = _quick(2, command=0.5, data=0.5)

    report = mailing.send_smtp(sink, smtp={"connections": 1, "timeouts": quick})

    assert (report.accepted, report.in_doubt) == (2, 0)
    mailing.check(sink.counts)


# -- 18, 19: closes


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_421_inside_a_transaction_defers_that_message(sink, step):
    mailing = Mailing.to(6)
    sink.on(step, Say("421 4.3.2 going down", drop=True), times=1)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.deferred, report.in_doubt) == (5, 1, 0)
    mailing.check(sink.counts)


def test_a_421_at_the_terminator_decides(sink):
    mailing = Mailing.to(3)
    sink.on(".", Say("421 4.3.2 going down", drop=True), to=FIRST)

    report = mailing.send_smtp(sink)

    assert (report.accepted, report.deferred, report.in_doubt) == (2, 1, 0)
    assert mailing.states()[FIRST] is S.DEFERRED


def test_a_421_between_messages_is_heard(sink):
    mailing = Mailing.to(6)
    sink.on("IDLE", Say("421 4.4.2 idle", drop=True), times=2)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.deferred, report.stopped) == (6, 0, None)
    assert sink.connections == 3


def test_a_421_instead_of_mail_after_some_messages_is_normal(sink):
    mailing = Mailing.to(6)
    sink.on("MAIL", Say("421 4.7.0 that was enough", drop=True), after=2, times=1)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.deferred) == (6, 0)


def test_a_silent_close_after_some_messages_is_normal():
    with FaultSink(rotation=3) as sink:
        mailing = Mailing.to(40)

        report = mailing.send_smtp(sink)

        assert (report.accepted, report.deferred, report.stopped) == (40, 0, None)
        mailing.check(sink.counts)


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


# -- 20 to 23, 27, 29: refusals


@pytest.mark.parametrize("step", ["RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param("450 4.2.0 later", S.DEFERRED, id="4yz"),
        pytest.param("550 5.2.0 never", S.REJECTED, id="5yz"),
        pytest.param("550", S.REJECTED, id="5yz without text"),
    ],
)
def test_a_refusal_concerns_its_own_reader_only(sink, step, reply, state):
    mailing = Mailing.to(6)
    sink.on(step, Say(reply), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert report.accepted == 5
    assert mailing.states()[FIRST] is state
    assert sink.connections == 1
    mailing.check(sink.counts)


def test_a_transaction_left_open_is_reset_before_the_next(sink):
    mailing = Mailing.to(3)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    mailing.send_smtp(sink, smtp={"connections": 1})

    verbs = [line.split()[0] for _, line in sink.commands]
    assert verbs[1:5] == ["MAIL", "RCPT", "RSET", "MAIL"]
    assert {message.recipient for message in sink.messages} == set(addresses(3)) - {FIRST}


def test_an_address_that_does_not_exist_is_suppressed(sink):
    mailing = Mailing.to(3)
    sink.on("RCPT", Say("550 5.1.1 no such user"), to=FIRST)

    report = mailing.send_smtp(sink)

    assert report.rejected == 1
    assert set(mailing.outbox.suppressed) == {1}


def test_a_refused_sender_ends_the_run_and_touches_nobody(sink):
    mailing = Mailing.to(20)
    sink.on("MAIL", Say("550 5.1.8 who are you"))

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert "550 5.1.8 who are you" in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}


def test_a_message_beyond_the_relays_size_is_not_sent():
    with FaultSink(capabilities=("SIZE 20",)) as sink:
        mailing = Mailing.to(5)

        report = mailing.send_smtp(sink)

        assert report.stopped is StopReason.RELAY
        assert "the relay takes 20" in str(report.relay_error)
        assert report.pause_because
        assert not sink.said("MAIL")
        assert set(mailing.states().values()) == {S.QUEUED}


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"what?\r\n", id="no code"),
        pytest.param(b"250 " + b"x" * 1_000_000 + b"\r\n", id="1 MB"),
        pytest.param(b"250 ok\r\n250 and ok\r\n", id="a reply too many"),
    ],
)
def test_a_connection_that_talks_junk_is_left(sink, step, junk):
    mailing = Mailing.to(4)
    sink.on(step, Say("", raw=junk), times=1)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.in_doubt) == (4, 0)
    mailing.check(sink.counts)


def test_junk_after_the_terminator_is_doubt(sink):
    mailing = Mailing.to(4)
    sink.on(".", Say("2", raw=b"what?\r\n"), to=FIRST)

    report = mailing.send_smtp(sink, smtp={"connections": 1})

    assert (report.accepted, report.in_doubt) == (3, 1)
    mailing.check(sink.counts, doubt=1)


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


# -- 32, 33: a relay that says later to everybody


def test_greylisting_defers_everybody(sink):
    mailing = Mailing.to(30)
    sink.on("RCPT", Say("450 4.2.0 greylisted"))

    report = mailing.send_smtp(sink)

    assert (report.deferred, report.stopped) == (30, None)
    assert sink.connections == 2
    mailing.check(sink.counts)


def test_a_relay_that_throttles_everybody_is_left_alone_soon(sink):
    mailing = Mailing.to(300)
    sink.on("MAIL", Say("421 4.7.28 too fast", drop=True))

    report = mailing.send_smtp(sink)

    assert report.stopped is StopReason.RELAY
    assert report.deferred <= 6
    mailing.check(sink.counts)


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
