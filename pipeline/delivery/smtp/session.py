"""The dialogue of one connection: what the relay says, in order, and what is said around messages.

Each command puts the stage of its reply into a queue, and each reply takes one out.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain, repeat

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.events import Closed, Event, Replied
from pipeline.delivery.smtp.logins import Auth, login
from pipeline.delivery.smtp.replies import RelayFaultError, ReplyParser
from pipeline.delivery.smtp.steps import LOCAL_STEPS, SENDS, STEPS, State, Step, StepError
from pipeline.delivery.smuggling import SmtpDataError
from pipeline.delivery.stage import Stage

#: By names of their own what is asked for each message: until Python 3.12 a member is looked up in
#: its class at ten times the cost.
_CLOSED, _HANDSHAKE = State.CLOSED, State.HANDSHAKE


class Session:
    """One side of one connection, the client's, without its messages."""

    def __init__(self, *, ehlo_name: str, lmtp: bool = False) -> None:
        self.state = State.START
        self.capabilities = Capabilities()
        self.is_encrypted = False
        self.ehlo_name = ehlo_name
        self._lmtp = lmtp
        self._projected = State.WAITING
        self._parser = ReplyParser()
        self._expected: deque[Stage] = deque([Stage.GREETING])
        self._events: deque[Event] = deque()
        self._answers: Iterator[str] = repeat("*")
        self._is_helo = False
        self._is_ended = False
        #: Replies read so far.
        self.replies = 0
        #: What the last reply answered; once closed, what would have been answered next.
        self.stage = Stage.GREETING

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
        """Take several replies in one step, if they are the usual ones."""
        return False

    def _belongs_to_message(self, stage: Stage, code: int, before: State) -> bool:
        """Take a reply to a message; ``False``: it is none. ``before``: the state until then."""
        del stage, code, before
        return False

    def _goes_on(self) -> bool:
        """Tell whether there is more to be heard after a 421."""
        return False

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
        if not self._belongs_to_message(stage, code, before):
            self._replied(stage, digit)
        if code == 421 and self._goes_on():
            return
        if code == 421 or self.state is State.CLOSED:
            self.close()

    def _replied(self, stage: Stage, digit: int) -> None:
        reply = self._parser.last
        if stage is Stage.EHLO and digit == 2:
            self._know(Capabilities() if self._is_helo else Capabilities.parse(reply.lines))
        if self.state is State.HANDSHAKE:
            self._parser.clear()
        self._events.append(Replied(stage, reply))

    def _take(self, step: Step) -> None:
        following = LOCAL_STEPS.get((self.state, step))
        if following is None:
            raise StepError(f"{step} in state {self.state}")
        self.state = self._projected = following

    def _know(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities

    # What goes out, one command at a time.

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

    def close(self) -> None:
        """Say that the connection is gone."""
        self._take(Step.CLOSED)
        if self._expected:
            self.stage = self._expected[0]
        self._expected.clear()

    @property
    def expected(self) -> Stage | None:
        """What the next reply answers; ``None`` when none is awaited."""
        return self._expected[0] if self._expected else None
