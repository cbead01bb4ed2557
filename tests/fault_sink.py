"""An SMTP server that does wrong on demand, at any step, and counts what it took.

::

    with FaultSink() as sink:
        sink.on("RCPT", Say("550 5.1.1 no such user"), to="gone@mail.example")
        sink.on(".", Drop(), times=1)
        ...
        assert sink.counts["reader@mail.example"] == 1

Steps: CONNECT, EHLO, HELO, LHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (its first bytes are in),
``.`` (the terminator is in), RSET, QUIT, and IDLE (a reply was sent to the terminator).
"""

import base64
import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Say:
    """Answer with these lines instead of the usual ones; perhaps close after them."""

    text: str
    drop: bool = False
    #: Seconds between two bytes; ``None``: all at once.
    byte_by_byte: float | None = None
    #: Send the lines as they are, with no line end added.
    raw: bytes | None = None


@dataclass(frozen=True)
class Drop:
    """Close without an answer. At the terminator: ``takes`` says whether the message is kept."""

    takes: bool = False


@dataclass(frozen=True)
class Stall:
    """Do nothing for so long, then go on as usual."""

    seconds: float
    #: Set as soon as the stalling begins.
    begun: threading.Event = field(default_factory=threading.Event, compare=False)


Action = Say | Drop | Stall


@dataclass
class _Rule:
    step: str
    action: Action
    times: int
    after: int
    to: str


@dataclass(frozen=True)
class Taken:
    """A message that the sink accepted."""

    sender: str
    recipient: str
    data: bytes
    connection: int


class _Hangup(Exception):  # noqa: N818 - it is no error, only the way out
    pass


