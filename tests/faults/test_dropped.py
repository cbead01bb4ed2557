"""A connection that is lost: only the terminator makes doubt."""

import pytest

from pipeline.delivery.report import StopReason
from pipeline.model.delivery import DeliveryState, DoubtPolicy
from tests.fault_sink import Drop, Say
from tests.faults.mailing import FIRST, long_letter
from tests.sending import addresses

S = DeliveryState


@pytest.mark.fault(11)
@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_lost_once_before_the_body_loses_nobody(mailing, manner, step, resets):
    drop = Drop(resets=resets, swallows=resets)
    mailing.on(step, drop, times=1)

    report = mailing.run()

    assert (report.accepted + report.in_doubt, report.stopped) == (20, None)
    assert report.in_doubt <= manner.early_doubt
    mailing.settle(doubt=report.in_doubt)


@pytest.mark.fault(11)
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_relay_that_always_drops_before_the_body_is_given_up(mailing, sink, manner, step):
    mailing.on(step, Drop())

    report = mailing.run()

    assert report.stopped in {StopReason.RELAY, StopReason.PAUSED}
    assert sink.connections <= 8
    assert not sink.messages
    doubt = report.in_doubt
    assert doubt <= manner.early_doubt
    assert mailing.settle(doubt=doubt)[S.ACCEPTED] == 20 - doubt


@pytest.mark.fault(11)
@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY"])
def test_a_reader_whose_message_is_dropped_each_time_holds_up_nobody(mailing, manner, step):
    mailing.on(step, Drop(), to=FIRST)

    report = mailing.run(smtp={"connections": 1})

    assert report.in_doubt <= (manner.window if step == "BODY" else manner.early_doubt)
    assert report.stopped is None
    assert mailing.states()[FIRST] in (
        {S.DEFERRED} if manner.window == 1 else {S.DEFERRED, S.IN_DOUBT}
    )
    mailing.settle(doubt=report.in_doubt)


@pytest.mark.fault(12)
@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("octets", [1, 4096, 500_000])
def test_a_connection_lost_in_the_body_is_no_doubt(make_mailing, sink, octets, resets):
    mailing = make_mailing(4)
    sink.on("BODY", Drop(resets=resets), at_byte=octets, to=FIRST, times=1)

    report = mailing.run(compose=long_letter)

    assert (report.accepted, report.in_doubt) == (4, 0)
    assert sink.abandoned == 1
    mailing.settle()


@pytest.mark.fault(12)
def test_a_connection_lost_when_all_of_the_body_may_be_out_is_doubt_at_most(mailing, sink, manner):
    sink.on("BODY", Drop(), to=FIRST)

    report = mailing.run()

    assert report.in_doubt <= manner.window
    mailing.settle(doubt=manner.window)


@pytest.mark.fault(13, 14)
@pytest.mark.parametrize("takes", [True, False], ids=["13 kept", "14 not kept"])
def test_a_lost_reply_is_doubt_and_is_not_sent_again(mailing, sink, manner, takes):
    sink.on(".", Drop(takes=takes), to=FIRST)

    report = mailing.run()

    assert 1 <= report.in_doubt <= manner.window
    assert mailing.states()[FIRST] is S.IN_DOUBT
    assert sink.counts[FIRST] == takes
    assert mailing.settle(doubt=manner.window)[S.IN_DOUBT] == report.in_doubt
    assert sink.counts[FIRST] == takes


@pytest.mark.fault(13, 14)
@pytest.mark.parametrize("takes", [True, False], ids=["13 kept", "14 not kept"])
def test_replies_lost_with_those_of_the_group_before_stay_within_the_bound(
    mailing, sink, manner, takes
):
    sink.on(".", Drop(takes=takes, swallows=True, resets=True), times=1, after=6)

    mailing.run()

    assert mailing.settle(doubt=manner.doubt)[S.IN_DOUBT] <= manner.doubt


