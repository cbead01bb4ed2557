import base64
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.delivery.smtp.events import ChunkingBroken, Closed, Decided, Event, Replied, Wanted
from pipeline.delivery.smtp.logins import Auth
from pipeline.delivery.smtp.protocol import SmtpProtocol
from pipeline.delivery.smtp.replies import RelayFaultError, Reply
from pipeline.delivery.smtp.steps import (
    CHUNK,
    GROUP,
    LOCAL_STEPS,
    SENDS,
    STEPS,
    State,
    Step,
    StepError,
)
from pipeline.delivery.smuggling import SmtpDataError
from pipeline.delivery.stage import Stage
from pipeline.model.message import Envelope, Message

MESSAGE = Message("<7@a.example>", b"Subject: x\r\n\r\nHello.\r\n")
EHLO = b"250-relay.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
GROUPS = b"250-relay.example\r\n250 PIPELINING\r\n"
CHUNKS = b"250-relay.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
ENVELOPE = Envelope("news@a.example", "r@b.example")
OPEN = b"250 reset\r\n250 sender\r\n250 reader\r\n"
TAKEN = Reply(250, ("2.0.0 taken",), "2.0.0")


def events(smtp: SmtpProtocol, *pieces: bytes) -> list[Event]:
    found = []
    for piece in pieces:
        smtp.receive(piece)
        while (event := smtp.next_event()) is not None:
            found.append(event)
    return found


def ready(*, ehlo: bytes = EHLO, encrypted: bool = False, **settings: bool) -> SmtpProtocol:
    smtp = SmtpProtocol(ehlo_name="me.example", **settings)
    if encrypted:
        smtp.tls_started()
    events(smtp, b"220 relay.example\r\n")
    smtp.ehlo()
    events(smtp, ehlo)
    return smtp


def begun(smtp: SmtpProtocol, item: object = "a", **to: str) -> bytes:
    return smtp.begin(
        item, Envelope(**{"mail_from": "news@a.example", "rcpt_to": "r@b.example", **to}), MESSAGE
    )


def held(ehlo: bytes = GROUPS, *, lmtp: bool = False) -> SmtpProtocol:
    smtp = ready(ehlo=ehlo, lmtp=lmtp)
    begun(smtp)
    assert events(smtp, OPEN + b"354 go on\r\n") == [Wanted("a")]
    assert smtp.body(MESSAGE) == MESSAGE.data
    return smtp


# -- one message


def test_a_group_is_one_write_and_the_terminator_goes_with_the_next():
    smtp = ready(ehlo=GROUPS)

    group = begun(smtp, "a")
    assert group == (b"RSET\r\nMAIL FROM:<news@a.example>\r\nRCPT TO:<r@b.example>\r\nDATA\r\n")
    assert events(smtp, OPEN + b"354 go on\r\n") == [Wanted("a")]
    assert smtp.body(MESSAGE) == MESSAGE.data
    assert not smtp.can_begin
    assert smtp.finish() + begun(smtp, "b") == b".\r\n" + group
    assert events(smtp, b"250 2.0.0 taken\r\n" + OPEN + b"354 go on\r\n") == [
        Decided("a", Stage.END_OF_DATA, TAKEN),
        Wanted("b"),
    ]


def test_without_pipelining_each_command_waits_for_the_reply_to_the_one_before():
    smtp = ready()

    assert begun(smtp) == b"MAIL FROM:<news@a.example> SIZE=22\r\n"
    assert smtp.go_on() == b""
    assert events(smtp, b"250 ok\r\n") == []
    assert smtp.go_on() == b"RCPT TO:<r@b.example>\r\n"
    events(smtp, b"250 ok\r\n")
    assert smtp.go_on() == b"DATA\r\n"
    assert events(smtp, b"354 go on\r\n") == [Wanted("a")]
    assert smtp.body(MESSAGE) == MESSAGE.data
    assert smtp.finish() == b".\r\n"
    assert not smtp.can_begin
    assert events(smtp, b"250 2.0.0 taken\r\n") == [Decided("a", Stage.END_OF_DATA, TAKEN)]
    assert smtp.can_begin


def test_pipelining_is_left_alone_when_we_may_not_use_it():
    smtp = ready(ehlo=GROUPS, pipelining=False)

    assert begun(smtp) == b"MAIL FROM:<news@a.example>\r\n"


def test_null_sender_is_an_empty_path():
    smtp = ready()

    assert smtp.begin("a", Envelope(None, "r@b.example"), MESSAGE) == b"MAIL FROM:<> SIZE=22\r\n"


# -- refusals in a group


