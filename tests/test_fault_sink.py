"""The fault sink without a rule is a correct server; with one it does that wrong, at that byte."""

import contextlib
import select
import shutil
import smtplib
import socket
import ssl
import subprocess

import pytest
import trustme

from tests.fault_sink import Drop, FaultSink, Say, Stall
from tests.outside import need

GROUP = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
BODY = b"Subject: x\r\n\r\nHello.\r\n"
ALL = ("PIPELINING", "CHUNKING", "SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN")


class Wire:
    """A socket that sends what it is told and reads what comes."""

    def __init__(self, sink: FaultSink) -> None:
        self.socket = socket.create_connection(("127.0.0.1", sink.port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, data: bytes, replies: int = 1) -> list[int]:
        """Send in one segment; give the codes of so many replies."""
        self.socket.sendall(data)
        return self.codes(replies)

    def codes(self, replies: int) -> list[int]:
        found: list[int] = []
        text = b""
        while len(found) < replies:
            data = self.socket.recv(65536)
            if not data:
                break
            text += data
            lines = text.split(b"\r\n")[:-1]
            found = [int(it[:3]) for it in lines if it[3:4] != b"-"]
        return found

    def rest(self) -> bytes:
        """Read until the end."""
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while more := self.socket.recv(65536):
                data += more
        return data


@pytest.fixture
def sink():
    with FaultSink(capabilities=ALL) as sink:
        yield sink


@pytest.fixture
def dial():
    """Give a function that connects, and hangs up at the end."""
    with contextlib.ExitStack() as ends:

        def dial(sink: FaultSink) -> Wire:
            wire = Wire(sink)
            ends.enter_context(wire.socket)
            assert wire.codes(1) == [220]
            return wire

        yield dial


@pytest.fixture
def wire(sink, dial):
    wire = dial(sink)
    assert wire.ask(b"EHLO me.example\r\n") == [250]
    return wire


# -- a correct server


def test_the_standard_librarys_client_is_served(sink):
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.ehlo()
        assert client.has_extn("chunking")
        client.sendmail(
            "a@b.example", ["c@d.example", "e@f.example"], b"Subject: x\r\n\r\n.dot\r\n"
        )

    assert sink.counts == {"c@d.example": 1, "e@f.example": 1}
    assert sink.messages[0].data == b"Subject: x\r\n\r\n.dot\r\n"
    assert not sink.violations


def test_swaks_is_served_in_a_pipeline(sink):
    need("swaks")
    swaks = shutil.which("swaks") or "swaks"
    where = ["--server", "127.0.0.1", "--port", str(sink.port), "--pipeline"]

    subprocess.run(  # noqa: S603 - a program of the tests
        [swaks, *where, "--from", "a@b.example", "--to", "c@d.example"], check=True
    )

    assert sink.counts == {"c@d.example": 1}
    assert not sink.violations


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_logs_in_under_tls(mechanism):
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(served)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    inside = (f"AUTH {mechanism}",)
    with (
        FaultSink(tls=served, accounts={"me": "secret"}, capabilities_in_tls=inside) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        client.starttls(context=trusting)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("me", "wrong")
        client.login("me", "secret")
        client.sendmail("a@b.example", "c@d.example", BODY)

        assert sink.counts["c@d.example"] == 1
        assert not sink.violations


def test_speaks_lmtp_with_a_reply_for_each_recipient(sink, dial):
    sink.on(".", Say("452 4.2.2 full"), to="c@d.example")
    wire = dial(sink)

    assert wire.ask(b"LHLO me\r\n") == [250]
    assert wire.ask(GROUP + b"RCPT TO:<e@f.example>\r\nDATA\r\n", 4) == [250, 250, 250, 354]
    assert wire.ask(BODY + b".\r\nQUIT\r\n", 3) == [452, 250, 221]
    assert sink.counts == {"e@f.example": 1}


def test_a_group_is_answered_in_one_segment(wire):
    wire.socket.sendall(GROUP + b"DATA\r\n")

    assert wire.socket.recv(65536).count(b"\r\n") == 3


def test_a_scattered_sink_sends_each_reply_by_itself(dial):
    with FaultSink(capabilities=ALL, is_scattered=True) as sink:
        wire = dial(sink)

        assert wire.ask(b"EHLO me\r\n" + GROUP, 3) == [250, 250, 250]


def test_the_terminator_may_begin_the_next_group(sink, wire):
    wire.ask(GROUP + b"DATA\r\n", 3)

    for _ in range(9):
        wire.socket.sendall(BODY)
        assert wire.ask(b".\r\nRSET\r\n" + GROUP + b"DATA\r\n", 5) == [250, 250, 250, 250, 354]
    wire.socket.sendall(BODY)
    assert wire.ask(b".\r\nQUIT\r\n", 2) == [250, 221]

    assert sink.counts["c@d.example"] == 10
    # The first transaction's beginning, and each message; but for the last, QUIT ended it.
    assert sink.turnarounds == 10
    assert not sink.violations


def test_commands_one_by_one_cost_four_turnarounds(sink, wire):
    for command in (*GROUP.splitlines(keepends=True), b"DATA\r\n", BODY + b".\r\n"):
        wire.ask(command)
    wire.ask(b"NOOP\r\n")

    assert sink.turnarounds == 4


@pytest.mark.parametrize("size", [1, 7, 20, 10_000])
def test_chunks_of_any_size_make_the_same_message(sink, wire, size):
    chunks = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    said = b"".join(b"BDAT %d\r\n%b" % (len(it), it) for it in chunks)

    codes = wire.ask(GROUP + said + b"BDAT 0 LAST\r\n", len(chunks) + 3)

    assert set(codes) == {250}
    assert [it.data for it in sink.messages] == [BODY]


def test_whole_messages_stream_by_bdat(sink, wire):
    one = b"RSET\r\n" + GROUP + b"BDAT %d LAST\r\n%b" % (len(BODY), BODY)

    assert wire.ask(one * 20, 80) == [250] * 80
    assert sink.counts["c@d.example"] == 20
    assert sink.turnarounds <= 2


def test_after_a_chunk_that_failed_only_rset_helps(sink, wire):
    sink.on("CHUNK", Say("452 4.3.1 no room"), times=1)
    wire.ask(GROUP, 2)

    assert wire.ask(b"BDAT 2\r\nab" + b"BDAT 2 LAST\r\nab" + b"MAIL FROM:<>\r\n", 3) == [
        452,
        503,
        503,
    ]
    assert wire.ask(b"RSET\r\nMAIL FROM:<>\r\n", 2) == [250, 250]
    assert not sink.messages


def test_after_a_refused_recipient_a_chunk_leaves_the_old_sender_in_place(sink, wire):
    # As Exim 4.96 does: without RSET the next message goes out under the last one's sender.
    sink.on("RCPT", Say("550 5.1.1 who?"), times=1)
    wire.ask(GROUP + b"BDAT 2 LAST\r\nab", 3)

    assert wire.ask(b"MAIL FROM:<other@b.example>\r\nRCPT TO:<c@d.example>\r\n", 2) == [503, 250]


def test_data_and_bdat_are_not_mixed(sink, wire):
    wire.ask(GROUP, 2)

    assert wire.ask(b"BDAT 2\r\nab") == [250]
    assert wire.ask(b"DATA\r\n") == [503]
    assert sink.violations == ["DATA after BDAT"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(b"MAIL FROM:<a@b> SIZE=1001\r\n", 552, id="too long"),
        pytest.param(b"MAIL FROM:<a@b> AUTH=<>\r\n", 555, id="not offered"),
        pytest.param(b"MAIL FROM:<a@b> BODY=8BITMIME SIZE=10\r\n", 250, id="offered"),
        pytest.param(b'MAIL FROM:<"a>b"@c>\r\n', 250, id="quoted"),
        pytest.param("MAIL FROM:<jörg@b>\r\n".encode(), 553, id="letters"),
        pytest.param("MAIL FROM:<jörg@b> SMTPUTF8\r\n".encode(), 250, id="SMTPUTF8"),
        pytest.param(b"RCPT TO:<a@b>\r\n", 503, id="RCPT first"),
        pytest.param(b"DATA\r\n", 554, id="DATA first"),
        pytest.param(b"BDAT 0 LAST\r\n", 503, id="BDAT first"),
        pytest.param(b"BDAT x\r\n", 501, id="BDAT what"),
        pytest.param(b"FROB\r\n", 500, id="unknown"),
    ],
)
def test_refuses_what_is_out_of_order(wire, command, code):
    assert wire.ask(command) == [code]


def test_a_longer_message_than_was_offered_is_refused(sink, wire):
    wire.ask(GROUP + b"DATA\r\n", 3)

    assert wire.ask(b"x\r\n" * 400 + b".\r\n") == [552]
    assert not sink.messages


def test_data_without_a_recipient_may_be_answered_354(dial):
    with FaultSink(capabilities=ALL, is_eager=True) as sink:
        sink.on("RCPT", Say("550 5.1.1 who?"))
        wire = dial(sink)
        wire.ask(b"EHLO me\r\n")

        assert wire.ask(GROUP + b"DATA\r\n", 3) == [250, 550, 354]
        assert wire.ask(b".\r\n") == [554]
        assert not sink.messages


@pytest.mark.parametrize(
    ("capabilities", "said", "objection"),
    [
        pytest.param((), GROUP, "without PIPELINING", id="a group"),
        pytest.param(ALL, b"EHLO me\r\nNOOP\r\n", "reply to EHLO", id="EHLO is last"),
        pytest.param(ALL, b"MAIL FROM:<>\nNOOP\r\n", "without CR", id="LF alone"),
        pytest.param((), b"BDAT 0 LAST\r\nRSET\r\n", "BDAT without CHUNKING", id="BDAT"),
    ],
)
def test_objects_to_what_was_not_offered(dial, capabilities, said, objection):
    with FaultSink(capabilities=capabilities) as sink:
        wire = dial(sink)

        wire.ask(said, 2)

        assert objection in sink.violations[0]


# -- a wrong one


def test_drops_after_so_many_octets_of_a_body(sink, wire):
    sink.on("BODY", Drop(), at_byte=500, times=1)
    wire.ask(GROUP + b"DATA\r\n", 3)

    wire.socket.sendall(b"x" * 499)
    assert not select.select([wire.socket], [], [], 0.05)[0]
    wire.socket.sendall(b"x")

    assert wire.rest() == b""
    sink.join()
    assert (sink.abandoned, len(sink.messages)) == (1, 0)


@pytest.mark.parametrize("takes", [True, False])
@pytest.mark.parametrize("end", [b"DATA\r\n", b"BDAT 2\r\nab"])
def test_drops_at_the_end_with_the_message_or_without(sink, wire, takes, end):
    sink.on(".", Drop(takes=takes))
    wire.ask(GROUP + end, 3)

    wire.socket.sendall(b".\r\n" if end == b"DATA\r\n" else b"BDAT 0 LAST\r\n")

    assert wire.rest() == b""
    assert sink.counts["c@d.example"] == takes


@pytest.mark.parametrize("swallows", [True, False])
def test_drops_inside_a_group_with_the_replies_before_or_without(sink, wire, swallows):
    sink.on("RCPT", Drop(swallows=swallows, resets=swallows))

    wire.socket.sendall(GROUP + b"DATA\r\n")

    assert wire.rest() == (b"" if swallows else b"250 2.1.0 ok\r\n")


def test_says_goodbye_so_that_it_arrives(sink, wire):
    sink.on("MAIL", Say("421 4.3.2 going down", drop=True))

    wire.socket.sendall(GROUP + b"DATA\r\n" + b"x" * 100_000)

    assert wire.rest() == b"421 4.3.2 going down\r\n"


def test_closes_in_silence_after_so_many_messages(dial):
    with FaultSink(capabilities=ALL, rotation=1) as sink:
        wire = dial(sink)
        wire.ask(b"EHLO me\r\n" + GROUP + b"DATA\r\n", 4)
        wire.socket.sendall(BODY + b".\r\nRSET\r\n" + GROUP)

        assert wire.rest() == b"250 2.0.0 taken\r\n"


def test_knows_no_bdat_and_takes_its_octets_for_commands(sink, wire):
    sink.on("BDAT", Say("502 5.5.1 what?", is_ignorant=True))

    assert wire.ask(GROUP + b"BDAT 8 LAST\r\nHello.\r\n", 4) == [250, 250, 502, 500]


def test_refuses_bdat_and_reads_its_octets(sink, wire):
    sink.on("BDAT", Say("503 5.5.1 not now"))

    assert wire.ask(GROUP + b"BDAT 8 LAST\r\nHello.\r\nRSET\r\n", 4) == [250, 250, 503, 250]


def test_greylists_each_recipient_once(sink, wire):
    sink.on("RCPT", Say("451 4.7.1 later"), times=1, each=True)
    wire.ask(b"MAIL FROM:<>\r\n")

    commands = [b"RCPT TO:<a@b>\r\n", b"RCPT TO:<c@d>\r\n"] * 2

    assert [wire.ask(it)[0] for it in commands] == [451, 451, 250, 250]


def test_stalls_at_a_step_and_goes_on(sink, wire):
    stall = Stall(0.2)
    sink.on("RCPT", stall)
    wire.socket.sendall(GROUP)

    assert wire.codes(1) == [250]
    assert stall.begun.wait(2)
    assert wire.codes(1) == [250]


def test_answers_in_single_bytes(sink, wire):
    sink.on("MAIL", Say("250 ok", byte_by_byte=0.001))

    wire.socket.sendall(b"MAIL FROM:<>\r\n")

    assert wire.socket.recv(65536) == b"2"


def test_talks_junk_as_long_as_it_is_told(sink, wire):
    sink.on("MAIL", Say("", raw=b"x" * 1_000_000, drop=True))

    wire.socket.sendall(b"MAIL FROM:<>\r\n")

    assert len(wire.rest()) == 1_000_000


def test_speaks_before_it_is_asked(sink, wire):
    sink.on("BODY", Say("421 4.3.2 enough"))
    wire.ask(GROUP + b"DATA\r\n", 3)

    assert wire.ask(b"x") == [421]
