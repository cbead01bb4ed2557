import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pipeline.errors import ConfigError
from pipeline.web import server
from tests.web.serving import served


def _app(_port: int) -> Starlette:
    return Starlette(routes=[Route("/", lambda _request: PlainTextResponse("here"))])


def test_port_0_is_any_that_is_free_and_is_told():
    with served(_app) as url:
        answer = httpx.get(url)

    assert answer.text == "here"
    assert not url.endswith(":0")


def test_tells_nobody_which_server_it_is():
    with served(_app) as url:
        answer = httpx.get(url)

    assert "server" not in answer.headers


def test_answers_from_the_moment_the_port_is_taken():
    listener = server.listen("127.0.0.1", 0)
    port = server.port_of(listener)
    with listener, socket.create_connection(("127.0.0.1", port)) as caller:
        assert caller.getpeername() == ("127.0.0.1", port)


def test_a_taken_port_is_a_sentence_with_a_remedy():
    with server.listen("127.0.0.1", 0) as taken:
        port = server.port_of(taken)
        with pytest.raises(ConfigError) as caught:
            server.listen("127.0.0.1", port, place="--port")

    assert str(caught.value) == (
        f"--port: port {port} on 127.0.0.1 is in use by another program; "
        "end that program or choose another port; 0 takes any that is free"
    )
    assert caught.value.exit == 2


@pytest.mark.parametrize(
    ("host", "port", "fact"),
    [
        pytest.param("no-such-host.invalid", 0, "no such host", id="an unknown name"),
        pytest.param("192.0.2.7", 0, "no address of this machine", id="another machine's address"),
        pytest.param("127.0.0.1", 70_000, "70000 is no port", id="a port past the last"),
        pytest.param("127.0.0.1", -1, "-1 is no port", id="a port before the first"),
        pytest.param("a" * 70, 0, "no such host", id="a label too long for DNS"),
    ],
)
def test_what_cannot_be_listened_on_is_a_config_error(host, port, fact):
    with pytest.raises(ConfigError, match=fact):
        server.listen(host, port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("127.0.0.1", "127.0.0.1:8080", id="IPv4"),
        pytest.param("localhost", "localhost:8080", id="a name"),
        pytest.param("::1", "[::1]:8080", id="IPv6 in brackets"),
    ],
)
def test_writes_host_and_port_as_a_url_has_them(host, expected):
    assert server.authority(host, 8080) == expected


_STREAMING = """
import asyncio, sys
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
from pipeline.web import server

async def endless(ending):
    while not ending.is_set():
        yield "tick\\n"
        await asyncio.wait({asyncio.create_task(ending.wait())}, timeout=0.05)

async def stream(request):
    return StreamingResponse(endless(request.scope["extensions"][server.ENDING]))

listener = server.listen("127.0.0.1", 0)
port = server.port_of(listener)
server.serve(
    Starlette(routes=[Route("/", stream)]), listener, on_ready=lambda: print(port, flush=True)
)
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_cleanly_while_a_stream_is_open(number):
    with subprocess.Popen(  # noqa: S603 - this Python and a script of ours
        [sys.executable, "-c", _STREAMING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout
        assert process.stderr
        port = process.stdout.readline().strip()
        with httpx.stream("GET", f"http://127.0.0.1:{port}/") as stream:
            next(stream.iter_lines())
            process.send_signal(signal.Signals[number])
            process.wait(10)
        said, complained = process.stdout.read(), process.stderr.read()

    assert (process.returncode, said, complained) == (0, "ended\n", "")
