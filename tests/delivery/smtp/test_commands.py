import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.commands import EnvelopeWriter, xtext
from pipeline.model.message import Envelope, Message


def writer(*lines: str) -> EnvelopeWriter:
    return EnvelopeWriter(Capabilities.parse(("relay.example", *lines)))


def message(data: bytes = b"x\r\n", message_id: str = "1.ab@news.example") -> Message:
    return Message(message_id, data)


PLAIN = Envelope("news@news.example", "joe@b.example")
UMLAUT = Envelope("news@news.example", "jörg@b.example")
OUR_UMLAUT = Envelope("jörg@news.example", "joe@b.example")
EIGHT = message("Grüße\r\n".encode())


@pytest.mark.parametrize(
    ("offered", "envelope", "it", "expected"),
    [
        pytest.param([], PLAIN, message(), "", id="nothing offered"),
        pytest.param(["SIZE"], PLAIN, message(), " SIZE=3", id="SIZE without a limit"),
        pytest.param(["SIZE 99"], PLAIN, message(), " SIZE=3", id="SIZE"),
        pytest.param(["8BITMIME"], PLAIN, message(), "", id="8BITMIME, not needed"),
        pytest.param(["8BITMIME"], PLAIN, EIGHT, " BODY=8BITMIME", id="8BITMIME, needed"),
        pytest.param(["SMTPUTF8"], PLAIN, message(), "", id="SMTPUTF8, not needed"),
        pytest.param(["SMTPUTF8"], UMLAUT, message(), " SMTPUTF8", id="SMTPUTF8, needed"),
        pytest.param(["DSN"], PLAIN, message(), " RET=HDRS ENVID=1.ab@news.example", id="DSN"),
        pytest.param(
            ["DSN"], PLAIN, message(message_id="<a+b=c@d>"), " RET=HDRS ENVID=a+2Bb+3Dc@d",
            id="an id that xtext must write",
        ),
        pytest.param(
            ["DSN"], PLAIN, message(message_id=f"{'a' * 91}@b.example"), " RET=HDRS",
            id="an id that is too long",
        ),
    ],
)  # fmt: skip
def test_mail_says_what_the_relay_understands_and_the_message_needs(
    offered, envelope, it, expected
):
    line = writer(*offered).mail(envelope, it).decode()

    assert line == f"MAIL FROM:<news@news.example>{expected}\r\n"


@pytest.mark.parametrize(
    ("offered", "address", "expected"),
    [
        pytest.param([], "joe@b.example", "", id="nothing offered"),
        pytest.param(
            ["DSN"], "joe+news@b.example",
            " NOTIFY=FAILURE ORCPT=rfc822;joe+2Bnews@b.example", id="DSN",
        ),
        pytest.param(
            ["DSN"], "jörg@b.example", " NOTIFY=FAILURE", id="an address that is no xtext"
        ),
    ],
)  # fmt: skip
def test_rcpt_asks_for_word_of_a_failure(offered, address, expected):
    line = writer(*offered).rcpt(Envelope(None, address)).decode()

    assert line == f"RCPT TO:<{address}>{expected}\r\n"


@pytest.mark.parametrize(
    ("offered", "envelope", "it", "expected"),
    [
        pytest.param(["SIZE 3"], PLAIN, message(), None, id="fits"),
        pytest.param(["SIZE 2"], PLAIN, message(), ("SIZE", False), id="too big"),
        pytest.param([], UMLAUT, message(), ("SMTPUTF8", True), id="no SMTPUTF8"),
        pytest.param([], OUR_UMLAUT, message(), ("SMTPUTF8", False), id="a sender's address"),
        pytest.param(["SMTPUTF8"], UMLAUT, message(), None, id="SMTPUTF8"),
        pytest.param([], PLAIN, EIGHT, ("8BITMIME", False), id="no 8BITMIME"),
        pytest.param(["8BITMIME"], PLAIN, EIGHT, None, id="8BITMIME"),
    ],
)
def test_foresees_what_the_relay_cannot_take(offered, envelope, it, expected):
    foreseen = writer(*offered).foresee(envelope, it)

    assert (foreseen and (foreseen.extension, foreseen.is_about_reader)) == expected


@given(st.text(st.characters(max_codepoint=127), max_size=50))
def test_xtext_holds_nothing_that_ends_a_word_and_can_be_read_back(text):
    written = xtext(text)

    assert re.fullmatch(r"[!-*,-<>-~]*(\+[0-9A-F]{2}[!-*,-<>-~]*)*", written)
    assert re.sub(r"\+(..)", lambda match: chr(int(match[1], 16)), written) == text
