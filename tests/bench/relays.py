"""Who takes the messages, each in a process of its own: Postfix's sink, ours, and the long way."""

import asyncio
import multiprocessing
import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.bench import measuring
from tests.fault_sink import FaultSink, Taken

_PATIENCE_SECONDS = 10.0
_OFFERED = ("SIZE 1000000", "8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING")


@contextmanager
def smtp_sink(folder: Path) -> Iterator[int]:
    """Run Postfix's smtp-sink, which takes everything and keeps nothing; ours where it is not."""
    program = program_of_postfix("smtp-sink")
    if program is None:
        with counting_sink() as (port, _):
            yield port
        return
    port = measuring.free_port()
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    process = subprocess.Popen(  # noqa: S603 - a program of the system
        [program, *user, f"127.0.0.1:{port}", "100"], cwd=folder, stderr=subprocess.DEVNULL
    )
    try:
        measuring.wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def program_of_postfix(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


# -- a sink that counts


@dataclass(frozen=True)
class Seen:
    """What the counting sink saw; times are seconds of the machine's monotonic clock."""

    taken: list[float]
    turnarounds: int
    connections: int


@contextmanager
def counting_sink(*extensions: str) -> Iterator[tuple[int, Callable[[], Seen]]]:
    """Run a sink that offers PIPELINING and these; give its port, and what it saw so far."""
    with _other_process(_sink, extensions) as (port, pipe):

        def look() -> Seen:
            pipe.send(None)
            found = _hear(pipe)
            assert isinstance(found, Seen)
            return found

        yield port, look


@dataclass
class _Sink(FaultSink):
    """Keeps times in place of messages."""

    times: list[float] = field(default_factory=list, init=False)

    def take(self, message: Taken) -> None:
        del message
        self.times.append(time.monotonic())

    def log(self, number: int, line: str) -> None:
        """Forget the dialogue: nobody asks for it, and it grows."""


def _sink(pipe: Connection, extensions: tuple[str, ...]) -> None:
    with _Sink(capabilities=(*_OFFERED, *extensions)) as sink:
        pipe.send(sink.port)
        while _goes_on(pipe):
            pipe.send(Seen(list(sink.times), sink.turnarounds, sink.connections))
        assert sink.violations == []


# -- the long way


@contextmanager
def far_away(port: int, one_way: float) -> Iterator[int]:
    """Run a way to a port of this machine on which every octet takes so many seconds."""
    with _other_process(_proxy, port, one_way) as (ours, _):
        yield ours


class _End(asyncio.Protocol):
    """One end of a connection: what it hears, the other one says later, in the same order."""

    def __init__(self, one_way: float) -> None:
        self._one_way = one_way
        self._transport: asyncio.Transport | None = None
        self._other: _End | None = None
        self._under_way: deque[bytes | None] = deque()
        #: What came before the other end was there.
        self._early: list[bytes | None] = []

    def join(self, other: "_End") -> None:
        self._other = other
        early, self._early = self._early, []
        for data in early:
            self._carry(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._carry(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._carry(None)

    def _carry(self, data: bytes | None) -> None:
        if self._other is None:
            self._early.append(data)
            return
        # Timers of the same instant may come in any order, so none has a piece of its own.
        self._under_way.append(data)
        asyncio.get_running_loop().call_later(self._one_way, self._arrive)

    def _arrive(self) -> None:
        assert self._other is not None
        self._other.say(self._under_way.popleft())

    def say(self, data: bytes | None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if data is None:
            self._transport.close()
        else:
            self._transport.write(data)


def _proxy(pipe: Connection, port: int, one_way: float) -> None:
    asyncio.run(_carry_all(pipe, port, one_way))


async def _carry_all(pipe: Connection, port: int, one_way: float) -> None:
    loop = asyncio.get_running_loop()
    opening: set[asyncio.Task[None]] = set()

    async def reach(near: _End) -> None:
        _, far = await loop.create_connection(lambda: _End(one_way), "127.0.0.1", port)
        near.join(far)
        far.join(near)

    def accept() -> _End:
        near = _End(one_way)
        task = loop.create_task(reach(near))
        opening.add(task)
        task.add_done_callback(opening.discard)
        return near

    server = await loop.create_server(accept, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, _goes_on, pipe)
    server.close()


# -- processes


@contextmanager
def _other_process(
    work: Callable[..., None], *arguments: object
) -> Iterator[tuple[int, Connection]]:
    """Run this until the block ends; give the port it tells first, and the pipe to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        yield int(_hear(ours)), ours
    finally:
        ours.close()
        process.join(_PATIENCE_SECONDS)
        if process.is_alive():
            process.terminate()
            process.join()


def _goes_on(pipe: Connection) -> bool:
    """Wait for a word; its end is the end of the other process's need."""
    try:
        pipe.recv()
    except EOFError:
        return False
    return True


def _hear(pipe: Connection) -> Any:
    assert pipe.poll(_PATIENCE_SECONDS), "the mail server does not answer"
    return pipe.recv()