@dataclass
class FaultSink:
    """Starts on a free port of loopback; each connection has a thread."""

    capabilities: tuple[str, ...] = ("SIZE 1000000", "ENHANCEDSTATUSCODES")
    #: What is offered once TLS is on; ``None``: the same.
    capabilities_in_tls: tuple[str, ...] | None = None
    #: For STARTTLS, or from the first byte when ``implicit_tls``; ``None``: it goes on in clear.
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: A silent close after so many messages on a connection.
    rotation: int | None = None
    messages: list[Taken] = field(default_factory=list, init=False)
    #: (number of the connection, command line), as they came in.
    commands: list[tuple[int, str]] = field(default_factory=list, init=False)
    #: Bodies whose terminator never came.
    abandoned: int = field(default=0, init=False)
    connections: int = field(default=0, init=False)
    _rules: list[_Rule] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._closing.set()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)

    def on(
        self, step: str, action: Action, *, times: int = 1_000_000, after: int = 0, to: str = ""
    ) -> None:
        """Have something done at a step, so many times, after so many usual ones."""
        self._rules.append(_Rule(step, action, times, after, to))

    def hang_up(self) -> None:
        """Close every connection as a crash would."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait for every connection to end: what was stalled is taken or dropped by then."""
        for thread in self._threads[1:]:
            thread.join(5)

    @property
    def counts(self) -> Counter[str]:
        """How many messages were taken for each recipient."""
        with self._lock:
            return Counter(message.recipient for message in self.messages)

    def said(self, verb: str) -> list[str]:
        """Give the commands that begin so."""
        with self._lock:
            return [line for _, line in self.commands if line.upper().startswith(verb)]

    # -- the threads

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        session = _Session(self, connection, number)
        try:
            session.run()
        except (_Hangup, OSError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            session.close()

    def pass_time(self, seconds: float) -> None:
        """Wait, but no longer than the sink lives."""
        self._closing.wait(seconds)

    def take(self, message: Taken) -> None:
        with self._lock:
            self.messages.append(message)

    def log(self, number: int, line: str) -> None:
        with self._lock:
            self.commands.append((number, line))

    def action(self, step: str, recipient: str) -> Action | None:
        """Find what is to be done now, and count it."""
        with self._lock:
            for rule in self._rules:
                if rule.step != step or (rule.to and rule.to != recipient):
                    continue
                if rule.after > 0:
                    rule.after -= 1
                elif rule.times > 0:
                    rule.times -= 1
                    return rule.action
            return None


class _Session:
    """One connection's dialogue."""

    def __init__(self, sink: FaultSink, connection: socket.socket, number: int) -> None:
        self.sink = sink
        self.connection = connection
        self.number = number
        self.buffer = bytearray()
        self.is_encrypted = False
        self.sender = ""
        self.recipient = ""
        self.is_open = False
        self.taken = 0

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def run(self) -> None:
        if self.sink.implicit_tls:
            self._encrypt()
        self._step("CONNECT", "220 sink.example ESMTP")
        for line in self._lines():
            self.sink.log(self.number, line)
            verb = line.split(" ", 1)[0].upper()
            handler = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                self._say(Say("500 5.5.1 what?"))
            else:
                handler(line)

    # -- commands

    def do_ehlo(self, line: str) -> None:
        verb = line[:4].upper()
        offered = self.sink.capabilities
        if self.is_encrypted and self.sink.capabilities_in_tls is not None:
            offered = self.sink.capabilities_in_tls
        lines = ["sink.example", *offered]
        if self.sink.tls is not None and not self.is_encrypted:
            lines.append("STARTTLS")
        if self.sink.accounts and self.is_encrypted and not any("AUTH" in it for it in lines):
            lines.append("AUTH PLAIN LOGIN")
        self._step(verb, *[f"250-{line}" for line in lines[:-1]], f"250 {lines[-1]}")

    do_lhlo = do_ehlo

    def do_helo(self, line: str) -> None:
        self._step("HELO", "250 sink.example")

    def do_starttls(self, line: str) -> None:
        if self._step("STARTTLS", "220 2.0.0 go") and self.sink.tls is not None:
            self._encrypt()

    def do_auth(self, line: str) -> None:
        words = line.split()
        if words[1].upper() == "PLAIN":
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            user = self._ask("334 VXNlcm5hbWU6")
            password = self._ask("334 UGFzc3dvcmQ6")
        fits = self.sink.accounts.get(user) == password
        self._step("AUTH", "235 2.7.0 welcome" if fits else "535 5.7.8 no such login")

    def do_mail(self, line: str) -> None:
        if self.is_open:
            self._say(Say("503 5.5.1 sender already given"))
            return
        self.is_open = True
        self.sender = line.split("<", 1)[1].split(">", 1)[0]
        self._step("MAIL", "250 2.1.0 ok")

    def do_rcpt(self, line: str) -> None:
        self.recipient = line.split("<", 1)[1].split(">", 1)[0]
        self._step("RCPT", "250 2.1.5 ok")

    def do_rset(self, line: str) -> None:
        self.is_open = False
        self._step("RSET", "250 2.0.0 ok")

    def do_quit(self, line: str) -> None:
        self._step("QUIT", "221 2.0.0 bye")
        raise _Hangup

    def do_data(self, line: str) -> None:
        if not self._step("DATA", "354 go on"):
            return
        try:
            data = self._body()
        except (_Hangup, OSError):
            self.sink.abandoned += 1
            raise
        self.is_open = False
        message = Taken(self.sender, self.recipient, data, self.number)
        action = self.sink.action(".", self.recipient)
        match action:
            case Drop():
                if action.takes:
                    self.sink.take(message)
                raise _Hangup
            case Say(text=text) if not text.startswith("2"):
                self._say(action)
                return
            case Stall():
                action.begun.set()
                self.sink.pass_time(action.seconds)
            case Say() | None:
                pass
        self.sink.take(message)
        self.taken += 1
        self._say(action if isinstance(action, Say) else Say("250 2.0.0 taken"))
        self._step("IDLE")
        if self.sink.rotation is not None and self.taken >= self.sink.rotation:
            raise _Hangup

    # -- bytes

    def _body(self) -> bytes:
        is_first = True
        searched = 0
        self.buffer[:0] = b"\r\n"
        while (end := self.buffer.find(b"\r\n.\r\n", searched)) < 0:
            searched = max(0, len(self.buffer) - 4)
            self._fill()
            if is_first:
                is_first = False
                if not self._step("BODY"):
                    while True:  # an answer before its time; the sender is to hang up
                        self._fill()
        data = bytes(self.buffer[2 : end + 2])
        del self.buffer[: end + 5]
        return data

    def _lines(self) -> Iterator[str]:
        while True:
            while b"\n" not in self.buffer:
                self._fill()
            end = self.buffer.find(b"\n") + 1
            line = bytes(self.buffer[:end])
            del self.buffer[:end]
            yield line.rstrip(b"\r\n").decode(errors="replace")

    def _fill(self) -> None:
        data = self.connection.recv(65536)
        if not data:
            raise _Hangup
        self.buffer += data

    def _ask(self, challenge: str) -> str:
        self._say(Say(challenge))
        line = next(self._lines())
        self.sink.log(self.number, line)
        return base64.b64decode(line).decode()

    def _step(self, step: str, *usual: str) -> bool:
        """Do what a rule says, else the usual; tell whether it was a yes."""
        action = self.sink.action(step, self.recipient)
        match action:
            case Drop():
                raise _Hangup
            case Say():
                self._say(action)
                return (action.text or "2")[0] in "23"
            case Stall():
                action.begun.set()
                self.sink.pass_time(action.seconds)
            case None:
                pass
        if usual:
            self._say(Say("\r\n".join(usual)))
        return True

    def _say(self, say: Say) -> None:
        data = say.raw if say.raw is not None else f"{say.text}\r\n".encode()
        if say.byte_by_byte is None:
            self.connection.sendall(data)
        else:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in data:
                self.connection.sendall(bytes([byte]))
                self.sink.pass_time(say.byte_by_byte)
        if say.drop:
            raise _Hangup

    def _encrypt(self) -> None:
        assert self.sink.tls is not None
        plain = self.connection
        self.connection = self.sink.tls.wrap_socket(plain, server_side=True)
        with self.sink._lock:
            self.sink._open.discard(plain)
            self.sink._open.add(self.connection)
        self.is_encrypted = True
        self.buffer.clear()
        self.is_open = False
