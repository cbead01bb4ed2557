"""TLS that is not to be trusted, and a login that is refused: nothing is said in clear."""

import ssl
from dataclasses import replace

import pytest
import trustme

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.options import Security
from pipeline.model.delivery import DeliveryState
from tests.factories import NOON
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.faults.conftest import serve
from tests.faults.mailing import PATIENT, Mailing

S = DeliveryState
STARTTLS, TLS = Security.STARTTLS, Security.TLS
LOGIN = {"username": "me", "password": "secret"}


@pytest.fixture(params=[STARTTLS, TLS])
def security(request):
    return request.param


@pytest.mark.fault(30)
@pytest.mark.parametrize("fault", ["expired", "wrong name", "unknown authority"])
def test_a_certificate_that_cannot_be_verified_ends_the_run(  # noqa: PLR0917 - fixtures
    make_mailing, sink, authority, ca_file, security, fault
):
    certificate = {
        "expired": authority.issue_cert("127.0.0.1", not_after=NOON.replace(year=2020)),
        "wrong name": authority.issue_cert("relay.example"),
        "unknown authority": trustme.CA().issue_cert("127.0.0.1"),
    }[fault]
    sink.tls, sink.implicit_tls, sink.accounts = serve(certificate), security is TLS, {"me": "x"}
    mailing = make_mailing(smtp={"security": security, "ca_file": ca_file, **LOGIN})

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert "not to be trusted" in str(report.relay_error)
    assert not sink.said("AUTH")
    assert not sink.said("MAIL")
    assert set(mailing.states().values()) == {S.QUEUED}
    _mend(mailing, sink, serve(authority.issue_cert("127.0.0.1")))


@pytest.mark.fault(11, 30)
@pytest.mark.parametrize(
    ("step", "action"),
    [
        pytest.param("EHLO", Say("250 sink.example"), id="stripped"),
        pytest.param("STARTTLS", Say("454 4.7.0 not now"), id="454"),
        pytest.param("STARTTLS", Drop(), id="drop"),
        pytest.param("HANDSHAKE", Drop(), id="drop at the handshake"),
        pytest.param("HANDSHAKE", Stall(5), id="stalled handshake"),
        pytest.param("AUTH", Drop(), id="drop at AUTH"),
    ],
)
def test_what_fails_before_the_first_message_never_falls_back_to_clear(  # noqa: PLR0917 - fixtures
    make_mailing, sink, served, ca_file, step, action
):
    sink.tls, sink.accounts = served, {"me": "secret"}
    sink.on(step, action)
    quick = replace(PATIENT, connect=0.5)
    settings = {"security": STARTTLS, "ca_file": ca_file, "timeouts": quick, **LOGIN}
    mailing = make_mailing(smtp=settings)

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert not sink.said("MAIL")
    assert set(mailing.states().values()) == {S.QUEUED}
    mailing.smtp["timeouts"] = PATIENT
    _mend(mailing, sink, served)


@pytest.mark.fault(30)
def test_what_somebody_says_before_the_handshake_is_not_believed(
    make_mailing, sink, served, ca_file
):
    sink.tls = served
    sink.on("STARTTLS", Say("220", raw=b"220 go\r\n250-evil.example\r\n250 SIZE 1\r\n"))
    mailing = make_mailing(smtp={"security": STARTTLS, "ca_file": ca_file})

    report = mailing.run()

    assert (report.accepted, report.stopped) == (20, None)
    mailing.settle()


@pytest.mark.fault(31)
@pytest.mark.parametrize("reply", ["535 5.7.8 no such login", "454 4.7.0 later", "334 bW9yZQ=="])
def test_a_login_that_is_refused_ends_the_run_and_touches_nobody(  # noqa: PLR0917 - fixtures
    make_mailing, sink, served, ca_file, security, reply
):
    sink.tls, sink.implicit_tls, sink.accounts = served, security is TLS, {"me": "secret"}
    sink.on("AUTH", Say(reply))
    mailing = make_mailing(smtp={"security": security, "ca_file": ca_file, **LOGIN})

    report = mailing.run()

    assert report.stopped is StopReason.RELAY
    assert "secret" not in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}
    _mend(mailing, sink, served)


def _mend(mailing: Mailing, sink: FaultSink, context: ssl.SSLContext) -> None:
    sink.tls, sink.accounts = context, {"me": "secret"}
    assert mailing.settle() == {S.ACCEPTED: 20}
