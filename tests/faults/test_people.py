"""Readers, editors and operators who act while an issue goes out."""

import contextlib

import pytest

from pipeline.delivery.report import StopReason
from pipeline.errors import ConflictError
from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueEvent, IssueState
from tests.fault_sink import Do
from tests.faults.mailing import Mailing, own_sender
from tests.sending import ISSUE, addresses

S = DeliveryState


@pytest.mark.fault(46)
@pytest.mark.parametrize("when", ["composed", "in the body"])
def test_a_reader_who_leaves_before_the_terminator_gets_nothing(mailing, sink, manner, when):
    twelfth = addresses(12)[-1]

    def leave() -> None:
        mailing.store.subscribers.unsubscribe(12, now=mailing.clock.now())

    def compose(recipient):
        if recipient.subscriber_id == 12 and when == "composed":
            leave()
        return own_sender(recipient)

    if when == "in the body":
        # RCPT is answered before anything of the message is asked for.
        sink.on("RCPT", Do(leave), to=twelfth, times=1)

    report = mailing.run(compose=compose)

    mailing.check()
    if manner.window > 1 and sink.counts[twelfth]:
        return  # in a stream of messages, RCPT may be heard after the terminator was written
    assert (report.accepted, report.suppressed, report.in_doubt) == (19, 1, 0)
    assert mailing.states()[twelfth] is S.SUPPRESSED
    assert sink.counts == dict.fromkeys(set(addresses(20)) - {twelfth}, 1)


@pytest.mark.fault(47)
def test_an_issue_that_is_withdrawn_stops_at_the_next_hand_over(make_mailing, sink, manner):
    mailing = make_mailing(60)
    taken = []

    def withdraw() -> None:
        mailing.step(IssueEvent.STOP)
        taken.append(len(sink.messages))

    sink.on(".", Do(withdraw), times=1, after=9)

    report = mailing.run()
    mailing.store.issues.cancel_rest(ISSUE, mailing.clock.now())

    assert report.stopped is StopReason.STOPPED
    assert len(sink.messages) <= taken[0] + manner.doubt
    mailing.check()
    assert set(mailing.states().values()) == {S.ACCEPTED, S.CANCELLED}
    with pytest.raises(ConflictError):
        mailing.step(IssueEvent.RESUME)
    assert mailing.run().handed_over == 0


@pytest.mark.fault(48)
def test_an_issue_that_is_paused_again_and_again_reaches_everybody_once(make_mailing, sink):
    mailing = make_mailing(20)
    sink.on(".", Do(lambda: _pause(mailing)), after=5)
    runs = 0

    while S.QUEUED in set(mailing.states().values()):
        report = mailing.run()
        runs += 1
        assert report.in_doubt == 0
        mailing.check()
        if mailing.store.issues.get(ISSUE).state is IssueState.PAUSED:
            assert mailing.run().handed_over == 0, "it is paused"
            mailing.step(IssueEvent.RESUME)

    assert runs > 2
    mailing.settle()
    assert sink.counts == dict.fromkeys(addresses(20), 1)


@pytest.mark.fault(48)
def test_an_issue_that_is_stopped_while_paused_stays_so(mailing, sink):
    sink.on(".", Do(lambda: _pause(mailing)), times=1, after=5)
    mailing.run()

    mailing.step(IssueEvent.STOP)
    for event in (IssueEvent.RESUME, IssueEvent.PAUSE):
        with pytest.raises(ConflictError):
            mailing.step(event)
    mailing.store.issues.cancel_rest(ISSUE, mailing.clock.now())

    assert mailing.run().handed_over == 0
    mailing.check()
    assert set(mailing.states().values()) == {S.ACCEPTED, S.CANCELLED}


def _pause(mailing: Mailing) -> None:
    # The other connection may have done it already.
    with contextlib.suppress(ConflictError):
        mailing.step(IssueEvent.PAUSE)
