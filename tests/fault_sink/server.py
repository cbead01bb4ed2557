"""The sink itself: its listener and its threads."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

from tests.fault_sink.record import Record
from tests.fault_sink.session import Session
from tests.fault_sink.stream import Hangup, Stream


@dataclass
class FaultSink(Record):
    """Starts on a free port of loopback; each connection has a thread."""

    port: int = field(default=0, init=False)
    _open: dict[int, Stream] = field(default_factory=dict, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
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

    def hang_up(self) -> None:
        """Close every connection as a crash would."""
        with self._lock:
            for stream in self._open.values():
                with contextlib.suppress(OSError):
                    stream.connection.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait for every connection to end: what was stalled is taken or dropped by then."""
        for thread in self._threads[1:]:
            thread.join(5)

    # -- the threads

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            stream = Stream(connection, self.pass_time, self.count_turnaround)
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open[number] = stream
            thread = threading.Thread(target=self._serve, args=(stream, number), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, stream: Stream, number: int) -> None:
        end = Hangup()
        try:
            Session(self, stream, number).run()
        except Hangup as hangup:
            end = hangup
        except OSError:
            pass
        finally:
            stream.close(end)
            with self._lock:
                self._open.pop(number)
