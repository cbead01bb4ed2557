"""Whether the pages behind links are there, and whom nobody may be made to ask."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from pipeline.app import reachability
from pipeline.app.reachability import Asking
from pipeline.rendering.checks.hosts import is_public
from pipeline.rendering.checks.outward import WebLink
from tests.app.answering import answering, certificate, says

HERE = Asking(resolve=lambda _host, _port: ["127.0.0.1"], allow=lambda _address: True)


def test_a_page_that_answers_is_no_finding():
    with answering(says(b"hello")) as url:
        assert HERE.one(f"{url}/book?a=1#there") == ""


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (404, "answers 404 (Not Found)"),
        (410, "answers 410 (Gone)"),
        (500, "answers 500 (Internal Server Error)"),
        (599, "answers 599 (no known answer)"),
        (401, ""),
        (403, ""),
        (429, ""),
        (999, ""),
    ],
)
def test_only_a_page_that_is_not_there_is_told(status, trouble):
    with answering(says(b"", status)) as url:
        assert HERE.one(url) == trouble


def test_who_does_not_answer_a_short_question_is_asked_for_the_page():
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.command)
        says(b"hello", 404 if request.command == "HEAD" else 200)(request)

    with answering(answer) as url:
        assert HERE.one(url) == ""
    assert asked == ["HEAD", "GET"]


def test_says_who_asks_and_nothing_else():
    headers: dict[str, str] = {}

    def answer(request: BaseHTTPRequestHandler) -> None:
        headers.update(request.headers.items())
        says(b"")(request)

    with answering(answer) as url:
        HERE.one(url)
    assert set(headers) == {"Host", "Accept-Encoding", "User-Agent", "Accept", "Connection"}
    assert headers["User-Agent"].startswith("mailbag/")


def test_follows_three_redirects_and_no_more():
    def answer(request: BaseHTTPRequestHandler) -> None:
        left = int(request.path[1:])
        says(b"", 302 if left else 200, Location=f"/{left - 1}")(request)

    with answering(answer) as url:
        assert HERE.one(f"{url}/3") == ""
        assert HERE.one(f"{url}/4") == "leads on more than 3 times"


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "gopher://a", "data:,x"]
)
def test_a_redirect_to_what_is_no_page_is_not_followed(target):
    with answering(says(b"", 302, Location=target)) as url:
        assert "no page of the web" in HERE.one(url)


def test_a_redirect_into_the_own_network_is_not_followed():
    asked: list[str] = []

    def secret(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        says(b"")(request)

    with answering(secret) as inner:
        port = urlsplit(inner).port
        moved = says(b"", 302, Location=f"http://inner.example:{port}/admin")
        with answering(moved) as url:
            asking = Asking(
                resolve=lambda host, _port: [
                    "10.0.0.1" if host == "inner.example" else "127.0.0.1"
                ],
                allow=lambda address: address == "127.0.0.1" or is_public(address),
            )
            said = asking.one(url)

    assert said == "is not asked: inner.example is 10.0.0.1, which is not public"
    assert asked == []


def test_the_connection_goes_to_the_address_that_was_looked_at():
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    with answering(says(b"")) as url:
        port = urlsplit(url).port
        asking = Asking(
            resolve=lambda _host, _port: next(answers), allow=lambda one: one == "127.0.0.1"
        )
        assert asking.one(f"http://rebinding.example:{port}/") == ""


def test_a_host_with_one_address_that_is_not_public_is_not_asked():
    asking = Asking(resolve=lambda _host, _port: ["93.184.215.14", "169.254.169.254"])

    assert "169.254.169.254, which is not public" in asking.one("http://two.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_this_machine_is_not_asked_whatever_it_is_called(url):
    assert "not public" in Asking().one(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.1/", "is not asked: 127.1 is 127.0.0.1, which is not public"),
        ("http://0x7f.1/", "is not asked: 0x7f.1 is 127.0.0.1, which is not public"),
        ("http://2130706433/", "is not asked: 2130706433 is 127.0.0.1, which is not public"),
        ("http://0177.0.0.1/", "is not asked: 0177.0.0.1 is 127.0.0.1, which is not public"),
        ("http://[::1]/", "is not asked: ::1 is not public"),
        (
            "http://[fe80::1%25eth0]/",
            "is not asked: fe80::1%25eth0 names a network card of one machine",
        ),
        ("http://[fe80::1%lo]/", "is not asked: fe80::1%lo names a network card of one machine"),
        (
            "http://999.1.1.1/",
            "is not asked: 999.1.1.1 ends like the number of a host and is none",
        ),
        ("http://a..example/", "is not asked: a..example is no name of a host"),
        (f"http://{'a' * 64}.example/", f"is not asked: {'a' * 64}.example is no name of a host"),
        ("http://[::1/", "has a host that cannot be read"),
        ("http://a.example:99999/", "has a port that there cannot be; they are 1 to 65535"),
        ("http://a.example:0/", "has a port that there cannot be; they are 1 to 65535"),
        ("http://a.example:http/", "has a port that there cannot be; they are 1 to 65535"),
    ],
)
def test_says_in_words_why_an_odd_host_is_not_asked(url, said):
    assert Asking().one(url) == said


def test_links_that_answer_slowly_are_given_up_together():
    ended = threading.Event()
    asking = Asking(resolve=HERE.resolve, allow=HERE.allow, together=0.3)

    def wait(request: BaseHTTPRequestHandler) -> None:
        if request.path != "/1":
            ended.wait(5)
        says(b"", 404)(request)

    with answering(wait) as url:
        links = [WebLink(f"{url}/{number}") for number in range(1, 21)]
        found = reachability.ask(links, asking)
        ended.set()

    assert [finding.id for finding in found] == ["link/unreachable", "link/unasked"]
    assert found[1].message == (
        "19 links were not asked: 100 links, or what answers in 0.3 s, are the most"
    )


def test_a_mail_without_links_asks_nobody():
    assert reachability.ask([], HERE) == []


def test_an_answer_that_drips_is_given_up():
    def drip(request: BaseHTTPRequestHandler) -> None:
        ended = threading.Event()
        for _ in range(60):
            request.wfile.write(b"H")
            request.wfile.flush()
            ended.wait(0.05)

    asking = Asking(resolve=HERE.resolve, allow=HERE.allow, whole=0.3)
    with answering(drip) as url:
        assert asking.one(url) == "gives no answer within 0.3 s"


def test_a_certificate_nobody_knows_is_told():
    with answering(says(b""), tls=certificate(trustme.CA())) as url:
        assert "certificate that is not trusted" in HERE.one(url)


def test_a_known_certificate_is_that_of_the_name_in_the_link():
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    asking = Asking(resolve=HERE.resolve, allow=HERE.allow, context=context)

    with answering(says(b""), tls=certificate(authority, "book.example")) as url:
        port = urlsplit(url).port
        assert asking.one(f"https://book.example:{port}/") == ""
        assert "not trusted" in asking.one(f"https://other.example:{port}/")


def test_each_link_is_asked_once_and_at_most_a_hundred():
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        says(b"", 404)(request)

    with answering(answer) as url:
        links = [WebLink(f"{url}/{number}", "content/a.md", number) for number in range(1, 103)]
        found = reachability.ask([*links, links[0]], HERE)

    assert len(set(asked)) == 100
    assert found[0].place == "content/a.md:1"
    assert found[0].message == f"a link answers 404 (Not Found): {url}/1"
    assert found[-1].id == "link/unasked"


@given(st.text(max_size=40).map(lambda text: f"http://{text}"))
def test_no_address_makes_the_question_fail(url):
    nobody = Asking(resolve=lambda _host, _port: [])

    assert nobody.one(url)
