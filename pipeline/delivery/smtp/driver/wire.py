"""Edge: the bytes of one connection, and the waiting for what they mean."""

import asyncio
import contextlib
import socket
import ssl

from pipeline.delivery.smtp.protocol import Closed, Event, SmtpProtocol, State
from pipeline.delivery.smtp.replies import RelayFaultError

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class GoneError(Exception):
    """The connection is of no more use; the sentence says why."""


class Wire(asyncio.Protocol):
    """Feeds the state machine with what comes in, and wakes the one who waits for it."""

    def __init__(self, protocol: SmtpProtocol) -> None:
        self.smtp = protocol
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_full = False
        #: Why nobody waits any more; empty while somebody may.
        self._dropped = ""

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

    def data_received(self, data: bytes) -> None:
        self.smtp.receive(data)
        self._acknowledge_at_once()
        self._wake()

    def eof_received(self) -> None:
        self.smtp.receive(b"")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a reset and a close mean the same here: no more replies
        self._socket = None
        self.smtp.receive(b"")
        self._wake()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # -- what the connection calls

    async def write(self, data: bytes, seconds: float) -> None:
        """Write, and wait until the kernel has taken it."""
        self.post(data)
        deadline = asyncio.get_running_loop().time() + seconds
        while self._is_full and not self._is_closing:
            await self._wait(deadline, f"the relay did not take the data within {seconds:g} s")
        if self._is_closing:
            raise GoneError("the relay closed the connection")

    def post(self, data: bytes) -> None:
        """Write without waiting."""
        if self._transport is None or self._is_closing:
            raise GoneError("the relay closed the connection")
        self._transport.write(data)

    async def event(self, seconds: float, what: str) -> Event:
        """Wait for the next event of the dialogue."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (event := self.peek()) is None:
            if self.smtp.state is State.CLOSED:
                return Closed()
            await self._wait(deadline, f"no answer to {what} within {seconds:g} s")
        return event

    def peek(self) -> Event | None:
        """Give the next event that is already there."""
        try:
            return self.smtp.next_event()
        except RelayFaultError as error:
            self.abort()
            raise GoneError(str(error)) from error

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Do the handshake on the open connection. Raises OSError."""
        assert self._transport is not None  # noqa: S101 - it was connected
        self._transport.set_write_buffer_limits()
        encrypted = await asyncio.get_running_loop().start_tls(
            self._transport, self, context, server_hostname=host, ssl_handshake_timeout=seconds
        )
        if encrypted is None:
            raise ConnectionResetError("the relay closed the connection")
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
        self._dropped = why
        self._wake()

    def abort(self) -> None:
        """Close at once; what is not sent yet is not sent any more."""
        self.smtp.close()
        if self._transport is not None:
            self._transport.abort()

    @property
    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    async def _wait(self, deadline: float, why: str) -> None:
        if self._dropped:
            raise GoneError(self._dropped)
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_at(deadline, self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        if self._dropped:
            raise GoneError(self._dropped)
        if loop.time() >= deadline:
            raise GoneError(why)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _acknowledge_at_once(self) -> None:
        """Re-arm TCP_QUICKACK, which does not last; else our ACK waits for the relay's Nagle."""
        if self._socket is not None and _QUICKACK is not None:
            with contextlib.suppress(OSError):  # not TCP, or just closed
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
