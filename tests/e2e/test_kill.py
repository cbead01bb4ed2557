"""A sender killed with SIGKILL at random moments: the mail server's count against the ledger's.

The moments are counted in messages that the mail server took, so that most fall where messages
flow, on a fast machine and on a slow one. A failure prints its seed; the seed picks the moments.
"""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.app.site import Site
from pipeline.clock import SystemClock
from pipeline.model.delivery import DeliveryState, Sums
from pipeline.model.issue import IssueState
from tests.e2e.counting_sink import CountingSink, Shot
from tests.e2e.newsroom import Newsroom, addresses

#: What ``[smtp] connections`` says; with a window of one, so many can be in doubt by one kill.
CONNECTIONS = 4
#: Seconds that the mail server takes for a message, on average: kills shall fall into the middle.
_DELAY = 0.002
_PATIENCE_SECONDS = 60.0


@dataclass
class Mailing:
    """One issue on its way to so many readers, past so many kills."""

    newsroom: Newsroom
    sink: CountingSink
    readers: list[str]
    kills: int = 0
    #: Kills that came when some messages had been taken, and not all.
    midway: int = 0
    _is_begun: bool = field(default=False, init=False)

    def start(self, rng: random.Random) -> subprocess.Popen[str]:
        """Begin to send, or go on: by cron, or by hand."""
        if not self._is_begun:
            return self.newsroom.start("send", "--now", "--yes")
        return self.newsroom.start("send", *rng.choice([("--due",), ("--issue", "1")]))

    def kill(self, process: subprocess.Popen[str]) -> None:
        """Wait for the end that a shot makes, and count it."""
        out, err = process.communicate(timeout=_PATIENCE_SECONDS)
        if process.returncode != -signal.SIGKILL:
            # It was done before its last message could be hit.
            assert process.returncode in {0, 4}, f"{process.returncode}\n{out}\n{err}"
            return
        self.kills += 1
        taken = sum(self.sink.counts().values())
        self.midway += 0 < taken < len(self.readers)
        self._is_begun = self._is_begun or self.sums() is not None

    def finish(self) -> None:
        """Send what is left, undisturbed."""
        if self._is_begun:
            # 4: a kill left doubt behind, and cron's owner hears of it.
            process = self.newsroom.start("send", "--issue", "1")
        else:
            process = self.newsroom.start("send", "--now", "--yes")
        out, err = process.communicate(timeout=_PATIENCE_SECONDS)
        assert process.returncode in {0, 4}, f"{process.returncode}\n{out}\n{err}"

    def let_time_pass(self) -> None:
        """Make everybody due who waits for a time."""
        with self.site().open_store() as store, store.database.writing_raw() as raw:
            raw.execute("UPDATE delivery SET next_at = 0 WHERE next_at IS NOT NULL")
            raw.execute("UPDATE shard SET due_at = 0")

    def site(self) -> Site:
        return self.newsroom.site()

    def sums(self) -> Sums | None:
        """Count the ledger's rows; ``None`` while there is no issue."""
        with self.site().open_store() as store:
            if not store.issues.all():
                return None
            return store.outbox().sums(1)

    def states(self) -> dict[str, DeliveryState]:
        with self.site().open_store() as store:
            rows = list(store.outbox().deliveries(1))
        assert len(rows) == len({row.address for row in rows}), "a reader has two rows"
        return {row.address: row.state for row in rows}

    def check(self) -> Counter[DeliveryState]:
        """Compare ledger and sink, reader by reader, after the last run; count the states."""
        states, counts = self.states(), self.sink.counts()
        assert sorted(states) == sorted(self.readers), "the ledger does not hold every reader"
        assert not set(counts) - set(states), "somebody got it who is not in the ledger"
        for reader, state in states.items():
            taken = counts.get(reader, 0)
            assert taken <= 1, f"{reader} got it {taken} times"
            if state is DeliveryState.ACCEPTED:
                assert taken == 1, f"{reader} is accepted and got nothing"
            else:
                assert state is DeliveryState.IN_DOUBT, f"{reader} is {state}"
        found = Counter(states.values())
        assert found[DeliveryState.IN_DOUBT] <= self.kills * CONNECTIONS
        with self.site().open_store() as store:
            assert store.issues.get(1).state is IssueState.COMPLETE
        return found


@pytest.fixture
def sink() -> Iterator[CountingSink]:
    with CountingSink(delay=_DELAY) as running:
        yield running


def make_mailing(folder: Path, sink: CountingSink, count: int, *, doubt: str = "hold") -> Mailing:
    newsroom = Newsroom.make(folder / "site", port=sink.port)
    newsroom.set("on_doubt", f'"{doubt}"')
    newsroom.set("connections", str(CONNECTIONS))
    newsroom.write_qa("tea", answer="Say what you think. " * 400)
    readers = addresses(count)
    newsroom.enlist(readers)
    return Mailing(newsroom, sink, readers)


def kill_often(mailing: Mailing, times: int, rng: random.Random, *, early: float = 0.1) -> None:
    """Kill the sender so often, evenly over the whole of the sending, at random moments.

    A share of the kills comes ``early``: within a second of the start, wherever it is then.
    """
    for done in range(times):
        before = (mailing.sums() or Sums()).in_doubt
        # What is left is spread over the kills to come: one that came late shortens the others.
        left = len(mailing.readers) - sum(mailing.sink.counts().values())
        longest = max(1, int(1.8 * left / (times - done + 1)))
        process = mailing.start(rng)
        is_early = rng.random() < early
        mailing.sink.shoot(
            Shot(
                process.pid,
                # A fast sender that is past its start must leave something for the other kills.
                after=longest if is_early else rng.randint(1, longest),
                delay=rng.choice([None, rng.uniform(0.0, 0.005)]),
            )
        )
        if is_early:
            SystemClock().sleep(rng.uniform(0.0, 1.0))
            process.kill()
        mailing.kill(process)
        doubt = (mailing.sums() or Sums()).in_doubt - before
        assert doubt <= CONNECTIONS, f"one kill left {doubt} in doubt"


