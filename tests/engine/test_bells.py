"""What a doorbell promises, in this process and on PostgreSQL."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from pipeline.clock import SystemClock
from pipeline.engine import jobs
from pipeline.store.opening import Store, open_server
from pipeline.store.postgres_database import PostgresDatabase
from tests.engine.bells import LocalBells, Ring
from tests.store import servers


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Server]:
    with servers.start() as it:
        yield it


@pytest.fixture
def store(server: servers.Server) -> Iterator[Store]:
    with server.database() as url, open_server(url) as it:
        yield it


class ServerBells(jobs.Bells):
    """Rings are answered by a real worker, until there are none."""

    def __init__(self, store: Store) -> None:
        assert isinstance(store.database, PostgresDatabase)
        super().__init__(store.database)
        self.store = store
        self.make()

    def count(self) -> int:
        with self.store.database.reading() as connection:
            query = f"SELECT count(*) FROM {jobs.SCHEMA}.procrastinate_jobs"  # noqa: S608
            return int(connection.exec_driver_sql(query).scalar_one())

    def _wait(self) -> None:
        """Wait until a worker is heard of and has answered everything."""
        while not self.is_anybody_there() or self.count():
            SystemClock().sleep(0.02)

    def answer(self) -> list[Ring]:
        found: list[Ring] = []

        async def note(name: str, *ids: int) -> None:
            found.append((name, ids))

        async def plan(issue: int) -> None:
            await note("plan", issue)

        async def send_shard(issue: int, shard: int) -> None:
            await note("send_shard", issue, shard)

        async def tick() -> None:
            await note("tick")

        async def work() -> None:
            answers: dict[str, jobs.Answer] = {
                "plan": plan,
                "send_shard": send_shard,
                "tick": tick,
            }
            it = jobs.Round(self._database, answers)
            async with it.opened():
                takers = [asyncio.create_task(it.take(q, 2)) for q in (jobs.SEND, jobs.CARE)]
                await asyncio.to_thread(self._wait)
                for taker in takers:
                    taker.cancel()
                for taker in takers:
                    with suppress(asyncio.CancelledError):
                        await taker

        asyncio.run(asyncio.wait_for(work(), 30))
        return sorted(found)


@pytest.fixture(params=["local", "procrastinate"])
def bells(request: pytest.FixtureRequest) -> LocalBells | ServerBells:
    if request.param == "local":
        return LocalBells()
    return ServerBells(request.getfixturevalue("store"))


def test_who_answers_is_told_which_bell_and_which_numbers(bells):
    bells.plan(3)
    bells.send_shard(3, [1, 2])
    bells.tick()

    assert bells.answer() == [
        ("plan", (3,)),
        ("send_shard", (3, 1)),
        ("send_shard", (3, 2)),
        ("tick", ()),
    ]
    assert bells.answer() == []


def test_a_bell_that_is_rung_again_before_somebody_comes_rings_once(bells):
    for _ in range(3):
        bells.send_shard(3, [1, 2])
        bells.send_shard(3, [2, 4])
        bells.tick()

    assert bells.answer() == [
        *(("send_shard", (3, shard)) for shard in (1, 2, 4)),
        ("tick", ()),
    ]


def test_a_bell_rings_again_after_it_was_answered(bells):
    bells.tick()
    bells.answer()
    bells.tick()

    assert bells.answer() == [("tick", ())]


def test_no_shard_needs_no_ring(bells):
    bells.send_shard(3, [])

    assert bells.answer() == []


def test_nobody_is_there_before_a_worker_was_heard_of(bells):
    assert not bells.is_anybody_there()


# -- on PostgreSQL only


@pytest.fixture
def on_server(store: Store) -> ServerBells:
    return ServerBells(store)


def test_a_ring_is_heard_when_its_transaction_is_committed_and_not_before(on_server):
    with on_server.store.database.writing() as connection:
        on_server.send_shard(1, [7], within=connection.connection.driver_connection)
        assert on_server.count() == 0

    assert on_server.answer() == [("send_shard", (1, 7))]


def test_a_ring_of_a_transaction_that_fails_is_never_heard(on_server):
    def fail() -> None:
        with on_server.store.database.writing() as connection:
            on_server.send_shard(1, [7], within=connection.connection.driver_connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert on_server.count() == 0


def test_a_ring_leaves_the_transaction_as_it_was(on_server):
    with on_server.store.database.writing() as connection:
        path = connection.exec_driver_sql("SHOW search_path").scalar_one()
        on_server.send_shard(1, [7, 8], within=connection.connection.driver_connection)
        on_server.send_shard(1, [8, 9], within=connection.connection.driver_connection)

        assert connection.exec_driver_sql("SHOW search_path").scalar_one() == path


def test_a_ring_without_tables_is_lost_and_takes_nothing_with_it(on_server):
    with on_server.store.database.writing() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {jobs.SCHEMA} CASCADE")
    with on_server.store.database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (id integer)")
        on_server.send_shard(1, [7], within=connection.connection.driver_connection)
    on_server.tick()

    with on_server.store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept").scalar_one() == 0
    assert not on_server.is_anybody_there()
    on_server.make()
    assert on_server.count() == 0


def test_several_who_ring_at_once_ring_once(on_server):
    gate = threading.Barrier(4)

    def ring(_: int) -> None:
        gate.wait()
        on_server.send_shard(1, range(1, 1201))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ring, range(4)))
    on_server.send_shard(1, range(1, 1201))

    assert on_server.count() == 1200


def test_several_who_make_the_tables_at_once_make_them_once(store):
    gate = threading.Barrier(4)

    def make(_: int) -> None:
        gate.wait()
        jobs.Bells(store.database).make()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))

    assert ServerBells(store).count() == 0


def test_the_ledger_stays_the_only_thing_in_its_own_schema(on_server):
    assert on_server.store.database.revision()
    with on_server.store.database.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).scalars()
        assert not [name for name in found if "procrastinate" in name]
