"""A relay that can do less than others, or less than it says."""

from contextlib import closing

import pytest

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.options import Kind, Security
from pipeline.model.delivery import DeliveryState
from tests.fault_sink import Say
from tests.faults.mailing import IN_CHUNKS, Mailing
from tests.sending import addresses
from tests.store import ledgers

S = DeliveryState


@pytest.mark.fault(24)
def test_what_is_withdrawn_after_starttls_is_not_used(make_mailing, sink, served, ca_file):
    sink.tls, sink.capabilities_in_tls = served, ("SIZE 40000000",)
    mailing = make_mailing(smtp={"security": Security.STARTTLS, "ca_file": ca_file})

    report = mailing.run()

    assert (report.accepted, report.stopped) == (20, None)
    assert not sink.said("BDAT")
    mailing.settle()


@pytest.mark.fault(24)
@pytest.mark.parametrize("manner", [IN_CHUNKS], indirect=True)
def test_what_is_offered_only_after_starttls_is_used_there(make_mailing, sink, served, ca_file):
    sink.tls, sink.capabilities = served, ("SIZE 5",)
    sink.capabilities_in_tls = IN_CHUNKS.capabilities
    mailing = make_mailing(smtp={"security": Security.STARTTLS, "ca_file": ca_file})

    assert mailing.run().accepted == 20
    mailing.settle()


@pytest.mark.fault(25)
def test_an_old_relay_that_knows_only_helo_will_do(mailing, sink):
    sink.on("EHLO", Say("502 5.5.2 what?"))

    report = mailing.run()

    assert (report.accepted, report.stopped) == (20, None)
    assert not any("SIZE" in line for line in sink.said("MAIL"))
    mailing.settle()


@pytest.mark.fault(26)
@pytest.mark.parametrize("manner", [IN_CHUNKS], indirect=True)
@pytest.mark.parametrize("is_ignorant", [True, False], ids=["octets are commands", "octets read"])
@pytest.mark.parametrize("code", ["502 5.5.1 what?", "503 5.5.1 not now"])
def test_a_relay_that_breaks_its_word_about_chunks_gets_the_issue_all_the_same(
    mailing, sink, code, is_ignorant
):
    sink.on("BDAT", Say(code, is_ignorant=is_ignorant))

    report = mailing.run()

    assert (report.in_doubt, report.rejected, report.stopped) == (0, 0, None)
    assert not report.pause_because
    # It stays so: the next run finds out again.
    sink.join()
    mailing.check()
    for _ in range(5):
        mailing.clock.advance(3600)
        mailing.run()
    assert set(mailing.states().values()) == {S.ACCEPTED}


@pytest.mark.fault(26)
@pytest.mark.parametrize("manner", [IN_CHUNKS], indirect=True)
def test_a_chunk_refused_now_and_then_mixes_nothing_up(make_mailing, sink):
    mailing = make_mailing(100)
    for after in (3, 20, 50):
        sink.on("BDAT", Say("452 4.3.1 no room"), times=1, after=after)

    report = mailing.run()

    assert (report.in_doubt, report.rejected) == (0, 0)
    mailing.settle()


@pytest.mark.fault(27)
def test_a_message_beyond_the_relays_size_is_not_sent(make_mailing, sink):
    sink.capabilities = ("SIZE 20", *sink.capabilities[1:])
    mailing = make_mailing()

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert "the relay takes 20" in str(report.relay_error)
    assert "552" not in str(report.relay_error)
    assert "attach no images" in report.relay_error.remedy
    assert not report.pause_because
    assert not sink.said("MAIL")
    assert set(mailing.states().values()) == {S.QUEUED}


@pytest.mark.fault(28)
def test_a_relay_without_8bitmime_gets_seven_bits(mailing, sink):
    mailing.run()

    assert all(it.data.isascii() for it in sink.messages)
    assert not any("BODY=" in line for line in sink.said("MAIL"))
    mailing.settle()


@pytest.mark.fault(28)
def test_an_address_beyond_ascii_is_not_condemned_where_it_cannot_be_written(
    tmp_path, sink, manner
):
    readers = [*addresses(3), "jörg@mail.example"]
    ledgers.on_sqlite(tmp_path, readers).store.close()
    with closing(Mailing(folder=tmp_path, sink=sink, manner=manner)) as mailing:
        mailing.run()

        assert mailing.states()["jörg@mail.example"] is S.REJECTED
        assert mailing.condemned() == 0
        mailing.settle(refused=1)


@pytest.mark.fault(28)
def test_an_address_beyond_ascii_gets_it_where_it_can_be_written(tmp_path, sink, manner):
    sink.capabilities = (*sink.capabilities, "SMTPUTF8", "8BITMIME")
    readers = [*addresses(3), "jörg@mail.example"]
    ledgers.on_sqlite(tmp_path, readers).store.close()
    with closing(Mailing(folder=tmp_path, sink=sink, manner=manner)) as mailing:
        mailing.run()

        assert sink.counts == dict.fromkeys(readers, 1)
        mailing.settle()


@pytest.mark.fault(13, 22, 23)
@pytest.mark.parametrize("reply", ["250 2.0.0 ok", "452 4.2.2 full", "550 5.2.0 never"])
def test_lmtp_answers_for_its_one_recipient(make_mailing, sink, reply):
    mailing = make_mailing(smtp={"kind": Kind.LMTP})
    sink.on(".", Say(reply), to=addresses(1)[0])

    mailing.run()

    assert sink.said("LHLO")
    mailing.settle(refused=reply[0] == "5")