@pytest.mark.fault(14)
def test_doubt_is_sent_again_where_the_policy_says_so(make_mailing, sink):
    mailing = make_mailing(policy=DoubtPolicy.RESEND)
    sink.on(".", Drop(), to=FIRST, times=1)

    mailing.run()

    assert mailing.settle() == {S.ACCEPTED: 20}


@pytest.mark.fault(13)
def test_a_message_whose_reply_is_always_lost_goes_out_twice_at_most_and_not_at_once(
    make_mailing, sink
):
    mailing = make_mailing(policy=DoubtPolicy.RESEND)
    sink.on(".", Drop(takes=True), to=FIRST)

    copies = []
    for _ in range(6):
        mailing.run()
        copies.append(sink.counts[FIRST])
        mailing.clock.advance(200)

    assert copies[0] == 1
    assert copies[-1] == 2
    states = mailing.states()
    assert states.pop(FIRST) is S.IN_DOUBT
    assert set(states.values()) == {S.ACCEPTED}


@pytest.mark.fault(13, 14)
@pytest.mark.parametrize("takes", [True, False], ids=["13 kept", "14 not kept"])
def test_a_relay_that_never_answers_a_terminator_is_given_up_soon(
    make_mailing, sink, manner, takes
):
    mailing = make_mailing(200)
    sink.on(".", Drop(takes=takes))

    report = mailing.run()

    assert report.stopped in {StopReason.PAUSED, StopReason.RELAY}
    # Three in a row, or a window of each connection, and what others had in hand then.
    assert 3 <= report.in_doubt <= 2 * manner.doubt
    mailing.settle(doubt=2 * manner.doubt)


@pytest.mark.fault(19)
@pytest.mark.parametrize("rotation", [1, 20])
def test_a_silent_close_after_some_messages_is_normal(make_mailing, sink, manner, rotation):
    mailing = make_mailing(40 if rotation == 1 else 100)
    sink.rotation = rotation

    report = mailing.run()

    assert report.stopped is None
    doubt = report.in_doubt
    assert doubt == 0 or manner.window > 1
    mailing.settle(doubt=doubt)


@pytest.mark.fault(18)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "RSET"])
def test_a_421_inside_a_group_concerns_one_message_at_most(mailing, manner, step):
    goodbye = Say("421 4.3.2 going down", drop=True)
    mailing.on(step, goodbye, times=1, after=3)

    report = mailing.run(smtp={"connections": 1})

    # In the place of RSET or MAIL it is how relays end a connection after some messages.
    assert report.deferred <= (step in {"RCPT", "DATA"})
    assert report.in_doubt <= manner.early_doubt
    # Who was put off may have been sent to later in the same run.
    assert 20 - report.deferred <= report.accepted + report.in_doubt <= 20
    mailing.settle(doubt=report.in_doubt)


@pytest.mark.fault(18)
def test_a_421_after_the_terminator_decides(mailing, sink, manner):
    sink.on(".", Say("421 4.3.2 going down", drop=True), to=FIRST)

    report = mailing.run()

    assert mailing.states()[FIRST] is S.DEFERRED
    assert report.in_doubt < manner.window
    mailing.settle(doubt=report.in_doubt)
    assert sink.counts[FIRST] == 1


@pytest.mark.fault(18)
def test_a_421_between_two_messages_is_heard(mailing, sink, manner):
    sink.on("IDLE", Say("421 4.4.2 idle", drop=True), times=2)

    report = mailing.run(smtp={"connections": 1})

    assert (report.deferred, report.stopped) == (0, None)
    assert report.in_doubt < manner.window
    mailing.settle(doubt=report.in_doubt)


@pytest.mark.fault(11)
def test_a_relay_that_takes_fewer_connections_than_we_want_is_used_all_the_same(mailing, sink):
    sink.on("CONNECT", Say("421 4.7.0 too many connections", drop=True), after=1)

    assert mailing.run(smtp={"connections": 4}).stopped is None
    assert sink.counts == dict.fromkeys(addresses(20), 1)
    mailing.settle()
