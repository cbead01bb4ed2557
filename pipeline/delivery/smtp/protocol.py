"""SMTP and LMTP as a state machine: bytes in, events out; commands in, bytes out.

The manner is h11's: no socket, no clock, nothing that waits. A message goes one of two ways::

    begin() -> Wanted -> body() ... the caller commits the hand-over ... finish() -> Decided
    ... the caller commits the hand-over ... chunk() -> Decided

Until ``finish`` or ``chunk`` the relay cannot have taken the message, from then on it may have.

``begin`` is one group (RFC 2920): RSET, MAIL, RCPT, DATA without a wait, and with the terminator of
the message before in front where there is one. A relay without PIPELINING gets the same commands
one by one: :meth:`SmtpProtocol.go_on` gives the next one when its turn has come. ``chunk`` is a
whole message (RFC 3030), and further ones may follow before it is decided.

A message is judged by the first refusal in its group, else by the reply to its end.
"""

from collections import deque
from itertools import islice
from typing import Any

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.commands import EnvelopeWriter
from pipeline.delivery.smtp.events import ChunkingBroken, Decided, Wanted
from pipeline.delivery.smtp.groups import Group
from pipeline.delivery.smtp.lacking import Lack
from pipeline.delivery.smtp.session import Session
from pipeline.delivery.smtp.steps import (
    CHUNK,
    GROUP,
    NEXT_GROUP,
    OPENED,
    OPENING,
    SENDS,
    WANTED,
    State,
    Step,
    StepError,
)  # fmt: skip
from pipeline.delivery.smuggling import check_data
from pipeline.delivery.stage import Stage
from pipeline.model.message import Envelope, Message

#: By names of their own, as in :mod:`pipeline.delivery.smtp.session`.
_HELD, _VOID, _WAITING = State.HELD, State.VOID, State.WAITING
_END_OF_DATA, _RSET, _BODY_SENT = Stage.END_OF_DATA, Stage.RSET, Step.BODY_SENT

#: Where a group may begin, by the view of what was sent.
_BEGINS = frozenset(state for state, stage in SENDS if stage is Stage.RSET)
_OF_GROUPS = frozenset(GROUP) | frozenset(CHUNK)
#: Codes by which a relay says that it does not know a command (RFC 5321, section 4.2.2).
_UNKNOWN = frozenset({500, 502, 503})


class SmtpProtocol(Session):
    """One side of one connection, the client's, with its messages."""

    def __init__(self, *, ehlo_name: str, lmtp: bool = False, pipelining: bool = True) -> None:
        """Begin a dialogue; without ``pipelining`` it is not used though the relay offers it."""
        super().__init__(ehlo_name=ehlo_name, lmtp=lmtp)
        self.is_pipelining = False
        self._may_pipeline = pipelining
        self._writer = EnvelopeWriter(self.capabilities)
        #: Commands whose turn has not come.
        self._unsent: deque[tuple[Stage, bytes]] = deque()
        self._groups: deque[Group] = deque()
        #: Replies read when a 421 came while whole messages were on their way behind it.
        self._dismissed_at = 0
        #: The relay answered the MAIL of a message that is not decided yet.
        self.is_trying = False

    # What came in.

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

    def _belongs_to_message(self, stage: Stage, code: int, before: State) -> bool:
        if stage not in _OF_GROUPS or not self._groups:
            return False
        group = self._groups[0]
        self.is_trying = stage is not Stage.RSET and stage is not Stage.END_OF_DATA
        if stage is Stage.END_OF_DATA:
            self._groups.popleft()
            if group.is_chunk and before is State.ADDRESSED and code in _UNKNOWN:
                self._events.append(ChunkingBroken(group.item, self._parser.last))
                self.close()
                return True
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
        return True

    def _goes_on(self) -> bool:
        is_streaming = any(group.is_chunk for group in self._groups)
        if is_streaming:
            self._dismissed_at = self.replies
        return is_streaming

    def _decide(self, group: Group, stage: Stage) -> None:
        if not group.is_decided:
            group.is_decided = True
            refusal = group.refusal or (stage, self._parser.last)
            self._events.append(Decided(group.item, *refusal))

    def _know(self, capabilities: Capabilities) -> None:
        super()._know(capabilities)
        self._writer = EnvelopeWriter(capabilities)
        self.is_pipelining = self._may_pipeline and "PIPELINING" in capabilities

    # What goes out.

    def foresee(self, envelope: Envelope, message: Message) -> Lack | None:
        """Give what the message needs and the relay does not offer, if there is anything."""
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
        self._refuse_unless(can=self.state is _HELD and not self._expected, what="the terminator")
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
        super().close()
        self._unsent.clear()
        for group in self._groups:
            if group.refusal is not None:
                self._decide(group, group.refusal[0])
        self._groups.clear()

    def _refuse_unless(self, *, can: bool, what: str) -> None:
        if not can:
            raise StepError(f"{what} in state {self.state}")
