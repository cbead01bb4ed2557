"""From files to the mailboxes of a real mail server, and back by the links in the mails."""

import http.client
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline import shipped
from pipeline.app import posting
from pipeline.clock import SystemClock
from pipeline.model.issue import IssueState
from pipeline.schedule.calendar import WEEKDAYS
from pipeline.workflow import sending
from tests import postfix
from tests.e2e.newsroom import Newsroom, addresses, headers, read
from tests.fakes import FakeClock
from tests.postfix import Postfix

READERS = (
    *addresses(9),
    "reader+letters@mail.example",
    "o'reader@mail.example",
    "reader@xn--bcher-kva.example",
)

_ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Day:
    """What a sending day left behind."""

    newsroom: Newsroom
    #: As ``approve`` printed it.
    approved: dict[str, Any]
    first: dict[str, Any]
    second_said: tuple[str, str]
    delivered: tuple[bytes, ...]
    built: Path

    @cached_property
    def messages(self) -> dict[str, EmailMessage]:
        """Each reader's message, by whom the mail server delivered it to."""
        found = [read(data) for data in self.delivered]
        return {str(message["Delivered-To"]): message for message in found}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A column imported, an issue planned, built, approved, due, and sent through Postfix."""
    folder = tmp_path_factory.mktemp("day")
    with postfix.running() as server:
        newsroom = Newsroom.make(folder / "site", port=server.port, timezone="UTC")
        newsroom.set("approval", '"required"')
        for path in shipped.content().glob("*.md"):
            shutil.copyfile(path, newsroom.folder / "content" / path.name)
        newsroom.mailbag("import", *map(str, (shipped.content() / "columns").glob("_*.txt")))
        newsroom.enlist(READERS)
        fall_due(newsroom)
        built = folder / "built"
        sha256 = newsroom.document("build", "--out", str(built))["sha256"]
        approved = newsroom.document("approve", "1", "--sha256", sha256)
        first = newsroom.document("send", "--due")
        again = newsroom.mailbag("send", "--due")
        delivered = server.wait_for(len(READERS))
        yield Day(
            newsroom=newsroom,
            approved=approved,
            first=first,
            second_said=(again.stdout, again.stderr),
            delivered=tuple(delivered),
            built=built,
        )


def fall_due(newsroom: Newsroom) -> None:
    """Let a slot be due since two minutes, and let cron have called an hour ago already."""
    now = SystemClock().now()
    at = now - timedelta(minutes=2)
    newsroom.set("at", f'"{WEEKDAYS[at.weekday()]} {at:%H:%M}"')
    site = newsroom.site(FakeClock(now - timedelta(hours=1)))
    with site.open_store() as store:
        sending.send_due(
            site.workshop, posting.make_post(site, store, {}), now=now - timedelta(hours=1)
        )


# -- what arrived


def test_each_reader_gets_one_message_and_nobody_else_any(day: Day) -> None:
    assert len(day.delivered) == len(READERS)
    assert sorted(day.messages) == sorted(READERS)


def test_command_counts_what_the_mail_server_took(day: Day) -> None:
    sums = {name: day.first[name] for name in ("issue", "planned", "accepted", "in_doubt")}

    assert sums == {
        "issue": 1,
        "planned": len(READERS),
        "accepted": len(READERS),
        "in_doubt": 0,
    }


def test_second_run_sends_none_and_is_silent(day: Day) -> None:
    assert day.second_said == ("", "")
    assert len(day.delivered) == len(READERS)


def test_envelope_goes_from_the_newsletter_to_one_reader(day: Day) -> None:
    for reader, message in day.messages.items():
        assert message["Return-Path"] == "<letters@news.example>"
        assert message["To"].addresses[0].addr_spec == reader
        assert len(message["To"].addresses) == 1


def test_headers_are_complete(day: Day) -> None:
    message = day.messages["reader-1@mail-1.example"]
    found = headers(message)

    assert found["from"] == "The Corner Office <letters@news.example>"
    assert found["reply-to"] == "questions@news.example"
    assert found["subject"] == day.approved["subject"]
    assert found["list-id"] == '"The Corner Office" <corner-office.news.example>'
    assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert found["mime-version"] == "1.0"
    assert abs(parsedate_to_datetime(found["date"]) - datetime.now(UTC)) < timedelta(minutes=5)  # noqa: TID251 - what Postfix sees


def test_unsubscribe_header_holds_one_https_address_of_the_reader_alone(day: Day) -> None:
    links = [str(message["List-Unsubscribe"]) for message in day.messages.values()]

    assert all(re.fullmatch(r"<https://news\.example/u/[A-Za-z0-9_-]{20,}>", it) for it in links)
    assert len(set(links)) == len(READERS)


def test_message_ids_are_unique_and_of_the_senders_domain(day: Day) -> None:
    ids = [str(message["Message-ID"]) for message in day.messages.values()]

    assert all(re.fullmatch(r"<[^<>@\s]+@news\.example>", it) for it in ids)
    assert len(set(ids)) == len(READERS)


def test_ledger_knows_each_message_by_its_id(day: Day) -> None:
    rows = day.newsroom.document("deliveries", "1")["deliveries"]

    known = {row["address"]: row["message_id"].strip("<>") for row in rows}
    arrived = {to: str(it["Message-ID"]).strip("<>") for to, it in day.messages.items()}
    assert known == arrived


def test_message_has_a_text_part_and_an_html_part_that_say_the_same(day: Day) -> None:
    for message in day.messages.values():
        assert message.get_content_type() == "multipart/alternative"
        text, html = message.iter_parts()
        assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
        assert {text.get_content_charset(), html.get_content_charset()} == {"utf-8"}
        for part in (text, html):
            content = part.get_content()
            assert "The meeting with no question in it" in content
            assert "1 Main Street, Springfield" in content
            assert str(message["List-Unsubscribe"]).strip("<>") in content
            assert "https://news.example/issues/1" in content


def test_lines_are_short_enough_for_any_relay(day: Day) -> None:
    for data in day.delivered:
        assert max(map(len, data.splitlines())) <= 998
        body = data.split(b"\n\n", 1)[1]
        assert max(map(len, body.splitlines())) <= 76
        assert not any(line.startswith((b".", b"From ")) for line in body.splitlines())


def test_nothing_of_a_template_is_left_in_a_message(day: Day) -> None:
    for message in day.messages.values():
        for part in message.iter_parts():
            content = part.get_content()
            assert not re.search(r"\{\{|\{%|</?mj|MAIL_ONLY|[0-9a-f]{32}", content)


# -- the same bytes everywhere


def test_what_was_approved_is_what_went_out(day: Day) -> None:
    sent = day.newsroom.document("status", "1")

    assert sent["sha256"] == day.approved["sha256"]
    assert sent["state"] == "complete"


def test_mail_is_what_build_wrote_but_for_the_personal_values(day: Day) -> None:
    html = (day.built / "index.html").read_text(encoding="utf-8")
    text = (day.built / "message.txt").read_text(encoding="utf-8")
    for reader in ("reader-1@mail-1.example", "reader+letters@mail.example"):
        message = day.messages[reader]
        link = str(message["List-Unsubscribe"]).strip("<>")

        parts = [part.get_content() for part in message.iter_parts()]

        as_sample = [
            part.replace(link, "https://news.example/u/preview").replace(
                reader, "reader@subscriber.example"
            )
            for part in parts
        ]
        assert as_sample[1].strip() == html.strip()
        assert as_sample[0].strip() == text.strip()


def test_web_view_has_the_letter_and_nobodys_link(day: Day) -> None:
    with served(day.newsroom) as port:
        status, page = request(port, "GET", "/issues/1")

    assert status == 200
    assert "The meeting with no question in it" in page
    assert "/u/" not in page
    assert not any(reader in page for reader in READERS)


def test_published_names_the_qas_of_the_issue(day: Day) -> None:
    built = read((day.built / "message.eml").read_bytes())
    published = day.newsroom.document("published")["published"]

    assert {it["slug"] for it in published} == set(day.newsroom.document("status", "1")["slugs"])
    assert {it["issue"] for it in published} == {1}
    assert built["Subject"] == day.approved["subject"]


# -- and back


@contextmanager
def served(newsroom: Newsroom, port: int = 0) -> Iterator[int]:
    """Run ``mailbag serve`` for the length of the block; give its port."""
    process = newsroom.start("serve", "--port", str(port))
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r":(\d+)$", line.strip())
        assert found, line + process.stderr.read()
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=10)


def request(port: int, verb: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    connection.request(verb, path, body, kind)
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    return response.status, page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with postfix.running() as running:
        yield running


def test_reader_who_leaves_by_the_link_in_the_mail_is_left_out_of_the_next_issue(
    tmp_path: Path, server: Postfix
) -> None:
    web = _free_port()
    newsroom = Newsroom.make(
        tmp_path / "site",
        port=server.port,
        base_url=f"http://127.0.0.1:{web}",
        verify_links="true",
    )
    newsroom.set("count", "1")
    newsroom.write_qa("tea")
    newsroom.write_qa("rain")
    newsroom.enlist(["stays@mail.example", "leaves@mail.example"])

    with served(newsroom, web):
        newsroom.mailbag("send", "--now", "--yes")
        first = {str(it["Delivered-To"]): it for it in map(read, server.wait_for(2))}
        path = urlsplit(str(first["leaves@mail.example"]["List-Unsubscribe"]).strip("<>")).path

        looked = request(web, "GET", path)
        after_looking = _active(newsroom)
        left = request(web, "POST", path, _ONE_CLICK)
        left_again = request(web, "POST", path, _ONE_CLICK)
        after_leaving = _active(newsroom)
        newsroom.mailbag("send", "--now", "--yes")

    assert looked[0] == 200
    assert "<form" in looked[1]
    assert after_looking == {"stays@mail.example", "leaves@mail.example"}
    assert left[0] == left_again[0] == 200
    assert after_leaving == {"stays@mail.example"}
    second = server.wait_for(3)
    assert [str(read(it)["Delivered-To"]) for it in second].count("stays@mail.example") == 2
    assert len(second) == 3


def _active(newsroom: Newsroom) -> set[str]:
    readers = newsroom.document("subscribers", "list")["subscribers"]
    return {it["address"] for it in readers if it["status"] == "active"}


def test_nothing_leaves_while_the_unsubscribe_links_are_dead(tmp_path: Path) -> None:
    newsroom = Newsroom.make(
        tmp_path / "site", base_url=f"http://127.0.0.1:{_free_port()}", verify_links="true"
    )
    newsroom.write_qa("tea")
    newsroom.enlist(["reader@mail.example"])

    refused = newsroom.document("send", "--now", "--yes", exits=2)

    assert "unsubscribe links would be dead" in refused["error"]["message"]
    assert newsroom.document("issues")["issues"] == []


def test_issue_is_complete_in_the_ledger_as_well(day: Day) -> None:
    with day.newsroom.site().open_store() as store:
        assert store.issues.get(1).state is IssueState.COMPLETE
        assert store.issues.unfinished() == ()
