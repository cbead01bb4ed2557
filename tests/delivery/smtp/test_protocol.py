import base64

import pytest

from pipeline.delivery.smtp.protocol import (
    LOCAL_STEPS,
    STEPS,
    BodySent,
    Closed,
    Event,
    Replied,
    SmtpDataError,
    SmtpProtocol,
    State,
    Step,
    StepError,
)
from pipeline.delivery.smtp.replies import RelayFaultError, Reply
from pipeline.delivery.stage import Stage

BODY = b"Subject: x\r\n\r\nHello.\r\n"
EHLO = b"250-relay.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"


def events(smtp: SmtpProtocol, *pieces: bytes) -> list[Event]:
    found = []
    for piece in pieces:
        smtp.receive(piece)
        while (event := smtp.next_event()) is not None:
            found.append(event)
    return found


def ready(*, ehlo: bytes = EHLO, encrypted: bool = False) -> SmtpProtocol:
    smtp = SmtpProtocol(ehlo_name="me.example")
    if encrypted:
        smtp.tls_started()
    events(smtp, b"220 relay.example\r\n")
    smtp.ehlo()
    events(smtp, ehlo)
    return smtp


def held() -> SmtpProtocol:
    smtp = ready()
    smtp.mail("news@a.example", "r@b.example", 10)
    events(smtp, b"250 ok\r\n")
    smtp.rcpt("r@b.example")
    events(smtp, b"250 ok\r\n")
    smtp.data()
    events(smtp, b"354 go on\r\n")
    smtp.body(BODY)
    assert smtp.next_event() == BodySent()
    return smtp


def test_writes_one_transaction_with_the_terminator_apart():
    smtp = ready()

    assert (
        smtp.mail("news@a.example", "r@b.example", 23) == b"MAIL FROM:<news@a.example> SIZE=23\r\n"
    )
    events(smtp, b"250 ok\r\n")
    assert smtp.rcpt("r@b.example") == b"RCPT TO:<r@b.example>\r\n"
    events(smtp, b"250 ok\r\n")
    assert smtp.data() == b"DATA\r\n"
    assert events(smtp, b"354 go on\r\n") == [Replied(Stage.DATA, Reply(354, ("go on",)))]
    assert smtp.body(BODY) == BODY
    assert smtp.next_event() == BodySent()
    assert smtp.next_event() is None
    assert smtp.finish() == b".\r\n"
    assert events(smtp, b"250 2.0.0 taken\r\n") == [
        Replied(Stage.END_OF_DATA, Reply(250, ("2.0.0 taken",), "2.0.0"))
    ]
    assert smtp.state is State.READY


def test_null_sender_is_an_empty_path():
    assert ready().mail(None, "r@b.example", 1) == b"MAIL FROM:<> SIZE=1\r\n"


# -- the table

_REPLIES = {2: b"250 ok\r\n", 3: b"354 go on\r\n", 4: b"450 later\r\n", 5: b"550 never\r\n"}


def sent(state: State, stage: Stage) -> SmtpProtocol:
    """Give a dialogue in the state that waits for the reply to the stage."""
    smtp = ready(encrypted=stage is Stage.AUTH)
    smtp.state = state
    smtp._expected.clear()
    smtp._expected.append(stage)
    return smtp


@pytest.mark.parametrize(("state", "stage"), [pytest.param(*it, id=" ".join(it)) for it in STEPS])
@pytest.mark.parametrize("digit", [2, 3, 4, 5])
def test_every_reply_does_what_the_table_says(state, stage, digit):
    smtp = sent(state, stage)
    following = STEPS[state, stage].get(digit)

    if following is None:
        with pytest.raises(RelayFaultError):
            events(smtp, _REPLIES[digit])
        assert smtp.state is State.CLOSED
        return

    (event,) = events(smtp, _REPLIES[digit])
    assert isinstance(event, Replied)
    assert (event.stage, event.reply.digit) == (stage, digit)
    assert smtp.state is following


@pytest.mark.parametrize(
    ("state", "stage"),
    [pytest.param(*it, id=" ".join(it)) for it, following in STEPS.items() if 4 in following],
)
def test_a_421_closes_at_every_stage(state, stage):
    smtp = sent(state, stage)

    (event,) = events(smtp, b"421 4.3.2 going down\r\n")

    assert event == Replied(stage, Reply(421, ("4.3.2 going down",), "4.3.2"))
    assert smtp.state is State.CLOSED


@pytest.mark.parametrize(("state", "stage"), [pytest.param(*it, id=" ".join(it)) for it in STEPS])
def test_a_reply_means_the_same_cut_at_every_byte(state, stage):
    for digit in STEPS[state, stage]:
        data = _REPLIES[digit][:3] + b"-5.1.1 one\r\n" + _REPLIES[digit]
        (whole,) = events(sent(state, stage), data)
        for cut in range(1, len(data)):
            assert events(sent(state, stage), data[:cut], data[cut:]) == [whole]


