"""Spam filters find next to nothing in the sample issue, as it is built for a subscriber."""

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.demo import make_sample_site
from tests.clients import sample, spam_filters
from tests.clients.spam_filters import Rspamd
from tests.e2e.newsroom import Newsroom

READER = "reader@mail.example"
SENDER = "letters@news.example"
#: The most points; what is thought to be spam has five and more.
_LIMIT = 1.0


@pytest.fixture(scope="module")
def rspamd() -> Iterator[Rspamd]:
    with spam_filters.rspamd() as rspamd:
        yield rspamd


@pytest.fixture(scope="module", params=sample.THEMES)
def message(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The mail of the sample newsletter's next issue, of today."""
    newsroom = Newsroom(tmp_path_factory.mktemp("office") / request.param)
    make_sample_site(newsroom.folder, today=SystemClock().now().date(), port=1)
    newsroom.set("theme", f'"{request.param}"')
    newsroom.set("kind", '"eml"', table="smtp")
    newsroom.enlist([READER])
    newsroom.mailbag("send", "--now", "--yes")
    (path,) = Path(newsroom.folder / "outbox").glob("*.eml")
    return path.read_bytes()


@pytest.mark.timeout(300)
def test_rspamd_lets_the_sample_issue_pass(rspamd: Rspamd, message: bytes) -> None:
    verdict = rspamd.judge(message, sender=SENDER, recipient=READER)

    assert verdict.score < _LIMIT, verdict.against
    # Both parts have the same links: an odd sum of them is a whole point.
    assert "URI_COUNT_ODD" not in verdict.against
    assert "MAILLIST" in verdict.symbols


@pytest.mark.timeout(300)
def test_spamassassin_lets_the_sample_issue_pass(message: bytes) -> None:
    verdict = spam_filters.spamassassin(message)

    assert verdict.score < _LIMIT, verdict.against
    assert "HTML_MESSAGE" in verdict.symbols


def test_the_filters_are_at_work(rspamd: Rspamd) -> None:
    spam = message_from_bytes(
        b"From: letters@news.example\r\nTo: undisclosed-recipients:;\r\n"
        b"Subject: CONGRATULATIONS\r\nContent-Type: text/plain\r\n\r\n"
        # Every filter takes this line for spam (GTUBE).
        b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
    ).as_bytes()

    assert rspamd.judge(spam, sender=SENDER, recipient=READER).score > _LIMIT
    assert spam_filters.spamassassin(spam).score > 900
