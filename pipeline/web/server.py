"""Edge: a web app on a port, in the foreground, until a signal or its caller ends it.

Two steps, because the editor's desk must know its port before it is made::

    listener = server.listen("127.0.0.1", 0)
    server.serve(make_app(server.port_of(listener)), listener)
"""

import asyncio
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.errors import ConfigError

#: Set in ``scope["extensions"]``: an :class:`asyncio.Event` that tells that the server ends.
#: An answer that would never end by itself must watch it.
ENDING = "mailbag.ending"

_LAST_PORT = 65_535

#: Seconds an answer that is being made may take once the server ends. Streams end at once.
_GRACE_SECONDS = 3

#: Enough for any address of ours; a longer one is refused before the app sees it.
_HEAD_BYTES = 16 * 1024


def listen(host: str, port: int, *, place: str = "[web] port") -> socket.socket:
    """Take the port; 0 is any that is free. From here on a browser's connection waits for us.

    Raises ConfigError naming ``place`` when the port cannot be had.
    """
    if not 0 <= port <= _LAST_PORT:
        # The resolver would take it modulo 65536 and listen somewhere.
        raise ConfigError(
            f"{port} is no port", place=place, remedy=f"choose one from 1024 to {_LAST_PORT}"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ConfigError(
            f"no such host: {host!r}",
            place=place,
            remedy="give an address of this machine, such as 127.0.0.1",
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _refusal(error, host, port, place) from error
    return listener


def _refusal(error: OSError, host: str, port: int, place: str) -> ConfigError:
    match error.errno:
        case errno.EADDRINUSE:
            fact = f"port {port} on {host} is in use by another program"
            remedy = "end that program or choose another port; 0 takes any that is free"
        case errno.EACCES:
            fact = f"port {port} may not be used by this user"
            remedy = "choose a port from 1024 on"
        case errno.EADDRNOTAVAIL:
            fact = f"{host} is no address of this machine"
            remedy = "use 127.0.0.1, or 0.0.0.0 for every address it has"
        case _:
            fact = f"cannot listen on {authority(host, port)}: {error}"
            remedy = "choose another host or port"
    return ConfigError(fact, place=place, remedy=remedy)


def port_of(listener: socket.socket) -> int:
    """Tell the port that :func:`listen` took."""
    port: int = listener.getsockname()[1]
    return port


def authority(host: str, port: int) -> str:
    """Write host and port as they stand in a URL (RFC 3986, section 3.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None] | None = None,
    stop: Callable[[], bool] | None = None,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Answer on ``listener`` until SIGINT, SIGTERM or ``stop`` (asked every 0.1 s), then return.

    Signals are only heard in the main thread. ``on_ready`` is called once answers can be given.
    ``X-Forwarded-For`` and ``-Proto`` are believed from the proxies named alone (addresses or
    networks). The listener is closed at the end.
    """
    ending = asyncio.Event()
    config = uvicorn.Config(
        _Telling(app, ending),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )
    running = _Server(config, ending, on_ready or (lambda: None), stop or (lambda: False))
    try:
        asyncio.run(running.serve(sockets=[listener]))
    finally:
        listener.close()


class _Telling:
    """Puts into each request's scope the event that tells that the server ends."""

    def __init__(self, app: ASGIApp, ending: asyncio.Event) -> None:
        self._app = app
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**(scope.get("extensions") or {}), ENDING: self._ending}
        await self._app({**scope, "extensions": extensions}, receive, send)


class _Server(uvicorn.Server):
    """Uvicorn that ends streams at once, and ends by returning instead of by the signal."""

    def __init__(
        self,
        config: uvicorn.Config,
        ending: asyncio.Event,
        on_ready: Callable[[], None],
        stop: Callable[[], bool],
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._on_ready = on_ready
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        return self._stop() or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending.set()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler's
        # The second signal does not wait for anybody.
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn's own raises the signal again at the end, which would end the process by it.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
