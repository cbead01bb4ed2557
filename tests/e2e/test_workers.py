"""Workers that send one issue beside each other: the mail server's count against the ledger's."""

import random
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import SystemClock
from pipeline.engine.jobs import SCHEMA, Bells
from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueState
from tests.e2e.counting_sink import CountingSink, Shot
from tests.e2e.newsroom import Newsroom, addresses
from tests.store import servers

CONNECTIONS = 4
_PATIENCE_SECONDS = 60.0

_RINGS = f"SELECT 1 FROM {SCHEMA}.procrastinate_jobs"  # noqa: S608 - a constant
_HAND_TO_OTHERS = f"""
UPDATE {SCHEMA}.procrastinate_jobs SET status = 'todo', queueing_lock = NULL
WHERE status = 'doing'
"""  # noqa: S608 - a constant


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Server]:
    with servers.start() as it:
        yield it


@pytest.fixture
def sink() -> Iterator[CountingSink]:
    # So slow that the starts of processes fall into the send.
    with CountingSink(delay=0.02) as running:
        yield running


@dataclass
class Plant:
    """A newsletter, and the workers that send it."""

    newsroom: Newsroom
    sink: CountingSink
    readers: list[str]
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    #: How many messages the workers that were killed can have had in hand.
    doubt: int = 0
    kills: int = 0
    slots: dict[int, int] = field(default_factory=dict)

    def hire(self, *, slots: int = 1) -> subprocess.Popen[str]:
        process = self.newsroom.start("worker", "--slots", str(slots))
        self.workers.append(process)
        self.slots[process.pid] = slots
        return process

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End one with SIGKILL, and its leases with it: a test does not wait for a minute."""
        process.kill()
        process.communicate()
        self.kills += 1
        self.doubt += CONNECTIONS * self.slots[process.pid]
        self.end_leases(process)

    def end_leases(self, process: subprocess.Popen[str]) -> None:
        self.run(
            "UPDATE shard SET lease_until = 0 WHERE owner = ?",
            f"{socket.gethostname()}:{process.pid}",
        )

    def empty(self) -> None:
        tables = ("jobs", "workers", "events", "periodic_defers")
        names = ", ".join(f"{SCHEMA}.procrastinate_{it}" for it in tables)
        self.run(f"TRUNCATE {names} CASCADE")

    def dismiss(self) -> list[int]:
        """Ask every worker to end, and give the exit codes."""
        for it in self.workers:
            if it.poll() is None:
                it.send_signal(signal.SIGTERM)
        ends = [(it.communicate(timeout=_PATIENCE_SECONDS), it.returncode) for it in self.workers]
        for (out, err), code in ends:
            print(code, out, err)  # noqa: T201 - pytest shows it when the test fails
        return [code for _, code in ends if code != -signal.SIGKILL]

    # -- the ledger

    def run(self, sql: str, *parameters: Any) -> list[Any]:
        with self.newsroom.site().open_store() as store, store.database.writing_raw() as raw:
            # The triggers of Procrastinate find their tables by the path.
            raw.execute("SELECT set_config('search_path', ?, true)", (f"public, {SCHEMA}",))
            rows = raw.execute(sql, parameters)
            return list(rows.fetchall()) if sql.startswith("SELECT") else []

    def states(self) -> dict[str, DeliveryState]:
        with self.newsroom.site().open_store() as store:
            rows = list(store.outbox().deliveries(1))
        assert len(rows) == len({row.address for row in rows}), "a reader has two rows"
        return {row.address: row.state for row in rows}

    def issue_state(self) -> IssueState | None:
        with self.newsroom.site().open_store() as store:
            found = store.issues.all()
        return found[0].state if found else None

    def taken(self) -> int:
        return sum(self.sink.counts().values())

    def wait_for_taken(self, count: int) -> None:
        wait_for(lambda: self.taken() >= count)

    def check(self) -> Counter[DeliveryState]:
        """Compare ledger and sink, reader by reader; count the states."""
        states, counts = self.states(), self.sink.counts()
        assert sorted(states) == sorted(self.readers)
        assert not set(counts) - set(states)
        for reader, state in states.items():
            taken = counts.get(reader, 0)
            assert taken <= 1, f"{reader} got it {taken} times"
            if state is DeliveryState.ACCEPTED:
                assert taken == 1, f"{reader} is accepted and got nothing"
            else:
                assert state is DeliveryState.IN_DOUBT, f"{reader} is {state}"
        found = Counter(states.values())
        assert found[DeliveryState.IN_DOUBT] <= self.doubt
        assert self.issue_state() is IssueState.COMPLETE
        return found


def seeded() -> random.Random:
    seed = random.randrange(2**32)  # noqa: S311 - no secret
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)  # noqa: S311 - no secret


def wait_for(what: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        SystemClock().sleep(0.05)


def wait_for_end(*processes: subprocess.Popen[str]) -> None:
    """Wait until one of them has ended."""
    wait_for(lambda: any(it.poll() is not None for it in processes))


@pytest.fixture
def plant_of(tmp_path: Path, server: servers.Server, sink: CountingSink) -> Iterator[Any]:
    plants: list[Plant] = []
    with server.database("template0") as url:

        def make(readers: int, sink: CountingSink = sink) -> Plant:
            newsroom = Newsroom.make(tmp_path / "site", port=sink.port)
            newsroom.set("url", f'"{url}"')
            newsroom.set("connections", str(CONNECTIONS))
            path = newsroom.folder / "newsletter.toml"
            path.write_text(path.read_text() + '\n[engine]\nkind = "procrastinate"\n')
            newsroom.write_qa("tea")
            found = addresses(readers)
            newsroom.enlist(found)
            plants.append(Plant(newsroom, sink, found))
            return plants[-1]

        yield make
        for plant in plants:
            for it in plant.workers:
                if it.poll() is None:
                    it.kill()
                    it.communicate()


def test_two_workers_send_what_send_rings_for(plant_of):
    plant = plant_of(600)
    plant.hire(slots=2)
    plant.hire()

    sent = plant.newsroom.document("send", "--now", "--yes")

    assert (sent["planned"], sent["accepted"], sent["in_doubt"]) == (600, 600, 0)
    assert plant.dismiss() == [0, 0]
    assert plant.check() == {DeliveryState.ACCEPTED: 600}
    assert plant.run(_RINGS) == []


def kill_often(plant: Plant, times: int, rng: random.Random) -> None:
    """Kill workers at random moments while others send; each is replaced."""
    plant.hire()
    plant.hire(slots=2)
    sending = plant.newsroom.start("send", "--now", "--yes")
    wait_for(lambda: plant.taken() > 0)
    for done in range(times):
        left = len(plant.readers) - plant.taken()
        victim = rng.choice([it for it in plant.workers if it.poll() is None])
        delay = rng.choice([None, rng.uniform(0.0, 0.005)])
        plant.sink.shoot(
            Shot(victim.pid, after=rng.randint(1, left // (times - done) + 1), delay=delay)
        )
        wait_for_end(victim, sending)
        if sending.poll() is not None:
            break
        plant.kill(victim)
        plant.hire(slots=rng.choice([1, 2]))
    out, err = sending.communicate(timeout=600)
    # 4: a kill left doubt behind.
    assert sending.returncode in {0, 4}, out + err


@pytest.mark.timeout(300)  # a worker needs a second to start
def test_a_dozen_kills_of_workers_lose_nobody_and_mail_nobody_twice(plant_of):
    plant = plant_of(4000)

    kill_often(plant, 12, seeded())

    plant.dismiss()
    found = plant.check()
    print(f"{plant.kills} kills, {dict(found)}")  # noqa: T201 - the seed's companion
    assert plant.kills >= 10


def test_doubt_that_a_killed_worker_left_is_told_once(plant_of):
    plant = plant_of(300)
    worker = plant.hire()
    # Killed before it hears that the message was taken.
    plant.sink.shoot(Shot(worker.pid, after=100))
    plant.newsroom.mailbag("send", "--now", "--yes", "--detach")
    wait_for_end(worker)
    plant.kill(worker)
    plant.hire()
    wait_for(lambda: plant.issue_state() is IssueState.COMPLETE)

    told = plant.newsroom.mailbag("send", "--due", "--detach", exits=4)
    silent = plant.newsroom.mailbag("send", "--due", "--detach")

    assert "in doubt" in told.stdout
    assert silent.stdout == ""
    plant.dismiss()
    assert plant.check()[DeliveryState.IN_DOUBT] >= 1


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills_of_workers_lose_nobody_and_mail_nobody_twice(plant_of):
    plant = plant_of(60_000)

    kill_often(plant, 200, seeded())

    plant.dismiss()
    plant.check()
    assert plant.kills >= 180


@pytest.mark.fault(49)
def test_every_ring_that_comes_again_and_again_mails_nobody_twice(plant_of):
    plant = plant_of(3000)
    plant.hire(slots=2)
    plant.hire()
    sending = plant.newsroom.start("send", "--now", "--yes")
    wait_for(lambda: plant.taken() > 0)
    rounds, shards = 0, [1]
    with plant.newsroom.site().open_store() as store:
        bells = Bells(store.database)
        while sending.poll() is None:
            shards = [row[0] for row in plant.run("SELECT number FROM shard WHERE issue = 1")]
            bells.send_shard(1, shards)
            bells.plan(1)
            bells.plan(77)
            bells.tick()
            # What workers have in hand is handed to others as well.
            plant.run(_HAND_TO_OTHERS)
            rounds += 1
            SystemClock().sleep(0.2)
        bells.send_shard(1, shards)
    sending.communicate()
    wait_for(lambda: plant.run(_RINGS) == [])

    assert plant.dismiss() == [0, 0]
    assert plant.check() == {DeliveryState.ACCEPTED: 3000}
    assert rounds >= 5


def test_tables_of_procrastinate_that_are_emptied_in_the_middle_are_no_loss(plant_of):
    plant = plant_of(3000)
    workers = [plant.hire(), plant.hire()]
    sending = plant.newsroom.start("send", "--now", "--yes")
    for part in (1, 1000, 2000):
        plant.wait_for_taken(part)
        plant.empty()
    sending.communicate(timeout=_PATIENCE_SECONDS)

    assert sending.returncode == 0
    assert [it.poll() for it in workers] == [None, None]
    assert plant.dismiss() == [0, 0]
    assert plant.check() == {DeliveryState.ACCEPTED: 3000}


def test_an_issue_whose_rings_are_all_lost_is_sent(plant_of):
    plant = plant_of(50)
    plant.newsroom.mailbag("send", "--now", "--yes", "--detach")
    plant.run(f"DROP SCHEMA {SCHEMA} CASCADE")

    plant.hire()
    wait_for(lambda: plant.issue_state() is IssueState.COMPLETE)

    assert plant.dismiss() == [0]
    assert plant.check() == {DeliveryState.ACCEPTED: 50}


def test_without_a_worker_an_issue_waits_and_says_so(plant_of):
    plant = plant_of(50)
    sending = plant.newsroom.start("send", "--now", "--yes")
    assert sending.stderr is not None
    said = iter(sending.stderr.readline, "")

    assert any("no worker is there, so issue 1 waits" in line for line in said)
    assert plant.taken() == 0
    assert sending.poll() is None
    plant.hire()
    out, _ = sending.communicate(timeout=_PATIENCE_SECONDS)

    assert "50 accepted" in out
    plant.dismiss()
    assert plant.check() == {DeliveryState.ACCEPTED: 50}


def test_who_detaches_leaves_a_frozen_issue_to_the_workers(plant_of):
    plant = plant_of(50)

    left = plant.newsroom.mailbag("send", "--now", "--yes", "--detach")

    assert plant.issue_state() is IssueState.FROZEN
    assert "50 readers wait; workers go on" in left.stdout
    assert "no worker is there" in left.stderr
    plant.hire()
    wait_for(lambda: plant.issue_state() is IssueState.COMPLETE)
    plant.dismiss()
    assert plant.check() == {DeliveryState.ACCEPTED: 50}


def test_workers_are_replaced_in_the_middle_of_a_send_and_nothing_is_in_doubt(plant_of):
    plant = plant_of(4000)
    old = [plant.hire(), plant.hire(slots=2)]
    sending = plant.newsroom.start("send", "--now", "--yes")
    for number, worker in enumerate(old):
        plant.wait_for_taken(1 + 800 * number)
        plant.hire()
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=_PATIENCE_SECONDS)
    between = plant.taken()
    sending.communicate(timeout=_PATIENCE_SECONDS)

    assert [it.returncode for it in old] == [0, 0]
    assert between < 4000, "it was too late to be a test"
    assert sending.returncode == 0
    assert plant.dismiss() == [0, 0, 0, 0]
    assert plant.check() == {DeliveryState.ACCEPTED: 4000}


def test_connections_that_the_server_ends_do_not_end_a_worker(plant_of):
    plant = plant_of(3000)
    worker = plant.hire()
    sending = plant.newsroom.start("send", "--now", "--yes", "--detach")
    sending.communicate()
    wait_for(lambda: plant.taken() > 100)
    plant.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    plant.end_leases(worker)
    wait_for(lambda: plant.issue_state() is IssueState.COMPLETE, 100)

    assert worker.poll() is None
    assert plant.dismiss() == [0]
    plant.doubt = CONNECTIONS  # what was in hand could not be written down
    plant.check()


def test_a_worker_whose_database_is_gone_says_so_and_leaves_with_5(plant_of, server):
    plant = plant_of(10)
    worker = plant.hire()
    with plant.newsroom.site().open_store() as store:
        bells = Bells(store.database)
        wait_for(bells.is_anybody_there)
        name = store.database.url.database
    servers.run(server.url, f"DROP DATABASE {name} WITH (FORCE)")
    try:
        # It tries for long; on a busy machine for longer.
        _, err = worker.communicate(timeout=95)
    finally:
        servers.run(server.url, f"CREATE DATABASE {name}")  # that of the fixture is dropped again

    assert worker.returncode == 5
    assert "no such database" in err


def test_a_second_signal_ends_a_worker_at_once(plant_of):
    with CountingSink(delay=30) as slow:
        plant = plant_of(20, slow)
        worker = plant.hire()
        plant.newsroom.mailbag("send", "--now", "--yes", "--detach")
        wait_for(lambda: bool(plant.run("SELECT 1 FROM delivery WHERE epoch > 0")))
        worker.send_signal(signal.SIGTERM)
        SystemClock().sleep(1)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=5)

    assert worker.returncode == 4


def test_a_newsletter_without_workers_says_so(plant_of):
    plant = plant_of(1)
    path = plant.newsroom.folder / "newsletter.toml"
    path.write_text(path.read_text().replace('"procrastinate"', '"local"'))

    refused = plant.newsroom.mailbag("worker", exits=2)
    stays = plant.newsroom.mailbag("send", "--due", "--detach", exits=2)

    assert "this newsletter has no workers" in refused.stderr
    assert "this process sends by itself" in stays.stderr
