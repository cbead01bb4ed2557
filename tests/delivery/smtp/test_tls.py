"""TLS and login, against aiosmtpd and against a relay that cheats; a private authority signs."""

import re
import socket
import ssl
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from pipeline.delivery.report import StopReason
from pipeline.delivery.smtp.driver.probing import probe, send_once
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.delivery.smtp.logins import Auth
from pipeline.delivery.smtp.options import Security, SmtpOptions
from pipeline.errors import RelayError
from pipeline.model.delivery import DeliveryState
from pipeline.model.message import Envelope, Message
from tests.factories import NOON
from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.sending import QUICK, Mailing, options

STARTTLS, TLS = Security.STARTTLS, Security.TLS
ENVELOPE = Envelope("news@news.example", "me@mail.example")
MESSAGE = Message("<1@news.example>", b"Subject: x\r\n\r\nHello.\r\n")


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def context(certificate: Any) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


@pytest.fixture(scope="module")
def trusted(authority):
    return context(authority.issue_cert("127.0.0.1"))


class Inbox:
    """What aiosmtpd took."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.recipients += envelope.rcpt_tos
        return "250 2.0.0 taken"


@pytest.fixture
def relay(trusted):
    """Start a real server that wants a login; gives a function that names its security."""
    started = []

    def start(security):
        inbox = Inbox()

        def check(server, session, envelope, mechanism, data):
            fits = isinstance(data, LoginPassword) and data.password == b"secret"
            return AuthResult(success=fits, handled=False)

        settings: dict[str, Any] = {"authenticator": check}
        if security is STARTTLS:
            settings |= {"tls_context": trusted, "require_starttls": True, "auth_required": True}
        else:
            settings |= {"auth_require_tls": False}  # it does not know that it is in TLS

        class OnLoopback(Controller):
            def factory(self):
                return SMTP(self.handler, hostname="relay.example", **settings)

        controller = OnLoopback(
            inbox,
            hostname="127.0.0.1",
            port=0,
            ssl_context=trusted if security is TLS else None,
        )
        controller.port = _free_port()
        controller.start()
        started.append(controller)
        return controller.port, inbox

    yield start
    for controller in started:
        controller.stop()


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_sends_to_a_real_server_by_tls_with_a_login(relay, ca_file, security):
    port, inbox = relay(security)
    mailing = Mailing.to(10)
    settings = {"username": "me", "password": "secret", "ca_file": ca_file}

    report = mailing.send(SmtpTransport(options(port, security=security, **settings)))

    assert (report.accepted, report.relay_error) == (10, None)
    assert sorted(inbox.recipients) == sorted(mailing.states())
    mailing.check(Counter(inbox.recipients))


def test_the_password_is_not_readable_on_the_way(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        probe(options(sink.port, security=STARTTLS, **settings))

        verbs = [line.split()[0] for _, line in sink.commands]
        assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]


def test_probes_what_the_relay_is(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        found = probe(options(sink.port, security=STARTTLS, **settings))

        assert found.tls_version in {"TLSv1.2", "TLSv1.3"}
        assert found.cipher
        assert found.certificate_expires_at is not None
        assert found.certificate_expires_at.utcoffset() is not None
        assert found.authenticated
        assert "SIZE 1000000" in found.capabilities


def test_probes_without_tls():
    with FaultSink() as sink:
        found = probe(options(sink.port))

        assert (found.tls_version, found.certificate_expires_at) == ("", None)
        assert not found.authenticated


# -- 30: TLS that is not to be trusted


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda _: trustme.CA().issue_cert("127.0.0.1"), id="unknown authority"),
        pytest.param(lambda authority: authority.issue_cert("relay.example"), id="wrong name"),
    ],
)
@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_that_cannot_be_verified_ends_the_run(authority, ca_file, make, security):
    made = context(make(authority))
    with FaultSink(tls=made, implicit_tls=security is TLS, accounts={"me": "secret"}) as sink:
        mailing = Mailing.to(3)
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        report = mailing.send_smtp(sink, smtp={"security": security, **settings})

        assert report.stopped is StopReason.RELAY
        assert "not to be trusted" in str(report.relay_error)
        assert ".;" not in str(report.relay_error)
        assert not sink.said("AUTH")
        assert not sink.said("MAIL")
        assert set(mailing.states().values()) == {DeliveryState.QUEUED}


def test_an_expired_certificate_ends_the_run(authority, ca_file):
    made = context(authority.issue_cert("127.0.0.1", not_after=NOON.replace(year=2020)))
    with FaultSink(tls=made) as sink:
        with pytest.raises(RelayError, match="expired"):
            probe(options(sink.port, security=STARTTLS, ca_file=ca_file))

        assert not sink.said("MAIL")


def test_starttls_that_somebody_stripped_is_refused(ca_file):
    with FaultSink(capabilities=("AUTH PLAIN",), accounts={"me": "secret"}) as sink:
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        with pytest.raises(RelayError, match="does not offer STARTTLS"):
            probe(options(sink.port, security=STARTTLS, **settings))

        assert [line.split()[0] for _, line in sink.commands] == ["EHLO"]


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        pytest.param(Say("454 4.7.0 no TLS now"), "refuses STARTTLS: 454", id="454"),
        pytest.param(Say("502 5.5.1 what?"), "refuses STARTTLS: 502", id="502"),
        pytest.param(Drop(), "closed the connection at STARTTLS", id="drop"),
        pytest.param(Say("220 go", drop=True), "no connection", id="no handshake"),
        pytest.param(Say("220 go"), "no TLS", id="a server that goes on in clear"),
    ],
)
def test_starttls_that_fails_never_falls_back(ca_file, action, sentence):
    with FaultSink(capabilities=("STARTTLS",)) as sink:
        sink.on("STARTTLS", action)

        with pytest.raises(RelayError, match=sentence):
            probe(options(sink.port, ca_file=ca_file, security=STARTTLS))

        assert not sink.said("MAIL")
        assert len(sink.said("EHLO")) == 1


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("454", "a later run tries again"), ("554", "ask who runs it|check the user name")],
)
@pytest.mark.parametrize("verb", ["CONNECT", "STARTTLS", "AUTH"])
def test_a_session_that_is_refused_for_now_needs_nobody(trusted, ca_file, verb, code, remedy):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        sink.on(verb, Say(f"{code} {code[0]}.3.2 busy"))
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        with pytest.raises(RelayError) as refused:
            probe(options(sink.port, security=STARTTLS, **settings))

        assert re.search(remedy, refused.value.remedy)


def test_a_handshake_that_stalls_ends_in_time(ca_file):
    quick = replace(QUICK, connect=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        with pytest.raises(RelayError, match=r"within 0\.2 s|handshake"):
            probe(options(port, security=TLS, ca_file=ca_file, timeouts=quick))


def test_what_an_attacker_says_before_the_handshake_is_not_believed(trusted, ca_file):
    with FaultSink(tls=trusted, capabilities_in_tls=("SIZE 5",)) as sink:
        sink.on("STARTTLS", Say("220", raw=b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"))
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        with pytest.raises(RelayError):
            probe(options(sink.port, security=STARTTLS, **settings))

        assert not sink.said("AUTH")


def test_an_authority_file_that_cannot_be_read_is_named(tmp_path):
    missing = str(tmp_path / "no.pem")

    with pytest.raises(RelayError, match=r"ca_file .*no\.pem"):
        probe(SmtpOptions(security=TLS, ca_file=missing))


def test_an_authority_file_without_certificates_is_named(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing here\n")

    with pytest.raises(RelayError, match=r"empty\.pem"):
        probe(SmtpOptions(security=TLS, ca_file=str(empty)))


# -- 31: logins


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN"])
def test_logs_in(trusted, ca_file, mechanisms):
    sink = FaultSink(
        tls=trusted, accounts={"me": "secret"}, capabilities_in_tls=(f"AUTH {mechanisms}",)
    )
    with sink:
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        assert probe(options(sink.port, security=STARTTLS, **settings)).authenticated


@pytest.mark.parametrize(
    ("password", "action", "sentence"),
    [
        pytest.param("wrong", None, "535 5.7.8 no such login", id="535"),
        pytest.param("secret", Say("454 4.7.0 later"), "454 4.7.0 later", id="454"),
        pytest.param("secret", Say("334 more"), "334 more|refuses the login", id="asks for more"),
    ],
)
def test_a_login_that_is_refused_ends_the_run(trusted, ca_file, password, action, sentence):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        if action is not None:
            sink.on("AUTH", action)
        mailing = Mailing.to(3)
        settings = {"username": "me", "password": password, "ca_file": ca_file}

        report = mailing.send_smtp(sink, smtp={"security": STARTTLS, **settings})

        assert report.stopped is StopReason.RELAY
        assert password not in str(report.relay_error)
        assert set(mailing.states().values()) == {DeliveryState.QUEUED}


def test_a_wrong_password_is_tried_once(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        mailing = Mailing.to(40)
        settings = {"username": "me", "password": "wrong", "ca_file": ca_file, "connections": 4}

        report = mailing.send_smtp(sink, smtp={"security": STARTTLS, **settings})

        assert report.stopped is StopReason.RELAY
        assert len(sink.said("AUTH")) == 1


def test_every_connection_logs_in_once_one_has(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "secret"}) as sink:
        sink.on(".", Stall(0.05))
        mailing = Mailing.to(40)
        settings = {"username": "me", "password": "secret", "ca_file": ca_file, "connections": 4}

        report = mailing.send_smtp(sink, smtp={"security": STARTTLS, **settings})

        assert report.accepted == 40
        assert len(sink.said("AUTH")) == 4


def test_a_relay_without_a_login_that_we_know_is_refused(trusted, ca_file):
    offered = ("AUTH CRAM-MD5",)
    with FaultSink(tls=trusted, accounts={"me": "x"}, capabilities_in_tls=offered) as sink:
        settings = {"username": "me", "password": "x", "ca_file": ca_file}

        with pytest.raises(RelayError, match="CRAM-MD5"):
            probe(options(sink.port, security=STARTTLS, **settings))


def test_pipelining_that_is_withdrawn_in_tls_is_forgotten(trusted, ca_file):
    sink = FaultSink(tls=trusted, capabilities=("PIPELINING",), capabilities_in_tls=("SIZE 9",))
    with sink:
        found = probe(options(sink.port, security=STARTTLS, ca_file=ca_file))

        assert found.capabilities == ("SIZE 9",)


def test_options_refuse_a_login_in_clear():
    with pytest.raises(ValueError, match="security"):
        SmtpOptions(username="me")


def test_options_do_not_show_the_password():
    settings = {"username": "me", "password": "secret", "security": TLS}

    assert "secret" not in repr(options(1025, **settings))


# -- one message


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_sends_a_long_message_by_tls(trusted, ca_file, security):
    long = Message("<1@news.example>", b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 500_000)
    with FaultSink(tls=trusted, implicit_tls=security is TLS, capabilities=()) as sink:
        send_once(options(sink.port, security=security, ca_file=ca_file), ENVELOPE, long)

        assert sink.messages[0].data == long.data


def test_sends_one_message_outside_the_ledger():
    with FaultSink() as sink:
        reply = send_once(options(sink.port), ENVELOPE, MESSAGE)

        assert reply.code == 250
        assert sink.counts == {"me@mail.example": 1}


@pytest.mark.parametrize(
    ("step", "action", "sentence"),
    [
        pytest.param("RCPT", Say("550 5.1.1 no such user"), "at RCPT: 550 5.1.1", id="refused"),
        pytest.param(
            ".", Say("450 4.2.0 later"), "at the end of the message: 450 4.2.0 later", id="later"
        ),
        pytest.param("DATA", Drop(), "closed the connection at DATA$", id="lost"),
        pytest.param(".", Drop(), "it may have been taken all the same", id="lost in doubt"),
    ],
)
def test_one_message_that_is_not_accepted_is_an_error(step, action, sentence):
    with FaultSink() as sink:
        sink.on(step, action)

        with pytest.raises(RelayError, match=sentence):
            send_once(options(sink.port), ENVELOPE, MESSAGE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_logs_in_with_a_token(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "ya29.token"}) as sink:
        settings = {"username": "me", "password": "ya29.token", "ca_file": ca_file}
        mailing = Mailing.to(3)

        report = mailing.send_smtp(
            sink, smtp={"security": STARTTLS, "auth": Auth.XOAUTH2, **settings}
        )

        assert (report.accepted, report.relay_error) == (3, None)
        assert sink.said("AUTH XOAUTH2")


def test_a_token_that_is_refused_is_told_without_the_token(trusted, ca_file):
    with FaultSink(tls=trusted, accounts={"me": "ya29.token"}) as sink:
        settings = {"username": "me", "password": "ya29.expired", "ca_file": ca_file}

        with pytest.raises(RelayError, match="refuses the login: 535") as refused:
            probe(options(sink.port, security=STARTTLS, auth=Auth.XOAUTH2, **settings))

        assert "ya29" not in str(refused.value)


def test_a_way_to_log_in_that_is_not_offered_is_named(trusted, ca_file):
    capabilities = ("AUTH PLAIN LOGIN",)
    with FaultSink(tls=trusted, capabilities_in_tls=capabilities) as sink:
        settings = {"username": "me", "password": "secret", "ca_file": ca_file}

        with pytest.raises(RelayError, match="no login by XOAUTH2") as refused:
            probe(options(sink.port, security=STARTTLS, auth=Auth.XOAUTH2, **settings))

        assert "PLAIN, LOGIN" in str(refused.value)


def test_a_relay_that_waits_for_tls_is_waited_for_once(authority, ca_file, trusted):
    """Port 465 with ``security = "starttls"``: each of the two waits for the other to begin."""
    with FaultSink(tls=trusted, implicit_tls=True) as sink:
        mailing = Mailing.to(5)
        quick = replace(QUICK, greeting=0.3)
        smtp = {"security": STARTTLS, "username": "me", "password": "secret", "ca_file": ca_file}

        report = mailing.send_smtp(sink, smtp={**smtp, "connections": 4, "timeouts": quick})

        assert report.stopped is StopReason.RELAY
        assert str(report.relay_error) == (
            f"127.0.0.1:{sink.port}: connected, but no greeting within 0.3 s; check port and"
            " security: 465 is tls, 587 is starttls; if they are right, ask who runs it, and who"
            " runs the firewalls on the way"
        )
        assert sink.connections == 1


@pytest.mark.parametrize("look", [probe, lambda it: send_once(it, ENVELOPE, MESSAGE)])
def test_who_only_looks_waits_half_a_minute_for_a_greeting(monkeypatch, look):
    monkeypatch.setattr("pipeline.delivery.smtp.driver.probing._GREETING", 0.3)
    with FaultSink() as sink:
        sink.on("CONNECT", Stall(5))

        with pytest.raises(RelayError, match=r"no greeting within 0\.3 s; check port"):
            look(SmtpOptions(port=sink.port))
