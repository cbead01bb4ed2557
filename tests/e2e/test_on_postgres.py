"""A newsletter whose ledger is in PostgreSQL: the same commands, the same sums."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from pipeline.model.delivery import DeliveryState
from tests.e2e.counting_sink import CountingSink, Shot
from tests.e2e.newsroom import Newsroom, addresses
from tests.store import servers

CONNECTIONS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Server]:
    with servers.start() as it:
        yield it


@pytest.fixture
def url(server: servers.Server) -> Iterator[str]:
    """An empty database, with a password that the server does not ask for."""
    with server.database("template0") as it:
        url = make_url(it)
        if not url.password:
            url = url.set(password="hunter2")  # noqa: S106 - nobody asks for it
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def sink() -> Iterator[CountingSink]:
    with CountingSink(delay=0.002) as running:
        yield running


@pytest.fixture
def newsroom(tmp_path: Path, url: str, sink: CountingSink) -> Newsroom:
    made = Newsroom.make(tmp_path / "site", port=sink.port)
    made.set("url", f'"{url}"')
    made.set("connections", str(CONNECTIONS))
    made.write_qa("tea")
    return made


def test_an_issue_is_sent_and_nothing_is_kept_in_a_file(newsroom, sink):
    readers = addresses(60)
    newsroom.enlist(readers)

    sent = newsroom.document("send", "--now", "--yes")

    assert (sent["planned"], sent["accepted"], sent["in_doubt"]) == (60, 60, 0)
    assert sink.counts() == dict.fromkeys(readers, 1)
    assert newsroom.document("status", "1")["state"] == "complete"
    assert len(newsroom.document("deliveries", "1")["deliveries"]) == 60
    assert newsroom.mailbag("send", "--due").stdout == ""
    assert not list(newsroom.folder.glob("mailbag.db*"))


def test_no_command_prints_the_password(newsroom, tmp_path):
    newsroom.enlist(addresses(2))
    said = [
        newsroom.mailbag("subscribers", "list"),
        newsroom.mailbag("doctor"),
        newsroom.mailbag("backup", str(tmp_path / "copy"), exits=2),
    ]
    path = newsroom.folder / "newsletter.toml"
    path.write_text(re.sub(r"/mailbag_\w+", "/nowhere", path.read_text()))
    said.append(newsroom.mailbag("subscribers", "list", exits=5))

    assert "pg_dump" in said[2].stderr
    assert "no such database" in said[3].stderr
    assert not any("hunter2" in it.stdout + it.stderr for it in said)


def test_a_ledger_that_is_gone_is_not_made_anew(newsroom, server):
    newsroom.enlist(addresses(2))
    path = newsroom.folder / "newsletter.toml"
    with server.database("template0") as other:
        name = other.partition("?")[0].rpartition("/")[2]
        path.write_text(re.sub(r"mailbag_\w+", name, path.read_text()))

        refused = newsroom.mailbag("subscribers", "list", exits=5)

    assert "the ledger of this site is gone" in refused.stderr


def test_a_killed_sender_is_gone_on_with_when_its_lease_has_ended(newsroom, sink):
    readers = addresses(300)
    newsroom.enlist(readers)
    process = newsroom.start("send", "--now", "--yes")
    sink.shoot(Shot(process.pid, after=100, delay=0.001))
    process.communicate()
    between = newsroom.mailbag("send", "--due")
    taken = sum(sink.counts().values())
    # A minute later; the clock of a test may not be set, the lease may.
    with newsroom.site().open_store() as store, store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE shard SET lease_until = 0")
    process = newsroom.start("send", "--issue", "1")
    out, err = process.communicate()

    assert process.returncode in {0, 4}, out + err
    assert between.returncode == 0
    assert 100 <= taken < 300
    assert set(sink.counts().values()) == {1}
    with newsroom.site().open_store() as store:
        rows = list(store.outbox().deliveries(1))
    assert {it.state for it in rows} <= {DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT}
    assert sum(it.state is DeliveryState.IN_DOUBT for it in rows) <= CONNECTIONS
