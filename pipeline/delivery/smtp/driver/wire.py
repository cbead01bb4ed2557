"""Edge: the bytes of one connection, and the waiting for what they mean."""

import asyncio
import math
import socket
import ssl
from collections.abc import Callable

from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.events import Closed, Event
from pipeline.delivery.smtp.protocol import SmtpProtocol
from pipeline.delivery.smtp.replies import RelayFaultError
from pipeline.delivery.smtp.steps import State

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_CLOSED = "the relay closed the connection"
#: Octets read at once: more than the replies to all that is ever on its way.
_AT_ONCE = 4096


class GoneError(Exception):
    """The connection is of no more use; the sentence says why."""


class LateError(GoneError):
    """No answer came in time."""


class Wire(asyncio.BufferedProtocol):
    """Feeds the state machine with what comes in, and says that something changed.

    It reads into a buffer of its own: asyncio's is of 256 KB, made anew for each reply, which
    takes five times as long as to read the reply.

    While a connection is opened somebody waits here for each event; afterwards a lane sets
    :attr:`on_change` and is called instead.
    """

    def __init__(self, smtp: SmtpProtocol, watch: Watch) -> None:
        self.smtp = smtp
        #: Called after something came in, after room was made, and at the end.
        self.on_change: Callable[[], None] = self._wake
        self.deadline = math.inf
        #: Something written is not in the kernel's hands yet.
        self.is_full = False
        #: Why the connection is of no more use; empty while it may be.
        self.gone = ""
        self._watch = watch
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._why_late = ""
        self._is_late = False
        self._seconds = 0.0
        self._unsent = 0
        self._incoming = memoryview(bytearray(_AT_ONCE))

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - create_connection's promise
        self._transport = transport
        if self.tls is None:
            # With no room for more, "written" means that the kernel has it. Under TLS asyncio
            # (3.11) then forgets to say that there is room again.
            transport.set_write_buffer_limits(high=0)
        self._socket = transport.get_extra_info("socket")
        if self._socket is not None:
            # The terminator apart from the body costs 40 ms a message without it.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._acknowledge_at_once()
        self._watch.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        return self._incoming

    def buffer_updated(self, nbytes: int) -> None:
        self.smtp.receive(self._incoming[:nbytes].tobytes())
        self.on_change()
        if self.smtp.expected is not None:
            self._acknowledge_at_once()

    def eof_received(self) -> None:
        self.smtp.receive(b"")
        self.on_change()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a reset and a close mean the same here: no more replies
        self._socket = None
        self._watch.remove(self)
        self.smtp.receive(b"")
        self.on_change()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self.on_change()

    def expire(self) -> None:
        """Hear that the time is up, from the watch."""
        if self.is_full and self._transport is not None:
            unsent = self._transport.get_write_buffer_size()
            if unsent < self._unsent:  # slow, and not stuck: the limit is for a block of data
                self._unsent = unsent
                self.deadline = self._watch.now() + self._seconds
                return
        self._is_late = True
        self.drop(self._why_late)

    # -- what the connection calls

    def allow(self, seconds: float, why: str) -> None:
        """Give the relay so much time from now; the sentence says what is wrong after it."""
        self._seconds = seconds
        self._why_late = why
        if self.is_full and self._transport is not None:
            self._unsent = self._transport.get_write_buffer_size()
        self.deadline = self._watch.now() + seconds

    def post(self, data: bytes) -> None:
        """Write without waiting."""
        if self._transport is None or self._transport.is_closing():
            raise GoneError(_CLOSED)
        self._transport.write(data)

    def peek(self) -> Event | None:
        """Give the next event that is already there. Raises GoneError for what is no SMTP."""
        try:
            return self.smtp.next_event()
        except RelayFaultError as error:
            raise GoneError(str(error)) from error

    async def event(self, seconds: float, what: str) -> Event:
        """Wait for the next event of the dialogue; send what waits for its turn meanwhile."""
        self.allow(seconds, f"no answer to {what} within {seconds:g} s")
        try:
            while (event := self.peek()) is None:
                if self.smtp.state is State.CLOSED:
                    return Closed()
                if more := self.smtp.go_on():
                    self.post(more)
                await self._change()
        finally:
            self.deadline = math.inf
        return event

    async def drain(self, seconds: float) -> None:
        """Wait until the kernel has taken what was written."""
        self.allow(seconds, f"the relay did not take the data within {seconds:g} s")
        while self.is_full and self._transport is not None and not self._transport.is_closing():
            await self._change()
        self.deadline = math.inf

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Do the handshake on the open connection. Raises OSError."""
        assert self._transport is not None  # noqa: S101 - it was connected
        self._transport.set_write_buffer_limits()
        encrypted = await asyncio.get_running_loop().start_tls(
            self._transport, self, context, server_hostname=host, ssl_handshake_timeout=seconds
        )
        if encrypted is None:
            raise ConnectionResetError(_CLOSED)
        self._transport = encrypted

    @property
    def tls(self) -> ssl.SSLObject | None:
        found = self._transport and self._transport.get_extra_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    @property
    def local_address(self) -> str:
        address = self._transport and self._transport.get_extra_info("sockname")
        return str(address[0]) if address else ""

    def drop(self, why: str) -> None:
        """End whatever is waited for."""
        self.gone = self.gone or why
        self.on_change()

    def abort(self) -> None:
        """Close at once; what is not sent yet is not sent any more."""
        self.smtp.close()
        if self._transport is not None:
            self._transport.abort()

    async def _change(self) -> None:
        if not self.gone:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self.gone:
            raise (LateError if self._is_late else GoneError)(self.gone)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _acknowledge_at_once(self) -> None:
        """Re-arm TCP_QUICKACK, which does not last; else our ACK waits for the relay's Nagle.

        Only while more is to come: what we say next carries the ACK of what needs no further reply.
        """
        if self._socket is not None and _QUICKACK is not None:
            try:  # noqa: SIM105 - once for whatever comes in
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            except OSError:
                pass  # not TCP, or just closed