@pytest.mark.parametrize(
    ("replies", "stage", "text"),
    [
        pytest.param(
            b"250 ok\r\n451 no sender\r\n503 MAIL first\r\n503 RCPT first\r\n",
            Stage.MAIL, "no sender", id="MAIL",
        ),
        pytest.param(
            b"250 ok\r\n250 ok\r\n550 no such\r\n554 nobody\r\n",
            Stage.RCPT, "no such", id="RCPT",
        ),
        pytest.param(
            b"250 ok\r\n250 ok\r\n250 ok\r\n451 full\r\n", Stage.DATA, "full", id="DATA"
        ),
        pytest.param(
            b"250 ok\r\n451 no sender\r\n250 strange\r\n503 MAIL first\r\n",
            Stage.MAIL, "no sender", id="MAIL, and RCPT taken all the same",
        ),
    ],
)  # fmt: skip
def test_a_message_is_judged_by_the_first_refusal_of_its_group(replies, stage, text):
    smtp = ready(ehlo=GROUPS)
    begun(smtp)

    (event,) = events(smtp, replies)

    assert isinstance(event, Decided)
    assert (event.item, event.stage, event.reply.text) == ("a", stage, text)
    assert begun(smtp, "b").startswith(b"RSET\r\n")


def test_the_terminator_alone_leaves_a_message_to_nobody():
    smtp = ready(ehlo=GROUPS)
    begun(smtp)

    (event,) = events(smtp, b"250 ok\r\n250 ok\r\n550 5.1.1 no such\r\n354 go on\r\n")

    assert isinstance(event, Decided)
    assert (event.stage, event.reply.code) == (Stage.RCPT, 550)
    assert not smtp.can_begin
    with pytest.raises(StepError):
        smtp.body(MESSAGE)
    assert smtp.go_on() + begun(smtp, "b")[:6] == b".\r\nRSET\r\n"
    assert events(smtp, b"554 nobody\r\n" + OPEN + b"354 go on\r\n") == [Wanted("b")]


def test_hangs_up_where_lmtp_would_have_no_reply_to_it():
    smtp = ready(ehlo=GROUPS, lmtp=True)
    begun(smtp)
    events(smtp, b"250 ok\r\n250 ok\r\n550 5.1.1 no such\r\n354 go on\r\n")

    assert smtp.go_on() == b""
    assert smtp.state is State.CLOSED


def test_hangs_up_rather_than_send_an_empty_message_to_somebody():
    smtp = ready(ehlo=GROUPS)
    begun(smtp)

    (event,) = events(smtp, b"250 ok\r\n451 no sender\r\n250 strange\r\n354 go on\r\n")

    assert isinstance(event, Decided)
    assert event.stage is Stage.MAIL
    assert smtp.state is State.CLOSED
    assert smtp.go_on() == b""


@pytest.mark.parametrize(
    "end", [pytest.param(b"", id="a close"), pytest.param(b"what?\r\n", id="junk")]
)
def test_a_refusal_decides_though_the_rest_of_its_group_is_not_answered(end):
    smtp = ready(ehlo=GROUPS)
    begun(smtp)
    events(smtp, b"250 ok\r\n250 ok\r\n550 5.1.1 no such\r\n")
    smtp.receive(end)
    try:
        first = smtp.next_event()
    except RelayFaultError:
        first = smtp.next_event()

    assert isinstance(first, Decided)
    assert first.stage is Stage.RCPT


def test_a_refused_recipient_is_reset_without_pipelining_too():
    smtp = ready()
    begun(smtp)
    events(smtp, b"250 ok\r\n")
    smtp.go_on()
    (event,) = events(smtp, b"550 5.1.1 no\r\n")

    assert isinstance(event, Decided)
    assert smtp.go_on() == b""
    assert begun(smtp, "b") == b"RSET\r\n"
    events(smtp, b"250 ok\r\n")
    assert smtp.go_on().startswith(b"MAIL")


# -- CHUNKING


def chunked(smtp: SmtpProtocol, items: Sequence[str]) -> list[bytes]:
    return [smtp.chunk(item, ENVELOPE, MESSAGE) for item in items]


def test_whole_messages_stream():
    smtp = ready(ehlo=CHUNKS)

    first, second = chunked(smtp, "ab")

    assert first == second
    assert first == (
        b"RSET\r\nMAIL FROM:<news@a.example>\r\nRCPT TO:<r@b.example>\r\nBDAT 22 LAST\r\n"
        + MESSAGE.data
    )
    assert events(smtp, (OPEN + b"250 2.0.0 taken\r\n") * 2) == [
        Decided("a", Stage.END_OF_DATA, TAKEN),
        Decided("b", Stage.END_OF_DATA, TAKEN),
    ]


