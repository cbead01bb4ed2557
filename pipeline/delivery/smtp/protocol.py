"""SMTP and LMTP as a state machine: bytes in, events out; commands in, bytes out.

The manner is h11's: no socket, no clock, nothing that waits. A message goes one of two ways::

    begin() -> Wanted -> body() ... the caller commits the hand-over ... finish() -> Decided
    ... the caller commits the hand-over ... chunk() -> Decided

Until ``finish`` or ``chunk`` the relay cannot have taken the message, from then on it may have.

``begin`` is one group (RFC 2920): RSET, MAIL, RCPT, DATA without a wait, and with the terminator of
the message before in front where there is one. A relay without PIPELINING gets the same commands
one by one: :meth:`SmtpProtocol.go_on` gives the next one when its turn has come. ``chunk`` is a
whole message (RFC 3030), and further ones may follow before it is decided.

Each command puts the stage of its reply into a queue, and each reply takes one out. A message is
judged by the first refusal in its group, else by the reply to its end.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import Any

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.commands import EnvelopeWriter
from pipeline.delivery.smtp.events import ChunkingBroken, Closed, Decided, Event, Replied, Wanted
from pipeline.delivery.smtp.groups import Group
from pipeline.delivery.smtp.logins import Auth, login
from pipeline.delivery.smtp.replies import RelayFaultError, Reply, ReplyParser
from pipeline.delivery.smtp.steps import (
    CHUNK,
    GROUP,
    LOCAL_STEPS,
    NEXT_GROUP,
    OPENED,
    OPENING,
    SENDS,
    STEPS,
    WANTED,
    State,
    Step,
    StepError,
)  # fmt: skip
from pipeline.delivery.smuggling import SmtpDataError, check_data
from pipeline.delivery.stage import Stage
from pipeline.model.message import Envelope, Message

#: By names of their own what is asked for each message: until Python 3.12 a member is looked up in
#: its class at ten times the cost.
_CLOSED, _HANDSHAKE, _HELD, _VOID = State.CLOSED, State.HANDSHAKE, State.HELD, State.VOID
_END_OF_DATA, _RSET, _WAITING, _BODY_SENT = Stage.END_OF_DATA, Stage.RSET, State.WAITING, Step.BODY_SENT

#: Where a group may begin, by the view of what was sent.
_BEGINS = frozenset(state for state, stage in SENDS if stage is Stage.RSET)
_OF_GROUPS = frozenset(GROUP) | frozenset(CHUNK)
#: Codes by which a relay says that it does not know a command (RFC 5321, section 4.2.2).
_UNKNOWN = frozenset({500, 502, 503})


class SmtpProtocol:
    """One side of one connection: the client's."""

    def __init__(self, *, ehlo_name: str, lmtp: bool = False, pipelining: bool = True) -> None:
        """Begin a dialogue; without ``pipelining`` it is not used though the relay offers it."""
        self.state = State.START
        self.capabilities = Capabilities()
        self.is_encrypted = False
        self.is_pipelining = False
        self.ehlo_name = ehlo_name
        self._lmtp = lmtp
        self._may_pipeline = pipelining
        self._projected = State.WAITING
        self._parser = ReplyParser()
        self._writer = EnvelopeWriter(self.capabilities)
        self._expected: deque[Stage] = deque([Stage.GREETING])
        #: Commands whose turn has not come.
        self._unsent: deque[tuple[Stage, bytes]] = deque()
        self._groups: deque[Group] = deque()
        self._events: deque[Event] = deque()
        self._answers: Iterator[str] = repeat("*")
        self._is_helo = False
        self._is_ended = False
        #: Replies read so far.
        self.replies = 0
        #: The same when a 421 came while whole messages were on their way behind it.
        self._dismissed_at = 0
        #: What the last reply answered; once closed, what would have been answered next.
        self.stage = Stage.GREETING
        #: The relay answered the MAIL of a message that is not decided yet.
        self.is_trying = False

    # What came in.

    def receive(self, data: bytes) -> None:
        """Take bytes from the relay; empty bytes mean that it closed the connection."""
        if self.state is _CLOSED:
            return
        if data and self.state is _HANDSHAKE:
            return  # said in clear after STARTTLS: never to be believed (CVE-2021-38371)
        if data:
            self._parser.feed(data)
        else:
            self._is_ended = True

    def next_event(self) -> Event | None:
        """Give what happened, in order; ``None`` when more bytes are needed.

        Raises RelayFaultError, and is closed then; what was decided before still comes.
        """
        while True:
            if self._events:
                return self._events.popleft()
            if self.state is _CLOSED:
                return None
            try:
                if self._expected and self._pass():
                    continue
                code = self._parser.next_code()
                if code:
                    self._judge(code)
                    continue
            except RelayFaultError:
                self.close()
                raise
            # Only now: a complete reply decides, however fast the close came after it.
            if not self._is_ended:
                return None
            self.close()
            self._events.append(Closed())

    def _pass(self) -> bool:
        """Take what is nearly always read in one step, if all of it is there."""
        first = self._expected[0]
        if first is _END_OF_DATA:
            return self._pass_group()
        return first is _RSET and self._pass_opening()

    def _pass_group(self) -> bool:
        """Take the yes to a message, and to every command of the next one up to DATA."""
        expected = self._expected
        if len(expected) != len(NEXT_GROUP) or self.state is not _HELD:
            return False
        reply = self._parser.skip_five()
        if reply is None:
            return False
        expected.clear()
        self.replies += len(NEXT_GROUP)
        self.stage = NEXT_GROUP[-1]
        self.state = self._projected = WANTED
        self.is_trying = True
        self._events.append(Decided(self._groups.popleft().item, NEXT_GROUP[0], reply))
        self._events.append(Wanted(self._groups[0].item))
        return True

    def _pass_opening(self) -> bool:
        """Take three yeses to RSET, MAIL and RCPT."""
        expected = self._expected
        if (
            len(expected) <= len(OPENING)
            or self.state not in _BEGINS
            or not self._parser.skip_three()
        ):
            return False
        for _ in OPENING:
            self.stage = expected.popleft()
        self.replies += len(OPENING)
        self.is_trying = True
        self.state = OPENED
        return True

    def _judge(self, code: int) -> None:
        self.replies += 1
        digit = code // 100
        if self._expected:
            stage = self._expected.popleft()
        elif code == 421:
            self.close()
            self._events.append(Closed(self._parser.last))
            return
        elif (self.state, Step.REFUSED_EARLY) in LOCAL_STEPS and digit in {4, 5}:
            stage = Stage.END_OF_DATA
            self._take(Step.REFUSED_EARLY)
        else:
            raise RelayFaultError(f"a reply to nothing: {self._parser.last}")
        self.stage = stage
        before = self.state
        following = STEPS.get((before, stage), {}).get(digit)
        if following is None:
            raise RelayFaultError(f"no answer to {stage.said}: {self._parser.last}")
        self.state = following
        if not self._expected:
            self._projected = following
        if stage in _OF_GROUPS and self._groups:
            self._judge_group(stage, code, before)
        else:
            self._replied(stage, digit)
        if code == 421 and any(group.is_chunk for group in self._groups):
            self._dismissed_at = self.replies
        elif code == 421 or self.state is State.CLOSED:
            self.close()

    def _replied(self, stage: Stage, digit: int) -> None:
        reply = self._parser.last
        if stage is Stage.EHLO and digit == 2:
            self._know(Capabilities() if self._is_helo else Capabilities.parse(reply.lines))
        if self.state is State.HANDSHAKE:
            self._parser.clear()
        self._events.append(Replied(stage, reply))

    def _judge_group(self, stage: Stage, code: int, before: State) -> None:
        group = self._groups[0]
        self.is_trying = stage is not Stage.RSET and stage is not Stage.END_OF_DATA
        if stage is Stage.END_OF_DATA:
            self._groups.popleft()
            if group.is_chunk and before is State.ADDRESSED and code in _UNKNOWN:
                self._events.append(ChunkingBroken(group.item, self._parser.last))
                self.close()
                return
            if before is State.ASTRAY and code // 100 == 2:
                group.refusal = None  # whatever it meant by refusing MAIL: it took the message
            self._decide(group, stage)
        elif code < 400:
            if stage is Stage.DATA:
                if self.state is State.BODY:
                    self._events.append(Wanted(group.item))
                else:
                    self._decide(group, stage)
        else:
            if group.refusal is None:
                group.refusal = (stage, self._parser.last)
            if not self._expected or stage is Stage.DATA:
                # Nothing more of this group was sent, or nothing more is to be answered.
                self.is_trying = False
                self._unsent.clear()
                self._groups.popleft()
                self._decide(group, stage)

    def _decide(self, group: Group, stage: Stage) -> None:
        if not group.is_decided:
            group.is_decided = True
            refusal = group.refusal or (stage, self._parser.last)
            self._events.append(Decided(group.item, *refusal))

    def _take(self, step: Step) -> None:
        following = LOCAL_STEPS.get((self.state, step))
        if following is None:
            raise StepError(f"{step} in state {self.state}")
        self.state = self._projected = following

    def _know(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self._writer = EnvelopeWriter(capabilities)
        self.is_pipelining = self._may_pipeline and "PIPELINING" in capabilities

    # What goes out: the dialogue around the messages, one command at a time.

    def command(self, stage: Stage, line: str) -> bytes:
        """Send one that belongs to no message; raises StepError where it cannot be said."""
        following = SENDS.get((self._projected, stage))
        if self._expected or following is None:
            raise StepError(f"{stage.said} in state {self.state}")
        if "\r" in line or "\n" in line:
            raise SmtpDataError(f"a line end inside {stage.said}")
        self._projected = following
        self._expected.append(stage)
        return line.encode() + b"\r\n"

    def ehlo(self) -> bytes:
        """Say who we are: EHLO, or LHLO."""
        self._is_helo = False
        return self.command(Stage.EHLO, f"{'LHLO' if self._lmtp else 'EHLO'} {self.ehlo_name}")

    def helo(self) -> bytes:
        """Say it in the old way, after a relay refused EHLO; it has no capabilities then."""
        self._is_helo = True
        return self.command(Stage.EHLO, f"HELO {self.ehlo_name}")

    def starttls(self) -> bytes:
        return self.command(Stage.STARTTLS, "STARTTLS")

    def tls_started(self) -> None:
        """Say that the handshake is done; what was known in clear is forgotten (RFC 3207, 4.2)."""
        self._take(Step.TLS_STARTED)
        self._parser.clear()
        self._know(Capabilities())
        self.is_encrypted = True

    def auth(self, mechanism: Auth, username: str, password: str) -> bytes:
        """Log in; then send each :meth:`answer` that is asked for."""
        if not self.is_encrypted:
            raise StepError("AUTH without TLS")
        lines = login(mechanism, username, password)
        command = self.command(Stage.AUTH, lines.command)
        self._answers = chain(lines.answers, repeat(lines.last))
        return command

    def answer(self) -> bytes:
        """Answer a 334."""
        return self.command(Stage.AUTH, next(self._answers))

    @property
    def can_quit(self) -> bool:
        """Whether leave can be taken now."""
        return not self._expected and (self._projected, Stage.QUIT) in SENDS

    def quit(self) -> bytes:
        return self.command(Stage.QUIT, "QUIT")

    # What goes out: messages.

    def foresee(self, envelope: Envelope, message: Message) -> tuple[Stage, Reply] | None:
        """Give the refusal that the relay's capabilities already tell, if they do."""
        return self._writer.foresee(envelope, message)

    @property
    def is_dismissed(self) -> bool:
        """Whether a 421 was the last that the relay said, to a message with others behind it.

        "Closing transmission channel" (RFC 5321, section 4.2.2): if it does close now, it did not
        look at those others, whose RSET it would have answered first.
        """
        return bool(self._dismissed_at) and self._dismissed_at == self.replies

    @property
    def can_begin(self) -> bool:
        """Whether another message may be begun, or chunked, right now."""
        return (
            self._projected in _BEGINS
            and not self._dismissed_at
            and not self._unsent
            and (self.is_pipelining or not self._expected)
        )

    @property
    def can_chunk(self) -> bool:
        """Whether whole messages may stream. LMTP does not say how BDAT to nobody is answered."""
        return self.is_pipelining and not self._lmtp and "CHUNKING" in self.capabilities

    def begin(self, item: Any, envelope: Envelope, message: Message) -> bytes:
        """Open a transaction and ask for the message to be wanted; ``item`` comes back in events.

        Raises StepError where :attr:`can_begin` is false, SmtpDataError for an address with a line
        end.
        """
        self._refuse_unless(can=self.can_begin, what="a message")
        mail, rcpt = self._writer.mail(envelope, message), self._writer.rcpt(envelope)
        commands = (b"RSET\r\n", mail, rcpt, b"DATA\r\n")
        self._groups.append(Group(item, is_chunk=False))
        if self.is_pipelining:
            self._expected.extend(GROUP)
            self._projected = _WAITING
            return b"".join(commands)
        # RSET costs a round trip here, and is only needed to leave something.
        stages = zip(GROUP, commands, strict=True)
        self._unsent.extend(islice(stages, self.state is State.READY, None))
        return self.go_on()

    def go_on(self) -> bytes:
        """Give what is to be sent now that replies were read: nothing, or the next command."""
        if self._expected:
            return b""
        if self._unsent:
            stage, command = self._unsent.popleft()
            self._projected = SENDS[self._projected, stage]
            self._expected.append(stage)
            return command
        if self.state is _VOID:
            if self._lmtp:  # one reply for each recipient: here, how many?
                self.close()
                return b""
            return self._end()
        return b""

    def body(self, message: Message) -> bytes:
        """Send the message as it is, without its terminator.

        Raises SmtpDataError when it is not what the serialiser promises: only CRLF, the last
        line ended, no line that begins with a dot. So nothing in it needs stuffing.
        """
        if not message.is_checked:
            check_data(message.data)
        self._take(_BODY_SENT)
        return message.data

    def finish(self) -> bytes:
        """Hand the message over: the one step that cannot be taken back."""
        self._refuse_unless(
            can=self.state is _HELD and not self._expected, what="the terminator"
        )
        return self._end()

    def _end(self) -> bytes:
        self._projected = SENDS[self.state, _END_OF_DATA]
        self._expected.append(_END_OF_DATA)
        return b".\r\n"

    def chunk(self, item: Any, envelope: Envelope, message: Message) -> bytes:
        """Hand a whole message over: this cannot be taken back either.

        Raises as :meth:`begin` and :meth:`body` do.
        """
        self._refuse_unless(can=self.can_chunk and self.can_begin, what="BDAT")
        mail, rcpt = self._writer.mail(envelope, message), self._writer.rcpt(envelope)
        if not message.is_checked:
            check_data(message.data)
        self._groups.append(Group(item, is_chunk=True))
        self._expected.extend(CHUNK)
        self._projected = State.READY
        size = b"BDAT %d LAST\r\n" % len(message.data)
        return b"".join((b"RSET\r\n", mail, rcpt, size, message.data))

    def close(self) -> None:
        """Say that the connection is gone; messages refused so far still come as events."""
        self._take(Step.CLOSED)
        if self._expected:
            self.stage = self._expected[0]
        self._expected.clear()
        self._unsent.clear()
        for group in self._groups:
            if group.refusal is not None:
                self._decide(group, group.refusal[0])
        self._groups.clear()

    @property
    def expected(self) -> Stage | None:
        """What the next reply answers; ``None`` when none is awaited."""
        return self._expected[0] if self._expected else None

    def _refuse_unless(self, *, can: bool, what: str) -> None:
        if not can:
            raise StepError(f"{what} in state {self.state}")
