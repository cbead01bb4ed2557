"""A Postfix that takes mail from who logs in under TLS, and asks Dovecot about the password."""

import re

import pytest
import trustme

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.logins import Auth
from pipeline.delivery.smtp.options import Security
from pipeline.model.delivery import DeliveryState
from pipeline.store.memory import MemoryOutbox
from tests import postfix
from tests.mtas import arrivals
from tests.mtas.dovecot import PASSWORD, Dovecot
from tests.mtas.ways import lead_to, new_domain
from tests.sending import ISSUE, Mailing

S = DeliveryState

LOGIN = {"username": "reader", "password": PASSWORD}


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def submission(servers, authority, tmp_path_factory):
    dovecot = servers("Dovecot")
    assert isinstance(dovecot, Dovecot)
    certificate = tmp_path_factory.mktemp("submission") / "certificate.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    settings = {
        "smtpd_tls_chain_files": str(certificate),
        "smtpd_tls_security_level": "encrypt",
        "smtpd_tls_auth_only": "yes",
        "smtpd_tls_loglevel": "1",
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": f"inet:127.0.0.1:{dovecot.auth_port}",
        "smtpd_relay_restrictions": "permit_sasl_authenticated, reject",
        "smtpd_recipient_restrictions": "$not_the_gone, permit_sasl_authenticated, reject",
    }
    with postfix.running(settings) as server:
        yield server


@pytest.fixture
def ca_file(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def mailing_to(count: int) -> Mailing:
    domain = new_domain()
    readers = [f"reader-{number}@{domain}" for number in range(1, count + 1)]
    return Mailing(MemoryOutbox.with_recipients(ISSUE, readers))


def check(server: postfix.Postfix, mailing: Mailing) -> None:
    domain = next(iter(mailing.states())).partition("@")[2]
    mailing.check(arrivals.counts(arrivals.arrived(server, domain)))


@pytest.mark.parametrize("auth", [Auth.PLAIN, Auth.LOGIN])
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("window", [1, 4])
def test_who_logs_in_under_tls_sends(submission, ca_file, security, auth, window):
    before, mailing = len(submission.log()), mailing_to(8)
    port = submission.tls_port if security is Security.TLS else submission.port
    way = {"security": security, "auth": auth, "ca_file": ca_file, "window": window, **LOGIN}

    report = mailing.send(lead_to(submission, port=port, **way))

    assert (report.stopped, report.accepted) == (None, 8)
    check(submission, mailing)
    log = submission.log()[before:]
    # Once for each message.
    assert len(re.findall(rf"sasl_method={auth.name}, sasl_username=reader\n", log)) == 8
    assert "TLSv1.3" in log


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"password": "wrong"}, "535", id="a wrong password"),
        pytest.param({"ca_file": ""}, "certificate", id="an unknown authority"),
        pytest.param({"auth": Auth.XOAUTH2}, "XOAUTH2", id="a login it does not know"),
        pytest.param({"username": "", "security": Security.NONE}, "530", id="no TLS"),
    ],
)
def test_who_does_not_get_in_sends_nothing_and_blames_no_reader(submission, ca_file, changes, said):
    mailing = mailing_to(8)
    way = {"security": Security.STARTTLS, "ca_file": ca_file, **LOGIN, **changes}

    report = mailing.send(lead_to(submission, **way))

    assert report.stopped is StopReason.RELAY
    assert said in str(report.relay_error)
    assert set(mailing.states().values()) == {S.QUEUED}
    check(submission, mailing)


def test_a_send_without_a_login_is_paused_and_condemns_no_reader(submission, ca_file):
    mailing = mailing_to(30)

    report = mailing.send(
        lead_to(submission, security=Security.STARTTLS, ca_file=ca_file, connections=1)
    )

    assert report.stopped is StopReason.PAUSED
    assert "the first 20 readers were all refused with 554" in report.pause_because
    assert report.accepted == 0
    assert not mailing.outbox.suppressed
    check(submission, mailing)