def test_each_message_in_the_window_has_its_own_answer():
    smtp = ready(ehlo=CHUNKS)
    chunked(smtp, "abcd")

    found = events(
        smtp,
        OPEN + b"250 2.0.0 taken\r\n"
        b"250 ok\r\n250 ok\r\n550 5.1.1 no such\r\n503 nobody\r\n" + OPEN + b"452 full\r\n"
        b"250 ok\r\n451 who\r\n503 MAIL first\r\n503 nobody\r\n",
    )

    assert [(it.item, it.stage, it.reply.code) for it in found if isinstance(it, Decided)] == [
        ("a", Stage.END_OF_DATA, 250),
        ("b", Stage.RCPT, 550),
        ("c", Stage.END_OF_DATA, 452),
        ("d", Stage.MAIL, 451),
    ]


@pytest.mark.parametrize("code", [500, 502, 503])
def test_a_relay_that_does_not_know_bdat_has_not_taken_the_message(code):
    smtp = ready(ehlo=CHUNKS)
    chunked(smtp, "ab")

    assert events(smtp, OPEN + b"%d what?\r\n" % code) == [
        ChunkingBroken("a", Reply(code, ("what?",)))
    ]
    assert smtp.state is State.CLOSED
    assert events(smtp, b"250 whatever this is\r\n") == []


def test_a_message_that_was_taken_counts_though_its_sender_was_refused():
    smtp = ready(ehlo=CHUNKS)
    chunked(smtp, "a")

    assert events(smtp, b"250 ok\r\n451 who\r\n250 ok\r\n250 2.0.0 taken\r\n") == [
        Decided("a", Stage.END_OF_DATA, TAKEN)
    ]


@pytest.mark.parametrize(
    ("ehlo", "settings"),
    [
        pytest.param(GROUPS, {}, id="not offered"),
        pytest.param(b"250-x\r\n250 CHUNKING\r\n", {}, id="without PIPELINING"),
        pytest.param(CHUNKS, {"lmtp": True}, id="LMTP"),
    ],
)
def test_no_streaming(ehlo, settings):
    smtp = ready(ehlo=ehlo, **settings)

    assert not smtp.can_chunk
    with pytest.raises(StepError):
        chunked(smtp, "a")


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


#: Usual ones, and some that are read line by line.
_ANSWERS = (
    *_REPLIES.values(),
    b"251 2.1.5 taken on\r\n",
    b"250\r\n",
    b"250-two\r\n250 lines\r\n",
    b"250 2.0.0 sch\xc3\xb6n\r\n",
    b"421 4.3.2 going down\r\n",
)


@given(st.lists(st.sampled_from(_ANSWERS), min_size=1, max_size=7), st.booleans())
@example([b"250 2.0.0 taken\r\n", *[b"250 ok\r\n"] * 3, b"354 go on\r\n"], False)
@example([b"250 2.0.0 taken\r\n", *[b"250 ok\r\n"] * 3, b"550 never\r\n"], False)
@example([b"250 2.0.0 taken\r\n", *[b"250 ok\r\n"] * 4], False)
def test_what_is_read_in_one_step_means_what_it_means_byte_by_byte(answers, lmtp):
    data = b"".join(answers)

    assert heard(lmtp, [data]) == heard(lmtp, [bytes([octet]) for octet in data])


def heard(lmtp: bool, pieces: list[bytes]) -> object:
    """Tell all that a dialogue knows after a terminator, with a group behind it, was answered."""
    smtp = held(lmtp=lmtp)
    smtp.finish()
    begun(smtp, "b")
    found: list[Event] = []
    fault = ""
    for piece in pieces:
        try:
            smtp.receive(piece)
            while (event := smtp.next_event()) is not None:
                found.append(event)
        except RelayFaultError as error:
            fault = str(error)
            found += events(smtp, b"")  # what was decided before still comes
    known = (smtp.state, smtp.stage, smtp.expected, smtp.replies, smtp.is_trying, smtp.can_begin)
    return found, known, fault


#: The commands that belong to no message.
_COMMANDS = {
    Stage.EHLO: lambda smtp: smtp.ehlo(),
    Stage.STARTTLS: lambda smtp: smtp.starttls(),
    Stage.AUTH: lambda smtp: smtp.auth(Auth.PLAIN, "me", "secret"),
    Stage.QUIT: lambda smtp: smtp.quit(),
}


def in_state(state: State, **settings: bool) -> SmtpProtocol:
    smtp = ready(encrypted=True, ehlo=CHUNKS, **settings)
    smtp.state = smtp._projected = state
    return smtp


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("stage", _COMMANDS)
def test_only_the_commands_of_the_table_can_be_sent(state, stage):
    smtp = in_state(state)

    if (state, stage) in SENDS:
        assert _COMMANDS[stage](smtp).endswith(b"\r\n")
        assert smtp._projected is SENDS[state, stage]
        return

    with pytest.raises(StepError):
        _COMMANDS[stage](smtp)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("form", [GROUP, CHUNK], ids=["group", "chunk"])
