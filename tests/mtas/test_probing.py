"""What real servers say to our sender when no message follows."""

import pytest

from pipeline.delivery.smtp.driver.probing import probe
from tests import postfix
from tests.faults.mailing import PATIENT
from tests.mtas.arrivals import MailServer
from tests.sending import options

SENDER = "letters@news.example"


def ask(server: MailServer, sender: str = SENDER, size: int = 40_000):
    settings = options(port=server.port, kind=server.kind, timeouts=PATIENT)
    return probe(settings, sender, size=size).to_sender


@pytest.mark.parametrize("name", ["Postfix", "Exim", "OpenSMTPD", "Dovecot", "smtp-sink"])
def test_each_takes_our_sender(servers, name):
    said = ask(servers(name))

    assert said is not None
    assert said.digit == 2, said


def test_a_postfix_that_does_not_wait_for_a_recipient_refuses_a_sender_and_a_size():
    settings = {
        "smtpd_delay_reject": "no",
        "smtpd_sender_restrictions": "check_sender_access inline:{{nobody@news.example = REJECT}}",
        "message_size_limit": "50000",
    }
    with postfix.running(settings) as server:
        good, nobody = ask(server), ask(server, "nobody@news.example")
        large = ask(server, size=60_000)

    assert good is not None
    assert nobody is not None
    assert large is not None
    assert (good.code, nobody.code, large.code) == (250, 554, 552)
    assert (nobody.enhanced_code, large.enhanced_code) == ("5.7.1", "5.3.4")
