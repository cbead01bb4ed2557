"""An issue on its whole way: signed, taken by Dovecot, fetched by IMAP, verified, and read."""

import base64
import re
from dataclasses import dataclass
from email.message import EmailMessage

import dkim
import pytest

from pipeline.clock import SystemClock
from pipeline.demo import make_sample_site
from tests.clients import spam_filters
from tests.e2e.newsroom import Newsroom, headers, read
from tests.mtas import mutt
from tests.mtas.dovecot import Dovecot
from tests.mtas.ways import new_domain
from tests.opendkim import verdicts

_DKIM = """
[dkim]
domain = "news.example"
selector = "s2026"
key_file = ".secrets/dkim-s2026.pem"
"""


#: Those of the sample's Q&As that are sent; one shows a picture.
_CHOSEN = {"the-meeting-with-no-question", "the-number-that-went-up"}


@dataclass(frozen=True)
class Fetched:
    """A message as its reader's program got it."""

    server: Dovecot
    reader: str
    data: bytes
    #: What the newsletter's DNS would hold, by name.
    records: dict[str, str]

    @property
    def message(self) -> EmailMessage:
        return read(self.data)


@pytest.fixture(scope="module")
def fetched(servers, tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    """The sample newsletter's next issue, sent by LMTP and fetched by IMAP."""
    server, reader = servers("Dovecot"), f"reader@{new_domain()}"
    assert isinstance(server, Dovecot)
    newsroom = Newsroom(tmp_path_factory.mktemp("office") / "site")
    make_sample_site(newsroom.folder, today=SystemClock().now().date(), port=server.port)
    for path in (newsroom.folder / "content").glob("*.md"):
        if path.stem not in _CHOSEN:
            path.unlink()
    newsroom.set("kind", '"lmtp"', table="smtp")
    with (newsroom.folder / "newsletter.toml").open("a") as toml:
        toml.write(_DKIM)
    published = newsroom.document("dkim")["records"]
    newsroom.enlist([reader])

    sent = newsroom.document("send", "--now", "--yes")

    assert (sent["planned"], sent["accepted"]) == (1, 1)
    (data,) = server.fetch(reader)
    records = {it["name"]: it["text"] for it in published}
    return Fetched(server, reader, data, records)


def test_dkimpy_verifies_what_was_fetched(fetched: Fetched) -> None:
    def look_up(name: bytes, timeout: int = 5) -> bytes:
        return fetched.records[name.decode().rstrip(".")].encode()

    assert dkim.verify(fetched.data, dnsfunc=look_up)
    assert not dkim.verify(fetched.data.replace(b"Subject: ", b"Subject: Re: "), dnsfunc=look_up)


def test_opendkim_verifies_what_was_fetched(fetched: Fetched, tmp_path) -> None:
    assert verdicts(tmp_path, fetched.data, fetched.records) == ["pass"]


@pytest.mark.timeout(300)
def test_rspamd_lets_what_was_fetched_pass(fetched: Fetched) -> None:
    with spam_filters.rspamd() as rspamd:
        verdict = rspamd.judge(
            fetched.data, sender="letters@news.example", recipient=fetched.reader
        )

    assert verdict.score < 1.0, verdict.against
    assert {"R_DKIM_ALLOW", "R_DKIM_NA", "MAILLIST"} & set(verdict.symbols)


def test_signature_covers_the_way_out(fetched: Fetched) -> None:
    found = headers(fetched.message)
    tag = re.search(r";h=([^;]*);", re.sub(r"\s", "", found["dkim-signature"]))
    assert tag
    signed = tag[1].lower().split(":")

    # Once more than they stand there, so that nobody can add another.
    assert signed.count("list-unsubscribe") == signed.count("list-unsubscribe-post") == 2
    assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


def test_html_part_is_drawn_whole_with_what_the_message_carries(fetched: Fetched, page) -> None:
    html = fetched.message.get_body(("html",))
    assert html is not None
    drawn = html.get_content()
    for part in fetched.message.walk():
        if content_id := part["Content-ID"]:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            data = base64.b64encode(content).decode()
            name = str(content_id).strip("<>")
            assert f'"cid:{name}"' in drawn
            drawn = drawn.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")

    page.show(drawn, width=640)

    assert page.ask("document.images.length") > 0
    assert page.ask("[...document.images].every(it => it.naturalWidth > 0)")
    seen = page.ask("document.body.innerText")
    assert fetched.message["Subject"].split()[-1] in seen
    assert fetched.reader in seen
    link = str(fetched.message["List-Unsubscribe"]).strip("<>")
    assert page.ask("href => [...document.links].some(it => it.href === href)", link)
    assert page.ask("document.documentElement.scrollWidth") <= 640


def test_a_reader_opens_it_in_mutt_and_finds_the_way_out(fetched: Fetched) -> None:
    subject = str(fetched.message["Subject"])
    link = str(fetched.message["List-Unsubscribe"]).strip("<>")
    with mutt.reading(fetched.server, fetched.reader) as terminal:
        listed = terminal.wait_for(subject)
        terminal.type("Enter")
        opened = terminal.wait_for("In this issue:")
        terminal.type("h")
        with_all_headers = terminal.wait_for("DKIM-Signature: ")
        terminal.type("End")
        end = terminal.wait_for("1 Main Street, Springfield")

    print("\n\n".join((listed, opened, end)))  # noqa: FLY002, T201 - for who looks
    assert "The Corner Office" in listed
    assert f"Subject: {subject}" in opened
    assert f"To: {fetched.reader}" in opened
    assert f"List-Unsubscribe: <{link}>" in opened
    assert "A reader in Boston asks:" in opened
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in with_all_headers
    assert link in end
    # Nothing is encoded for its eyes.
    assert "=E2" not in opened + end
