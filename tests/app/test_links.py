"""Whether the links in the mails would lead to this site."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme

from pipeline.app.links import check_images, check_links
from pipeline.errors import ConfigError, LinkError
from tests.app.answering import Answer, answering, ca_file, certificate, says
from tests.images import draw

OURS = "0123456789abcdef"
_GOOD = says(b'{"mailbag": "0123456789abcdef"}')
_DRIPS = 0.05


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def drip(request: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, never to the end."""
    ended = threading.Event()
    for _ in range(60):
        request.wfile.write(b"H")
        request.wfile.flush()
        ended.wait(_DRIPS)


def drip_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "4000")
    request.end_headers()
    drip(request)


def greet(request: BaseHTTPRequestHandler) -> None:
    """Answer as a mail server."""
    request.wfile.write(b"220 mail.example ESMTP\r\n")


def test_site_that_answers_with_its_key_is_believed() -> None:
    with answering(_GOOD) as url:
        check_links(url, OURS)


def test_question_goes_to_the_well_known_path_below_the_base() -> None:
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        _GOOD(request)

    with answering(answer) as url:
        check_links(f"{url}/letters", OURS)

    assert asked == ["/letters/.well-known/mailbag"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(says(b'{"mailbag": "ff"}'), "another site, or one with another key", id="key"),
        pytest.param(says(b"", 404), "the answer is 404", id="not found"),
        pytest.param(says(b"", 500), "the answer is 500", id="broken"),
        pytest.param(says(b"<html>Welcome"), "no mailbag", id="a page"),
        pytest.param(says(b'"0123456789abcdef"'), "no mailbag", id="JSON, but no object"),
        pytest.param(says(b"[" * 4096), "no mailbag", id="deep JSON"),
        pytest.param(says(b"\xff\xfe"), "no mailbag", id="no text"),
        pytest.param(
            says(b'{"mailbag": "0123456789abcdef"' + b" " * 9000), "no mailbag", id="long"
        ),
    ],
)
def test_other_answers_are_dead_links(answer: Answer, said: str) -> None:
    with answering(answer) as url, pytest.raises(LinkError, match=said) as caught:
        check_links(url, OURS)

    assert caught.value.exit == 2
    assert caught.value.place == f"[newsletter] base_url, {url}/.well-known/mailbag"
    assert caught.value.remedy


def test_redirect_is_not_followed() -> None:
    with answering(_GOOD) as good:
        moved = says(b"", 301, Location=f"{good}/.well-known/mailbag")
        with answering(moved) as url, pytest.raises(LinkError, match="a redirect is not followed"):
            check_links(url, OURS)


@pytest.mark.parametrize(
    "answer", [pytest.param(drip, id="head"), pytest.param(drip_body, id="body")]
)
def test_answer_that_drips_is_given_up(answer: Answer) -> None:
    with answering(answer) as url, pytest.raises(LinkError, match="gave no whole answer in time"):
        check_links(url, OURS, seconds=0.3)


def test_handshake_that_does_not_end_is_given_up() -> None:
    with mute() as port, pytest.raises(LinkError, match="gave no whole answer in time"):
        check_links(f"https://localhost:{port}", OURS, seconds=0.3)


def test_connection_that_is_refused_is_said_so() -> None:
    with mute() as port:
        pass

    with pytest.raises(LinkError, match="does not answer"):
        check_links(f"http://127.0.0.1:{port}", OURS)


def test_server_that_speaks_no_http_is_said_so() -> None:
    with answering(greet) as url, pytest.raises(LinkError, match="does not answer in HTTP"):
        check_links(url, OURS)


def test_certificate_of_a_known_authority_is_trusted(authority: trustme.CA, tmp_path: Path) -> None:
    with answering(_GOOD, tls=certificate(authority)) as url:
        check_links(url, OURS, ca_file=ca_file(authority, tmp_path))


def test_certificate_of_an_unknown_authority_is_not(authority: trustme.CA) -> None:
    context = certificate(authority)
    with answering(_GOOD, tls=context) as url, pytest.raises(LinkError) as caught:
        check_links(url, OURS)

    assert "the certificate of localhost:" in caught.value.message
    assert "is not trusted (unable to get local issuer certificate)" in caught.value.message


def test_certificate_of_another_name_is_not(authority: trustme.CA, tmp_path: Path) -> None:
    context = certificate(authority, "news.example")
    with answering(_GOOD, tls=context) as url, pytest.raises(LinkError, match="is not trusted"):
        check_links(url, OURS, ca_file=ca_file(authority, tmp_path))


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["missing", "no certificate"])
def test_file_without_certificates_is_said_so(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigError, match="holds no certificates") as caught:
        check_links("https://localhost:1", OURS, ca_file=str(path))

    assert not isinstance(caught.value, LinkError)
    assert caught.value.place.startswith("[smtp] ca_file")


@contextmanager
def mute() -> Iterator[int]:
    """Take connections and say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


_IMAGE = draw()
_SHA256 = hashlib.sha256(_IMAGE).hexdigest()


def test_image_that_is_where_the_mails_will_say_is_fine() -> None:
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        says(_IMAGE)(request)

    with answering(answer) as url:
        check_images({f"{url}/images/a.png": _SHA256, f"{url}/images/b.png": _SHA256})

    assert asked == ["/images/a.png", "/images/b.png"]


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        pytest.param(says(b"", 404), "the answer is 404", id="not found"),
        pytest.param(says(_IMAGE, 302, Location="/x"), "the answer is 302", id="elsewhere"),
        pytest.param(says(_IMAGE[:-1]), "something else", id="other bytes"),
        pytest.param(says(b"<html>"), "something else", id="a page"),
        pytest.param(greet, "does not answer in HTTP", id="a mail server"),
        pytest.param(drip_body, "no whole answer in time", id="drop by drop"),
    ],
)
def test_image_that_is_not_there_refuses_with_its_address(answer: Answer, fact: str) -> None:
    with answering(answer) as url, pytest.raises(LinkError) as caught:
        check_images({f"{url}/images/a.png": _SHA256}, seconds=0.5)

    assert fact in caught.value.message
    assert caught.value.place.endswith("/images/a.png")
    assert "public/images/" in caught.value.remedy


def test_no_image_is_no_question() -> None:
    check_images({})
