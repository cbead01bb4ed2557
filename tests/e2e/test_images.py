"""An image of a QA, from the content folder to the mailboxes and the browsers."""

import http.client
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests import postfix
from tests.e2e.newsroom import Newsroom, read
from tests.images import draw, photograph, put
from tests.postfix import Postfix

CUP, DESK = draw(600, 400), photograph(300, 200)
_ANSWER = "Look.\n\n![A cup](pictures/cup.png)\n\n![A desk](<pictures/our desk.JPG>)"


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with postfix.running() as running:
        yield running


def make(folder: Path, server: Postfix, delivery: str) -> Newsroom:
    newsroom = Newsroom.make(folder, port=server.port, images=delivery)
    newsroom.write_qa("tea", answer=_ANSWER)
    put(newsroom.folder, "content/pictures/cup.png", CUP)
    put(newsroom.folder, "content/pictures/our desk.JPG", DESK)
    newsroom.enlist([f"{delivery}@mail.example"])
    return newsroom


def arrived(server: Postfix, reader: str) -> bytes:
    """Give the last message that a reader got."""
    found = [data for data in server.messages() if str(read(data)["Delivered-To"]) == reader]
    return found[-1]


@contextmanager
def served(newsroom: Newsroom) -> Iterator[http.client.HTTPConnection]:
    process = newsroom.start("serve", "--port", "0")
    assert process.stderr is not None
    try:
        found = re.search(r":(\d+)$", process.stderr.readline().strip())
        assert found
        with closing(http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)) as it:
            yield it
    finally:
        process.terminate()
        process.communicate(timeout=10)


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_attached_images_arrive_with_the_mail_that_shows_them(
    tmp_path: Path, server: Postfix
) -> None:
    newsroom = make(tmp_path / "site", server, "attached")
    before = len(server.messages())

    newsroom.mailbag("send", "--now", "--yes")
    server.wait_for(before + 1)
    data = arrived(server, "attached@mail.example")

    message = read(data)
    text, related = message.iter_parts()
    html, *images = related.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert [part.get_content() for part in images] == [CUP, DESK]
    named = re.findall(r'src="cid:([^"]+)"', html.get_content())
    assert [f"<{it}>" for it in named] == [str(part["Content-ID"]) for part in images]
    body = data.split(b"\n\n", 1)[1]
    assert max(map(len, body.splitlines())) <= 78


def test_web_page_of_attached_images_shows_them_too(tmp_path: Path, server: Postfix) -> None:
    newsroom = make(tmp_path / "site", server, "attached")
    newsroom.mailbag("send", "--now", "--yes")

    with served(newsroom) as connection:
        page = get(connection, "/issues/1")[1].decode()
        paths = re.findall(r'<img[^>]* src="https://news\.example(/images/[^"]+)"', page)
        shown = [get(connection, path) for path in paths]

    assert "cid:" not in page
    assert shown == [(200, CUP), (200, DESK)]


def test_hosted_images_are_still_there_when_the_content_is_gone(
    tmp_path: Path, server: Postfix
) -> None:
    newsroom = make(tmp_path / "site", server, "hosted")
    before = len(server.messages())
    newsroom.mailbag("send", "--now", "--yes")
    server.wait_for(before + 1)
    shutil.rmtree(newsroom.folder / "content")

    html = read(arrived(server, "hosted@mail.example")).get_body(("html",))
    assert html is not None
    paths = re.findall(r'<img[^>]* src="https://news\.example(/images/[^"]+)"', html.get_content())
    with served(newsroom) as connection:
        shown = [get(connection, path) for path in paths]

    assert shown == [(200, CUP), (200, DESK)]


def test_test_mail_keeps_what_it_names(tmp_path: Path, server: Postfix) -> None:
    newsroom = make(tmp_path / "site", server, "hosted")
    before = len(server.messages())

    newsroom.mailbag("send", "--test", "hosted@mail.example")
    server.wait_for(before + 1)

    kept = sorted(path.read_bytes() for path in (newsroom.folder / "public/images").iterdir())
    assert kept == sorted([CUP, DESK])


def test_send_looks_for_its_images_first(tmp_path: Path, server: Postfix) -> None:
    newsroom = make(tmp_path / "site", server, "hosted")
    before = len(server.messages())
    with served(newsroom) as connection:
        newsroom.set("base_url", f'"http://127.0.0.1:{connection.port}"')
        newsroom.set("verify_links", "true")

        newsroom.mailbag("send", "--now", "--yes")

    server.wait_for(before + 1)
    html = read(arrived(server, "hosted@mail.example")).get_body(("html",))
    assert html is not None
    assert f"http://127.0.0.1:{connection.port}/images/" in html.get_content()
