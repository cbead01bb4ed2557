"""A real server on loopback, in a thread, for as long as a block lasts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from starlette.types import ASGIApp

from pipeline.web import server


@contextmanager
def served(make: Callable[[int], ASGIApp]) -> Iterator[str]:
    """Serve what ``make`` gives for the port; give the URL of its root."""
    listener = server.listen("127.0.0.1", 0)
    port = server.port_of(listener)
    ready, ended = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=server.serve,
        args=(make(port), listener),
        kwargs={"on_ready": ready.set, "stop": ended.is_set},
    )
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        ended.set()
        thread.join(10)
        assert not thread.is_alive()


def events(stream: httpx.Response) -> Iterator[str]:
    """Read the data of server-sent events as they come."""
    for line in stream.iter_lines():
        if line.startswith("data: "):
            yield line.removeprefix("data: ")