def test_a_group_follows_the_table_step_by_step(state, form):
    smtp = in_state(state)
    walked = state
    for stage in form:
        walked = SENDS.get((walked, stage), State.CLOSED)

    if (state, Stage.RSET) not in SENDS:
        with pytest.raises(StepError):
            begun(smtp) if form is GROUP else chunked(smtp, "a")
        return

    begun(smtp) if form is GROUP else chunked(smtp, "a")
    assert smtp._projected is walked
    assert tuple(smtp._expected) == form


@pytest.mark.parametrize("state", State)
def test_a_terminator_follows_a_body_and_nothing_else(state):
    smtp = in_state(state)

    if state is State.HELD:
        assert smtp.finish() == b".\r\n"
        assert smtp._projected is SENDS[state, Stage.END_OF_DATA]
        return

    with pytest.raises(StepError):
        smtp.finish()


@pytest.mark.parametrize("stage", _COMMANDS)
def test_a_command_that_belongs_to_no_message_waits_for_every_reply(stage):
    smtp = in_state(State.READY)
    chunked(smtp, "a")

    with pytest.raises(StepError):
        _COMMANDS[stage](smtp)


def test_every_state_that_was_sent_has_a_reply():
    for state, stage in SENDS:
        assert (state, stage) in STEPS


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_and_can_be_closed(state):
    reached = {to for row in STEPS.values() for to in row.values()}
    reached |= set(LOCAL_STEPS.values()) | set(SENDS.values())

    assert state in reached
    assert LOCAL_STEPS[state, Step.CLOSED] is State.CLOSED


# -- the terminator


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
    smtp = in_state(State.BODY)

    with pytest.raises(SmtpDataError):
        smtp.body(Message("<1@a.example>", data))

    assert smtp.state is State.BODY
    with pytest.raises(SmtpDataError):
        in_state(State.READY).chunk("a", ENVELOPE, Message("<1@a.example>", data))


@pytest.mark.parametrize("name", ["me\r\nQUIT", "me\nQUIT"])
def test_refuses_a_line_end_inside_a_command(name):
    smtp = SmtpProtocol(ehlo_name=name)
    events(smtp, b"220 relay.example\r\n")

    with pytest.raises(SmtpDataError):
        smtp.ehlo()


def test_a_refusal_before_the_terminator_is_the_answer_to_the_message():
    smtp = held()

    assert events(smtp, b"552 5.3.4 too big\r\n") == [
        Decided("a", Stage.END_OF_DATA, Reply(552, ("5.3.4 too big",), "5.3.4"))
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

    assert smtp.next_event() == Decided("a", Stage.END_OF_DATA, TAKEN)
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
        ready().auth(Auth.PLAIN, "me", "secret")


def test_logs_in_by_plain():
    command = ready(encrypted=True).auth(Auth.PLAIN, "me", "gehäim")

    assert command.startswith(b"AUTH PLAIN ")
    assert base64.b64decode(command.split()[2]) == "\0me\0gehäim".encode()


def test_logs_in_by_login():
    smtp = ready(encrypted=True)

    assert smtp.auth(Auth.LOGIN, "me", "secret") == b"AUTH LOGIN\r\n"
    events(smtp, b"334 VXNlcm5hbWU6\r\n")
    assert smtp.answer() == base64.b64encode(b"me") + b"\r\n"
    events(smtp, b"334 UGFzc3dvcmQ6\r\n")
    assert smtp.answer() == base64.b64encode(b"secret") + b"\r\n"
    assert events(smtp, b"235 welcome\r\n") == [Replied(Stage.AUTH, Reply(235, ("welcome",)))]
    assert smtp.state is State.READY


def test_logs_in_with_a_token_and_answers_its_challenge_with_an_empty_line():
    smtp = ready(encrypted=True)

    command = smtp.auth(Auth.XOAUTH2, "me@a.example", "ya29.token")
    assert base64.b64decode(command.split()[2]) == (
        b"user=me@a.example\x01auth=Bearer ya29.token\x01\x01"
    )
    events(smtp, b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")
    assert smtp.answer() == b"\r\n"
    (event,) = events(smtp, b"535 5.7.8 no\r\n")
    assert isinstance(event, Replied)
    assert smtp.state is State.READY


def test_calls_the_login_off_when_the_relay_asks_for_more():
    smtp = ready(encrypted=True)
    smtp.auth(Auth.PLAIN, "me", "secret")
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
