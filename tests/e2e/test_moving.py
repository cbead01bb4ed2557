"""A newsletter that moves to PostgreSQL with an issue half sent, as the how-to says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.e2e.counting_sink import CountingSink, Shot
from tests.e2e.newsroom import Newsroom, addresses
from tests.store import servers

PAGE = (Path(__file__).parents[2] / "docs/how-to/move-to-postgresql.md").read_text("utf-8")
COPY = re.compile(r"^mailbag (db copy sqlite\S+ \S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Server]:
    with servers.start() as it:
        yield it


@pytest.fixture
def url(server: servers.Server) -> Iterator[str]:
    """An empty database; its password, if it asks for one, is not for a command line."""
    with server.database("template0") as it:
        if make_url(it).password:
            pytest.skip("the server that MAILBAG_TEST_PG_DSN names wants a password")
        yield it


def test_an_issue_that_was_half_sent_is_finished_after_the_move(tmp_path, url):
    readers = addresses(300)
    with CountingSink(delay=0.002) as sink:
        newsroom = Newsroom.make(tmp_path / "site", port=sink.port)
        newsroom.set("connections", "2")
        newsroom.write_qa("tea")
        newsroom.enlist(readers)
        killed = newsroom.start("send", "--now", "--yes")
        sink.shoot(Shot(killed.pid, after=100, delay=0.001))
        killed.communicate()
        newsroom.mailbag("resolve", "1", "--accepted")
        before = newsroom.document("status", "1")
        assert before["queued"] > 0

        (line,) = COPY.findall(PAGE)
        words = line.split()
        copied = newsroom.document(*words[:-1], url)
        refused = newsroom.mailbag("send", "--due", exits=5)
        newsroom.set("url", f'"{copied["to"]}"')
        # What a lease has left, on a server: a minute. The clock of a test may not be set.
        with newsroom.site().open_store() as store, store.database.writing() as connection:
            connection.exec_driver_sql("UPDATE shard SET lease_until = 0")
        after = newsroom.document("status", "1")
        newsroom.mailbag("send", "--issue", "1")

        assert words[-1].startswith("postgresql://")
        assert "the ledger has moved to postgresql://" in refused.stderr
        assert after == before
        done = newsroom.document("status", "1")
        assert (done["state"], done["accepted"]) == ("complete", 300)
        assert set(sink.counts().values()) == {1}
        # One that was in doubt may never have been taken; a person said that it was.
        assert 298 <= len(sink.counts()) <= 300


def test_doctor_looks_at_the_copy(tmp_path, url):
    newsroom = Newsroom.make(tmp_path / "site")
    newsroom.enlist(addresses(3))
    copied = newsroom.document("db", "copy", "sqlite:///mailbag.db", url)
    newsroom.set("url", f'"{copied["to"]}"')

    checks = newsroom.document("doctor", exits=4)["checks"]

    (found,) = [it for it in checks if it["subject"] == "database"]
    assert found["state"] == "ok"
    assert "3 readers" in found["fact"]
