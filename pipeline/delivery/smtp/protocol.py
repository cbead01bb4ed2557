"""SMTP and LMTP as a state machine: bytes in, events out; commands in, bytes out.

The manner is h11's: no socket, no clock, nothing that waits. A transaction goes::

    mail() rcpt() data() body() ... the caller commits the hand-over ... finish()

``body`` sends everything but the terminator and answers with the event :class:`BodySent`;
until ``finish`` the relay cannot have taken the message, from then on it may have.

Each command puts the stage of its reply into a queue, and each reply takes one out. Commands go
one by one here; a group (RFC 2920) would be several of them before the first reply.
"""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.replies import RelayFaultError, Reply, ReplyParser
from pipeline.delivery.stage import Stage


class State(StrEnum):
    """Where the dialogue stands, by the replies read so far."""

    #: Nothing was read yet.
    START = "start"
    #: The relay named itself; or TLS began and everything is forgotten.
    GREETED = "greeted"
    #: EHLO is done and no transaction is open.
    READY = "ready"
    #: The relay agreed to TLS; nothing may be said before the handshake.
    HANDSHAKE = "handshake"
    #: In the middle of AUTH LOGIN.
    LOGIN = "login"
    #: MAIL was taken.
    MAILED = "mailed"
    #: RCPT was taken.
    ADDRESSED = "addressed"
    #: A transaction is open that must be left by RSET.
    OPEN = "open"
    #: The relay waits for the message.
    BODY = "body"
    #: The message is out, its terminator is not.
    HELD = "held"
    #: No more is said or believed.
    CLOSED = "closed"


_S, _G = State, Stage

#: Rule: whatever changes the state is in this table or in :data:`LOCAL_STEPS`.
#: (state, what was sent) -> first digit of the reply -> state. A pair that is not here cannot be
#: sent; a digit that is not here is a fault of the relay. A 421 closes, whatever stands here.
STEPS: Mapping[tuple[State, Stage], Mapping[int, State]] = MappingProxyType(
    {
        (_S.START, _G.GREETING): {2: _S.GREETED, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.GREETED, _G.EHLO): {2: _S.READY, 4: _S.GREETED, 5: _S.GREETED},
        (_S.READY, _G.STARTTLS): {2: _S.HANDSHAKE, 4: _S.READY, 5: _S.READY},
        (_S.READY, _G.AUTH): {2: _S.READY, 3: _S.LOGIN, 4: _S.READY, 5: _S.READY},
        (_S.LOGIN, _G.AUTH): {2: _S.READY, 3: _S.LOGIN, 4: _S.READY, 5: _S.READY},
        (_S.READY, _G.MAIL): {2: _S.MAILED, 4: _S.OPEN, 5: _S.OPEN},
        (_S.MAILED, _G.RCPT): {2: _S.ADDRESSED, 4: _S.OPEN, 5: _S.OPEN},
        (_S.ADDRESSED, _G.DATA): {3: _S.BODY, 4: _S.OPEN, 5: _S.OPEN},
        (_S.HELD, _G.END_OF_DATA): {2: _S.READY, 4: _S.READY, 5: _S.READY},
        (_S.READY, _G.RSET): {2: _S.READY, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.MAILED, _G.RSET): {2: _S.READY, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.ADDRESSED, _G.RSET): {2: _S.READY, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.OPEN, _G.RSET): {2: _S.READY, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.GREETED, _G.QUIT): {2: _S.CLOSED, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.READY, _G.QUIT): {2: _S.CLOSED, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.OPEN, _G.QUIT): {2: _S.CLOSED, 4: _S.CLOSED, 5: _S.CLOSED},
        # Said while the message was on its way: a refusal before its time. Nothing was handed
        # over, and DATA has no way to stop but to hang up.
        (_S.BODY, _G.END_OF_DATA): {4: _S.CLOSED, 5: _S.CLOSED},
    }
)


class Step(StrEnum):
    """What changes the state without a reply."""

    TLS_STARTED = "tls_started"
    BODY_SENT = "body_sent"
    CLOSED = "closed"


#: (state, step) -> state. Closing is possible everywhere.
LOCAL_STEPS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (_S.START, Step.TLS_STARTED): _S.START,
        (_S.HANDSHAKE, Step.TLS_STARTED): _S.GREETED,
        (_S.BODY, Step.BODY_SENT): _S.HELD,
        **{(state, Step.CLOSED): _S.CLOSED for state in State},
    }
)


