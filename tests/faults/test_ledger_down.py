"""A ledger that cannot be written: hand-over stops, and nothing is forgotten."""

import json
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from pipeline.delivery.report import StopReason
from pipeline.model.delivery import DeliveryState
from pipeline.store import sqlite
from tests.fault_sink import Do
from tests.faults.mailing import IN_GROUPS, ONE_BY_ONE
from tests.sending import addresses

S = DeliveryState


@pytest.mark.fault(36)
@pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)
@pytest.mark.parametrize("point", ["before the hand-over", "before the result"])
def test_a_full_disk_stops_the_hand_over(start, next_one, sink, manner, point):
    said, _ = start(point, "disk").communicate(timeout=60)
    mailing = next_one()

    assert json.loads(said)["stopped"] == "database"
    sink.join()
    assert len(sink.messages) < 20
    mailing.settle(doubt=manner.doubt)


@pytest.fixture
def shell(tmp_path):
    """A program that knows nothing of the turn to write, such as a database shell."""
    with closing(
        sqlite3.connect(
            tmp_path / "mailbag.db", isolation_level=None, check_same_thread=False, timeout=30
        )
    ) as connection:
        yield connection


@pytest.mark.fault(37)
def test_a_database_that_is_locked_for_a_moment_is_waited_for(mailing, sink, shell):
    def hold() -> None:
        shell.execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, lambda: shell.execute("COMMIT")).start()

    sink.on(".", Do(hold), times=1, after=5)

    report = mailing.run()

    assert (report.accepted, report.stopped) == (20, None)
    mailing.settle()


@pytest.mark.fault(37)
def test_a_database_that_stays_locked_stops_the_hand_over(
    make_mailing, sink, shell, manner, monkeypatch
):
    monkeypatch.setattr(sqlite, "_FOREIGN_WRITER_SECONDS", 0.2)
    mailing = make_mailing()
    taken = []

    def hold() -> None:
        shell.execute("BEGIN IMMEDIATE")
        taken.append(len(sink.messages))

    sink.on(".", Do(hold), times=1, after=5)

    report = mailing.run()

    assert report.stopped is StopReason.DATABASE
    assert "holds the database" in str(report.database_error)
    assert len(sink.messages) <= taken[0] + manner.doubt
    mailing.check(doubt=manner.doubt)
    shell.execute("COMMIT")
    mailing.settle(doubt=report.unrecorded)


@pytest.mark.fault(38)
def test_a_database_that_may_only_be_read_stops_the_hand_over(mailing, sink, manner):
    def protect() -> None:
        hot = mailing.store.database._hot
        assert hot is not None
        hot.execute("PRAGMA query_only=ON")

    sink.on(".", Do(protect), times=1, after=5)

    report = mailing.run()

    assert report.stopped is StopReason.DATABASE
    assert "may only be read" in str(report.database_error)
    mailing.check(doubt=manner.doubt)
    mailing.store.database._hot.execute("PRAGMA query_only=OFF")
    mailing.settle(doubt=report.unrecorded)


@pytest.mark.fault(38)
@pytest.mark.parametrize("manner", [ONE_BY_ONE], indirect=True)
def test_a_damaged_page_stops_the_run_before_anybody_gets_anything(
    make_mailing, sink, tmp_path, shell
):
    mailing = make_mailing()
    whole = tmp_path / "whole.db"
    mailing.store.backup(whole)
    mailing.close()
    shell.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'delivery'"
    (page,) = shell.execute(query).fetchone()
    (size,) = shell.execute("PRAGMA page_size").fetchone()
    shell.close()
    with (tmp_path / "mailbag.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    mailing.reopen()

    report = mailing.run()

    assert report.stopped is StopReason.DATABASE
    assert "damaged" in str(report.database_error)
    assert not sink.messages
    mailing.close()
    for left in tmp_path.glob("mailbag.db-*"):
        left.unlink()
    shutil.copy(whole, tmp_path / "mailbag.db")
    mailing.reopen()
    mailing.settle()
    assert sink.counts == dict.fromkeys(addresses(20), 1)