_COMMANDS = {
    Stage.EHLO: lambda smtp: smtp.ehlo(),
    Stage.STARTTLS: lambda smtp: smtp.starttls(),
    Stage.AUTH: lambda smtp: smtp.auth("me", "secret"),
    Stage.MAIL: lambda smtp: smtp.mail("a@b.example", "c@d.example", 1),
    Stage.RCPT: lambda smtp: smtp.rcpt("c@d.example"),
    Stage.DATA: lambda smtp: smtp.data(),
    Stage.END_OF_DATA: lambda smtp: smtp.finish(),
    Stage.RSET: lambda smtp: smtp.rset(),
    Stage.QUIT: lambda smtp: smtp.quit(),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("stage", _COMMANDS)
def test_only_the_commands_of_the_table_can_be_sent(state, stage):
    smtp = ready(encrypted=True)
    smtp.state = state
    allowed = (state, stage) in STEPS and (state, stage) != (State.BODY, Stage.END_OF_DATA)

    if allowed:
        assert _COMMANDS[stage](smtp).endswith(b"\r\n")
        return

    with pytest.raises(StepError):
        _COMMANDS[stage](smtp)


@pytest.mark.parametrize("stage", [stage for stage in _COMMANDS if stage is not Stage.END_OF_DATA])
def test_a_second_command_waits_for_the_first_reply(stage):
    smtp = ready(encrypted=True)
    smtp.rset()

    with pytest.raises(StepError):
        _COMMANDS[stage](smtp)


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_and_can_be_closed(state):
    reached = {to for row in STEPS.values() for to in row.values()} | set(LOCAL_STEPS.values())

    assert state in reached
    assert LOCAL_STEPS[state, Step.CLOSED] is State.CLOSED


# -- the terminator


def test_no_terminator_before_the_body():
    smtp = ready()

    with pytest.raises(StepError):
        smtp.finish()


def test_no_second_terminator():
    smtp = held()
    smtp.finish()

    with pytest.raises(StepError):
        smtp.finish()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a\r\n.\r\nMAIL FROM:<x>\r\n", id="a terminator"),
        pytest.param(b".\r\n", id="a terminator at the beginning"),
        pytest.param(b"a\r\n.b\r\n", id="a line with a dot in front"),
        pytest.param(b"a\n.\nb\r\n", id="LF dot LF"),
        pytest.param(b"a\r.\rb\r\n", id="CR dot CR"),
        pytest.param(b"a\r\n.\rb\r\n", id="CRLF dot CR"),
        pytest.param(b"a\n.\r\nb\r\n", id="LF dot CRLF"),
        pytest.param(b"a\rb\r\n", id="CR alone"),
        pytest.param(b"a\nb\r\n", id="LF alone"),
        pytest.param(b"a\r\r\n", id="CR before CRLF"),
        pytest.param(b"a", id="no end"),
        pytest.param(b"a\r\nb", id="no end of the last line"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_refuses_a_message_that_could_end_early(data):
    smtp = ready()
    smtp.state = State.BODY

    with pytest.raises(SmtpDataError):
        smtp.body(data)

    assert smtp.state is State.BODY


@pytest.mark.parametrize("address", ["a@b.example\r\nRCPT TO:<x@y.example>", "a\n@b.example"])
def test_refuses_a_line_end_inside_a_command(address):
    with pytest.raises(SmtpDataError):
        ready().mail(None, address, 1) and ready().mail(address, "a@b.example", 1)


def test_a_refusal_before_the_terminator_is_the_answer_to_the_message():
    smtp = held()

    assert events(smtp, b"552 5.3.4 too big\r\n") == [
        Replied(Stage.END_OF_DATA, Reply(552, ("5.3.4 too big",), "5.3.4"))
    ]
    assert smtp.state is State.CLOSED
    with pytest.raises(StepError):
        smtp.finish()


def test_a_yes_before_the_terminator_is_a_fault():
    with pytest.raises(RelayFaultError):
        events(held(), b"250 taken\r\n")


def test_a_complete_reply_counts_though_the_close_came_with_it():
    smtp = held()
    smtp.finish()
    smtp.receive(b"250 2.0.0 taken\r\n")
    smtp.receive(b"")

    assert smtp.next_event() == Replied(Stage.END_OF_DATA, Reply(250, ("2.0.0 taken",), "2.0.0"))
    assert smtp.next_event() == Closed()


def test_half_a_reply_is_none():
    smtp = held()
    smtp.finish()

    assert events(smtp, b"250-2.0.0 taken\r\n250", b"") == [Closed()]


# -- between transactions


def test_hears_a_421_that_nobody_asked_for():
    smtp = ready()

    assert events(smtp, b"421 4.4.2 idle\r\n") == [Closed(Reply(421, ("4.4.2 idle",), "4.4.2"))]
    assert smtp.state is State.CLOSED


def test_any_other_reply_that_nobody_asked_for_is_a_fault():
    with pytest.raises(RelayFaultError, match="a reply to nothing: 250 ok"):
        events(ready(), b"250 ok\r\n")


def test_ignores_what_comes_after_quit():
    smtp = ready()
    smtp.quit()
    events(smtp, b"221 bye\r\n")

    assert events(smtp, b"250 still here\r\n", b"junk\r\n", b"") == []


def test_a_refused_recipient_must_be_reset():
    smtp = ready()
    smtp.mail(None, "r@b.example", 1)
    events(smtp, b"250 ok\r\n")
    smtp.rcpt("r@b.example")
    events(smtp, b"550 5.1.1 no\r\n")

    with pytest.raises(StepError):
        smtp.mail(None, "s@b.example", 1)
    assert smtp.rset() == b"RSET\r\n"
    events(smtp, b"250 ok\r\n")
    assert smtp.mail(None, "s@b.example", 1)


# -- TLS and login


def test_starttls_forgets_what_was_said_in_clear():
    smtp = ready()
    assert smtp.starttls() == b"STARTTLS\r\n"
    # An attacker adds replies to the last one in clear (CVE-2021-38371).
    events(smtp, b"220 go\r\n250-evil.example\r\n250 AUTH PLAIN\r\n")
    events(smtp, b"250 more\r\n")
    smtp.tls_started()

    assert smtp.capabilities.keywords == {}
    assert smtp.next_event() is None
    assert smtp.ehlo() == b"EHLO me.example\r\n"
    events(smtp, b"250-relay.example\r\n250 SIZE 5\r\n")
    assert smtp.capabilities.size == 5
    assert "STARTTLS" not in smtp.capabilities


def test_nothing_is_said_between_starttls_and_the_handshake():
    smtp = ready()
    smtp.starttls()
    events(smtp, b"220 go\r\n")

    with pytest.raises(StepError):
        smtp.ehlo()


def test_no_login_in_clear():
    with pytest.raises(StepError, match="without TLS"):
        ready().auth("me", "secret")


def test_logs_in_by_plain():
    command = ready(encrypted=True).auth("me", "gehäim")

    assert command.startswith(b"AUTH PLAIN ")
    assert base64.b64decode(command.split()[2]) == "\0me\0gehäim".encode()


def test_logs_in_by_login_where_there_is_no_plain():
    smtp = ready(ehlo=b"250-relay.example\r\n250 AUTH=LOGIN\r\n", encrypted=True)

    assert smtp.auth("me", "secret") == b"AUTH LOGIN\r\n"
    events(smtp, b"334 VXNlcm5hbWU6\r\n")
    assert smtp.answer() == base64.b64encode(b"me") + b"\r\n"
    events(smtp, b"334 UGFzc3dvcmQ6\r\n")
    assert smtp.answer() == base64.b64encode(b"secret") + b"\r\n"
    assert events(smtp, b"235 welcome\r\n") == [Replied(Stage.AUTH, Reply(235, ("welcome",)))]
    assert smtp.state is State.READY


def test_calls_the_login_off_when_the_relay_asks_for_more():
    smtp = ready(ehlo=b"250-relay.example\r\n250 AUTH PLAIN\r\n", encrypted=True)
    smtp.auth("me", "secret")
    events(smtp, b"334 \r\n")

    assert smtp.answer() == b"*\r\n"


# -- what the relay can do


def test_falls_back_to_helo():
    smtp = SmtpProtocol(ehlo_name="me.example")
    events(smtp, b"220 old.example\r\n")
    smtp.ehlo()
    events(smtp, b"502 what?\r\n")

    assert smtp.helo() == b"HELO me.example\r\n"
    events(smtp, b"250-old.example\r\n250 SIZE 5\r\n")
    assert smtp.state is State.READY
    assert smtp.capabilities.keywords == {}


def test_greets_lmtp_by_its_own_word():
    smtp = SmtpProtocol(ehlo_name="me.example", lmtp=True)
    events(smtp, b"220 lmtp.example\r\n")

    assert smtp.ehlo() == b"LHLO me.example\r\n"


@pytest.mark.parametrize(
    ("size", "code"), [pytest.param(1000, None, id="fits"), pytest.param(1001, 552, id="too big")]
)
def test_foresees_a_message_that_is_too_big(size, code):
    refusal = ready().foresee(None, "r@b.example", size)

    assert (refusal and refusal.reply.code) == code


@pytest.mark.parametrize(
    ("ehlo", "address", "refused", "line"),
    [
        pytest.param(b"250 x\r\n", "jörg@b.example", True, b"", id="needed, not offered"),
        pytest.param(
            b"250-x\r\n250 SMTPUTF8\r\n",
            "jörg@b.example",
            False,
            b"MAIL FROM:<> SMTPUTF8\r\n",
            id="needed and offered",
        ),
        pytest.param(
            b"250-x\r\n250 SMTPUTF8\r\n",
            "joe@b.example",
            False,
            b"MAIL FROM:<>\r\n",
            id="offered, not needed",
        ),
    ],
)
def test_asks_for_smtputf8_only_where_an_address_needs_it(ehlo, address, refused, line):
    smtp = ready(ehlo=ehlo)

    refusal = smtp.foresee(None, address, 1)

    if refused:
        assert refusal is not None
        assert (refusal.stage, refusal.reply.enhanced_code) == (Stage.RCPT, "5.6.7")
    else:
        assert refusal is None
        assert smtp.mail(None, address, 1) == line