@dataclass(frozen=True, slots=True)
class Replied:
    """A complete reply to what was sent at a stage."""

    stage: Stage
    reply: Reply


@dataclass(frozen=True, slots=True)
class BodySent:
    """Everything but the terminator is written; only ``finish`` hands the message over."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The dialogue is over, by a 421 that nobody asked for or by a close of the connection."""

    reply: Reply | None = None


Event = Replied | BodySent | Closed


class StepError(ValueError):
    """The caller wants to send what cannot be sent now; a mistake of the program."""


class SmtpDataError(ValueError):
    """The message holds bytes that could end it early (SMTP smuggling, VU#302671)."""


class SmtpProtocol:
    """One side of one connection: the client's."""

    def __init__(self, *, ehlo_name: str, lmtp: bool = False) -> None:
        self.state = State.START
        self.capabilities = Capabilities()
        self.is_encrypted = False
        self.ehlo_name = ehlo_name
        self._lmtp = lmtp
        self._parser = ReplyParser()
        self._expected: deque[Stage] = deque([Stage.GREETING])
        self._events: deque[Event] = deque()
        self._answers: deque[bytes] = deque()
        self._is_helo = False
        self._is_ended = False

    # What came in.

    def receive(self, data: bytes) -> None:
        """Take bytes from the relay; empty bytes mean that it closed the connection."""
        if self.state is State.CLOSED:
            return
        if data and self.state is State.HANDSHAKE:
            return  # said in clear after STARTTLS: never to be believed (CVE-2021-38371)
        if data:
            self._parser.feed(data)
        else:
            self._is_ended = True

    def next_event(self) -> Event | None:
        """Give what happened, in order; ``None`` when more bytes are needed.

        Raises RelayFaultError, and is closed then.
        """
        if self._events:
            return self._events.popleft()
        if self.state is State.CLOSED:
            return None
        try:
            reply = self._parser.next()
            if reply is not None:
                return self._judge(reply)
        except RelayFaultError:
            self._take(Step.CLOSED)
            raise
        # Only now: a complete reply decides, however fast the close came after it.
        if not self._is_ended:
            return None
        self._take(Step.CLOSED)
        return Closed()

    def _judge(self, reply: Reply) -> Event:
        if self._expected:
            stage = self._expected.popleft()
        elif reply.code == 421:
            self._take(Step.CLOSED)
            return Closed(reply)
        elif self.state in {State.BODY, State.HELD} and reply.digit in {4, 5}:
            stage, self.state = Stage.END_OF_DATA, State.BODY
        else:
            raise RelayFaultError(f"a reply to nothing: {reply}")
        following = STEPS[self.state, stage].get(reply.digit)
        if following is None:
            raise RelayFaultError(f"no answer to {stage.upper()}: {reply}")
        self.state = State.CLOSED if reply.code == 421 else following
        if stage is Stage.EHLO and reply.digit == 2:
            self.capabilities = Capabilities() if self._is_helo else _read(reply)
        if self.state is State.HANDSHAKE:
            self._parser.clear()
        return Replied(stage, reply)

    def _take(self, step: Step) -> None:
        following = LOCAL_STEPS.get((self.state, step))
        if following is None:
            raise StepError(f"{step} in state {self.state}")
        self.state = following
        if step is Step.CLOSED:
            self._expected.clear()

    # What goes out.

    def _send(self, stage: Stage, line: str) -> bytes:
        if self._expected or (self.state, stage) not in STEPS:
            raise StepError(f"{stage.upper()} in state {self.state}")
        command = line.encode()
        if b"\r" in command or b"\n" in command:
            raise SmtpDataError(f"a line end inside {stage.upper()}")
        self._expected.append(stage)
        return command + b"\r\n"

    def ehlo(self) -> bytes:
        """Say who we are: EHLO, or LHLO."""
        self._is_helo = False
        return self._send(Stage.EHLO, f"{'LHLO' if self._lmtp else 'EHLO'} {self.ehlo_name}")

    def helo(self) -> bytes:
        """Say it in the old way, after a relay refused EHLO; it has no capabilities then."""
        self._is_helo = True
        return self._send(Stage.EHLO, f"HELO {self.ehlo_name}")

    def starttls(self) -> bytes:
        return self._send(Stage.STARTTLS, "STARTTLS")

    def tls_started(self) -> None:
        """Say that the handshake is done; what was known in clear is forgotten (RFC 3207, 4.2)."""
        self._take(Step.TLS_STARTED)
        self._parser.clear()
        self.capabilities = Capabilities()
        self.is_encrypted = True

    def auth(self, username: str, password: str) -> bytes:
        """Log in by PLAIN (RFC 4616) or LOGIN; then send each :meth:`answer` that is asked for."""
        if not self.is_encrypted:
            raise StepError("AUTH without TLS")
        if "PLAIN" in self.capabilities.mechanisms:
            secret = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
            return self._send(Stage.AUTH, f"AUTH PLAIN {secret}")
        command = self._send(Stage.AUTH, "AUTH LOGIN")
        self._answers = deque(map(base64.b64encode, (username.encode(), password.encode())))
        return command

    def answer(self) -> bytes:
        """Answer a 334 of AUTH LOGIN; ``*`` calls it off when the relay asks too much."""
        return self._send(Stage.AUTH, self._answers.popleft().decode() if self._answers else "*")

    def foresee(self, mail_from: str | None, rcpt_to: str, size: int) -> Replied | None:
        """Give the refusal that the relay's capabilities already tell, if they do."""
        limit = self.capabilities.size
        if limit is not None and size > limit:
            text = f"5.3.4 the message has {size} octets, the relay takes {limit}"
            return Replied(Stage.MAIL, Reply(552, (text,), "5.3.4"))
        if _needs_utf8(mail_from, rcpt_to) and "SMTPUTF8" not in self.capabilities:
            # RFC 6531, section 3.5; it says nothing about the address.
            text = "5.6.7 the relay takes no address beyond ASCII (SMTPUTF8)"
            return Replied(Stage.RCPT, Reply(553, (text,), "5.6.7"))
        return None

    def mail(self, mail_from: str | None, rcpt_to: str, size: int) -> bytes:
        """Begin a transaction; the recipient decides whether SMTPUTF8 is asked for."""
        line = f"MAIL FROM:<{mail_from or ''}>"
        if "SIZE" in self.capabilities:
            line += f" SIZE={size}"
        if _needs_utf8(mail_from, rcpt_to):
            line += " SMTPUTF8"
        return self._send(Stage.MAIL, line)

    def rcpt(self, rcpt_to: str) -> bytes:
        return self._send(Stage.RCPT, f"RCPT TO:<{rcpt_to}>")

    def data(self) -> bytes:
        return self._send(Stage.DATA, "DATA")

    def body(self, data: bytes) -> bytes:
        """Send the message as it is, without its terminator.

        Raises SmtpDataError when it is not what the serialiser promises: only CRLF, the last
        line ended, no line that begins with a dot. So nothing in it needs stuffing.
        """
        check_data(data)
        self._take(Step.BODY_SENT)
        self._events.append(BodySent())
        return data

    def finish(self) -> bytes:
        """Hand the message over: the one step that cannot be taken back."""
        if self.state is not State.HELD or self._expected:
            raise StepError(f"the terminator in state {self.state}")
        self._expected.append(Stage.END_OF_DATA)
        return b".\r\n"

    def rset(self) -> bytes:
        return self._send(Stage.RSET, "RSET")

    def quit(self) -> bytes:
        return self._send(Stage.QUIT, "QUIT")

    def close(self) -> None:
        """Say that the connection is gone; no event follows."""
        self._take(Step.CLOSED)

    @property
    def is_awaiting(self) -> bool:
        """Whether something was sent that has no reply yet."""
        return bool(self._expected)


def check_data(data: bytes) -> None:
    """Refuse a message that a relay might read as more than one."""
    ends = data.count(b"\r\n")
    if not data.endswith(b"\r\n"):
        raise SmtpDataError("the message does not end with CRLF")
    if data.count(b"\n") != ends or data.count(b"\r") != ends:
        raise SmtpDataError("the message holds a CR or LF alone")
    if data.startswith(b".") or b"\r\n." in data:
        raise SmtpDataError("a line of the message begins with a dot")


def _read(reply: Reply) -> Capabilities:
    return Capabilities.parse(reply.lines)


def _needs_utf8(mail_from: str | None, rcpt_to: str) -> bool:
    return not ((mail_from or "").isascii() and rcpt_to.isascii())
