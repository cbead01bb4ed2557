"""A small domain that denies all its readers condemns none of them at once, and pauses nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pipeline.delivery.domains import Domains
from pipeline.delivery.parcel import Parcel
from pipeline.delivery.smtp.replies import Reply
from pipeline.model.delivery import DeliveryState
from pipeline.model.subscriber import Strike
from tests.factories import NOON
from tests.fakes import FakeClock
from tests.sending import ISSUE, Mailing
from tests.simulated_relay import TAKEN, SimulatedRelay, say

GONE = say(550, "5.1.1", "user unknown")
FIRM = "@firm.example"


def mailing_to(firm: int, elsewhere: int) -> Mailing:
    mailing = Mailing.to(0)
    mailing.outbox.freeze(
        ISSUE,
        [f"r{number}@mail-{number}.example" for number in range(elsewhere)]
        + [f"f{number}{FIRM}" for number in range(firm)],
    )
    return mailing


def send(mailing: Mailing, denies: Callable[[Parcel], bool]):
    assert isinstance(mailing.clock, FakeClock)

    def reply(parcel: Parcel) -> Reply:
        return GONE if denies(parcel) else TAKEN

    return mailing.send(SimulatedRelay(mailing.clock, reply=reply))


def at_the_firm(parcel: Parcel) -> bool:
    return parcel.recipient.address.endswith(FIRM)


@pytest.mark.parametrize(("firm", "elsewhere"), [(5, 20), (60, 240), (60, 900)])
def test_a_domain_that_denies_all_its_readers_condemns_none(firm, elsewhere):
    mailing = mailing_to(firm, elsewhere)

    report = send(mailing, at_the_firm)

    assert (report.pause_because, report.accepted, report.rejected) == ("", elsewhere, firm)
    assert mailing.outbox.suppressed == {}
    (remark,) = report.remarks
    assert remark == (
        f"firm.example denied all {firm} of its readers that were tried, so it may be out of order;"
        " they are given up when 3 issues in a row, over 14 days or more, were refused so"
    )


def test_a_domain_that_is_most_of_the_list_for_a_while_pauses_the_issue():
    mailing = mailing_to(900, 100)

    report = send(mailing, at_the_firm)

    assert "says of most readers that they do not exist" in report.pause_because
    assert (report.accepted, report.rejected) == (100, 0)
    assert mailing.outbox.suppressed == {}


def test_four_may_all_have_left():
    mailing = mailing_to(4, 30)

    report = send(mailing, at_the_firm)

    assert len(mailing.outbox.suppressed) == 4
    assert report.remarks == ()


def test_a_domain_that_takes_a_message_knows_whom_it_denies():
    mailing = mailing_to(20, 30)
    last = "f19@firm.example"

    send(mailing, lambda it: at_the_firm(it) and it.recipient.subscriber_id % 2 == 0)

    assert mailing.states()[last] in {DeliveryState.REJECTED, DeliveryState.ACCEPTED}
    assert len(mailing.outbox.suppressed) == 10


def test_a_company_that_is_gone_is_given_up_after_three_issues_and_two_weeks():
    mailing = mailing_to(30, 90)
    for reader in range(91, 121):
        mailing.outbox.strikes[reader] = {
            number: Strike(issue=number, reason="address_dead", at=NOON - timedelta(days=days))
            for number, days in ((-1, 14), (0, 7))
        }

    send(mailing, at_the_firm)

    # But for those whom it denied before it was clear that it denies everybody.
    assert len(mailing.outbox.suppressed) == 26


def test_a_list_that_is_bad_at_its_start_is_still_paused():
    mailing = mailing_to(60, 400)

    report = send(mailing, lambda it: at_the_firm(it) or it.recipient.subscriber_id % 10 == 0)

    assert report.pause_because.startswith("26 of the first ")


def test_names_of_domains_are_kept_for_those_that_deny_somebody():
    domains = Domains()
    for number in range(1_000):
        domains.take(f"mail-{number}.example")

    assert domains.deny("mail-1.example", 1) is None
    assert len(domains._denials) == 1