def seeded(seed: int) -> random.Random:
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)  # noqa: S311 - no secret


@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7)
def test_twenty_kills_of_one_send_lose_nobody_and_mail_nobody_twice(
    tmp_path: Path, sink: CountingSink
) -> None:
    mailing = make_mailing(tmp_path, sink, 2000)

    kill_often(mailing, 20, seeded(random.randrange(2**32)))  # noqa: S311 - no secret
    mailing.finish()

    found = mailing.check()
    print(f"{mailing.kills} kills, {mailing.midway} midway, {dict(found)}")  # noqa: T201 - the seed's companion
    assert mailing.kills >= 18
    assert mailing.midway >= 14, "too few kills came while messages flowed"


def test_cron_hears_once_of_the_doubt_that_a_killed_sender_left(
    tmp_path: Path, sink: CountingSink
) -> None:
    mailing = make_mailing(tmp_path, sink, 60)
    killed = mailing.start(seeded(1))
    sink.shoot(Shot(killed.pid, after=20))
    mailing.kill(killed)

    first = mailing.newsroom.start("send", "--due")
    said, _ = first.communicate(timeout=_PATIENCE_SECONDS)
    second = mailing.newsroom.start("send", "--due")
    silence = second.communicate(timeout=_PATIENCE_SECONDS)

    assert first.returncode == 4
    assert "in doubt" in said
    assert (second.returncode, *silence) == (0, "", "")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills_of_one_send_lose_nobody_and_mail_nobody_twice(
    tmp_path: Path, sink: CountingSink
) -> None:
    mailing = make_mailing(tmp_path, sink, 20_000)

    kill_often(mailing, 200, seeded(random.randrange(2**32)))  # noqa: S311 - no secret
    mailing.finish()

    mailing.check()
    assert mailing.kills >= 180


def test_resending_reaches_everybody_with_the_same_bytes(
    tmp_path: Path, sink: CountingSink
) -> None:
    mailing = make_mailing(tmp_path, sink, 400, doubt="resend")

    kill_often(mailing, 4, seeded(4), early=0.0)
    mailing.finish()
    waiting = [it for it, state in mailing.states().items() if state is DeliveryState.DEFERRED]
    mailing.let_time_pass()
    mailing.finish()

    digests = sink.digests()
    assert 0 < len(waiting) <= mailing.kills * CONNECTIONS
    twice = [reader for reader, found in digests.items() if len(found) > 1]
    assert sorted(digests) == sorted(mailing.readers)
    assert set(mailing.states().values()) == {DeliveryState.ACCEPTED}
    assert len(twice) <= mailing.kills * CONNECTIONS
    assert all(len(set(found)) == 1 for found in digests.values())


def test_assuming_leaves_no_doubt_and_mails_nobody_twice(
    tmp_path: Path, sink: CountingSink
) -> None:
    mailing = make_mailing(tmp_path, sink, 400, doubt="assume-accepted")

    kill_often(mailing, 4, seeded(5), early=0.0)
    mailing.finish()

    counts = sink.counts()
    assert set(mailing.states().values()) == {DeliveryState.ACCEPTED}
    assert set(counts.values()) == {1}
    assert len(mailing.readers) - len(counts) <= mailing.kills * CONNECTIONS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_polite_signal_ends_a_send_with_nothing_in_doubt(
    tmp_path: Path, sink: CountingSink, number: int
) -> None:
    mailing = make_mailing(tmp_path, sink, 1500)
    process = mailing.newsroom.start("send", "--now", "--yes")
    sink.shoot(Shot(process.pid, after=100, number=number))
    process.communicate(timeout=_PATIENCE_SECONDS)

    taken, sums = sum(sink.counts().values()), mailing.sums()
    mailing.newsroom.mailbag("send", "--due")

    assert sums is not None
    assert (sums.in_doubt, sums.accepted) == (0, taken)
    assert 100 <= taken < 1500
    assert process.returncode == 0
    assert mailing.check() == {DeliveryState.ACCEPTED: 1500}


@pytest.mark.fault(8)
def test_kill_while_the_list_is_frozen_forgets_nobody(tmp_path: Path) -> None:
    # Nobody listens there: what is frozen stays as it is.
    newsroom = Newsroom.make(tmp_path / "site", port=1)
    newsroom.write_qa("tea")
    newsroom.enlist(addresses(50_000))
    process = newsroom.start("send", "--now", "--yes")
    with newsroom.site().open_store() as store:
        end = time.monotonic() + 30
        while not (found := store.issues.all()):
            assert time.monotonic() < end, "no issue was begun"
        process.kill()
        process.communicate(timeout=_PATIENCE_SECONDS)
        half = store.issues.get(1)

    newsroom.mailbag("send", "--due", exits=4)

    assert not half.is_frozen, "it was too late to be a test"
    assert found[0].sha256 == half.sha256
    sums = newsroom.document("status", "1")
    assert sums["planned"] == sums["queued"] == sums["candidates"] == 50_000
