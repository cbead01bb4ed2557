"""The bytes of one connection of the sink: replies gather until there is nothing more to read."""

import contextlib
import select
import socket
import ssl
import struct
from collections.abc import Callable


class Hangup(Exception):  # noqa: N818 - it is no error, only the way out
    """The dialogue is over. ``is_soft``: what was said is still to arrive."""

    def __init__(self, *, is_soft: bool = False, resets: bool = False) -> None:
        super().__init__()
        self.is_soft = is_soft
        self.resets = resets


class Stream:
    """Reads lines and octets; sends the replies to a pipelined group in one segment."""

    def __init__(
        self,
        connection: socket.socket,
        wait: Callable[[float], object],
        turned: Callable[[], None],
    ) -> None:
        self.connection = connection
        self._wait, self._turned = wait, turned
        self._in = bytearray()
        self._out = bytearray()
        #: Something was answered since the client was last waited for.
        self._is_answered = False
        #: What is answered now belongs to a message.
        self.is_in_transaction = False
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- what comes in

    def line(self) -> bytes:
        """Give the next line with its end."""
        searched = 0
        while (end := self._in.find(b"\n", searched)) < 0:
            searched = len(self._in)
            self.fill()
        return self.cut(end + 1)

    def cut(self, size: int) -> bytes:
        """Take so many octets out of what is there."""
        data = bytes(self._in[:size])
        del self._in[:size]
        return data

    def find(self, octets: bytes, start: int) -> int:
        return self._in.find(octets, start)

    def fill(self) -> int:
        """Read more; give how many octets are there."""
        if self._is_answered and not self._is_readable():
            if self.is_in_transaction:
                self._turned()
            self._is_answered = False
            self.flush()
        data = self.connection.recv(65536)
        if not data:
            raise Hangup
        self._in += data
        return len(self._in)

    @property
    def size(self) -> int:
        return len(self._in)

    def put_back(self, data: bytes) -> None:
        self._in[:0] = data

    def has_more(self) -> bool:
        """Tell whether the client said something that nobody asked for yet."""
        if self._in:
            return True
        if isinstance(self.connection, ssl.SSLSocket):
            return self.connection.pending() > 0
        try:  # a close is readable as well
            return bool(self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def _is_readable(self) -> bool:
        if isinstance(self.connection, ssl.SSLSocket) and self.connection.pending():
            return True
        return bool(select.select([self.connection], [], [], 0)[0])

    # -- what goes out

    def say(self, data: bytes, byte_by_byte: float | None = None) -> None:
        self._is_answered = True
        if byte_by_byte is None:
            self._out += data
            return
        self.flush()
        for byte in data:
            self.connection.sendall(bytes([byte]))
            self._wait(byte_by_byte)

    def flush(self) -> None:
        if self._out:
            self.connection.sendall(self._out)
            self._out.clear()

    def forget(self) -> None:
        """Lose what was not sent yet."""
        self._out.clear()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Do the handshake; what was said before it is forgotten (RFC 3207, 4.2)."""
        self.flush()
        self._in.clear()
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def close(self, how: Hangup) -> None:
        with contextlib.suppress(OSError):
            if how.resets:
                on, seconds = 1, 0
                linger = struct.pack("ii", on, seconds)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            elif how.is_soft:
                # To close over unread octets is a reset, which would destroy the last reply.
                self.connection.shutdown(socket.SHUT_WR)
                self.connection.settimeout(0.5)
                while self.connection.recv(65536):
                    pass
            else:
                self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
