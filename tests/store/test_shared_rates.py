"""Several processes that keep to one limit by rows of a server, whatever their own clocks say."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from pipeline.app import new_site
from pipeline.app.site import open_site
from pipeline.clock import SystemClock
from pipeline.delivery.limits import Limits
from pipeline.delivery.paces import Paces
from pipeline.delivery.relays import Relay
from pipeline.delivery.shaping import Shaping
from pipeline.store.opening import Store, open_server
from tests.factories import NOON
from tests.fakes import FakeClock
from tests.simulated_relay import SimulatedRelay
from tests.store import programs
from tests.store.test_restraints import restraint

#: Waits for its turn under a limit as long as it is told, and says when it had one. Its machine's
#: clock is wrong by so many seconds.
SENDER = """
import json, sys, time
from datetime import timedelta
from pipeline import clock
from pipeline.delivery.limits import Limits
from pipeline.delivery.sharing import SharedRating
from pipeline.store.opening import open_server
url, text, seconds, wrong = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])

class Wrong(clock.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(seconds=wrong)

clock.datetime = Wrong
own = clock.SystemClock()
with open_server(url, heed=own.heed) as store:
    it = SharedRating(store.outbox(), "relay", Limits.parse(text), own)
    print("ready", flush=True)
    sys.stdin.readline()
    left, end = [], own.boot_time() + seconds
    while (now := own.boot_time()) < end:
        wait = it.wait(now)
        if wait > 0:
            time.sleep(min(wait, 0.1))
            continue
        it.give(now)
        it.leave(now, now)
        left.append(now)
    it.close()
print(json.dumps(left), flush=True)
"""


@contextmanager
def senders(
    url: str, text: str, seconds: float, *wrong: float
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start a sender for each clock, all at one moment."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    found = [programs.start(SENDER, url, text, seconds, it, **pipes) for it in wrong]
    try:
        for it in found:
            assert it.stdout is not None
            assert it.stdout.readline() == "ready\n"
        for it in found:
            assert it.stdin is not None
            it.stdin.write("\n")
            it.stdin.flush()
        yield found
    finally:
        for it in found:
            it.kill()
            it.communicate()


def what_left(found: list[subprocess.Popen[str]]) -> list[list[float]]:
    return [json.loads(it.communicate(timeout=90)[0]) for it in found]


@pytest.mark.parametrize("wrong", [(0, 0, 0), (0, 3600, -3600)], ids=["right", "an hour off"])
def test_three_processes_keep_to_one_limit_together(database_url, wrong):
    with senders(database_url, "200/s", 4, *wrong) as found:
        lists = what_left(found)

    left = sorted(at for one in lists for at in one)
    took = left[-1] - left[0]
    assert 0.98 * 200 <= len(left) / took <= 1.01 * 200
    assert min(len(one) for one in lists) > 130
    fullest = max(
        sum(at <= other < at + 1 for other in left[n : n + 400]) for n, at in enumerate(left)
    )
    # A batch of each may be up to a second late.
    assert fullest <= 200 + 3 * 40


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize("text", ["100/s", "600/m"])
def test_over_a_minute_a_limit_is_reached_and_kept_within_a_hundredth(database_url, text, count):
    with senders(database_url, text, 63, *[0] * count) as found:
        lists = what_left(found)

    limit = Limits.parse(text).limits[0]
    left = sorted(at for one in lists for at in one)
    minute = sum(left[0] + 1 <= at < left[0] + 61 for at in left)
    should = 60 * limit.count / limit.seconds
    assert 0.99 <= minute / should <= 1.01


def test_a_stock_is_used_up_by_three_processes_and_no_more(database_url):
    with senders(database_url, "500/h", 2, 0, 3600, -3600) as found:
        lists = what_left(found)

    assert sum(len(one) for one in lists) == 500


def test_a_killed_sender_takes_its_batch_with_it_and_no_more(database_url):
    with senders(database_url, "100/s", 4, 0, 0) as found:
        SystemClock().sleep(1)
        found[0].kill()
        (left,) = what_left(found[1:])

    after = [at for at in left if at > left[0] + 1.8]
    assert (len(after) - 1) / (after[-1] - after[0]) >= 97


def paces(store: Store, clock: SystemClock) -> Paces:
    relay = Relay(transport=SimulatedRelay(FakeClock()))
    return Paces(outbox=store.outbox(), clock=clock, shaping=Shaping(), places=4, relay=relay)


def test_a_provider_that_is_paused_by_one_update_is_left_alone_by_every_sender(
    server_store, database_url
):
    clock = SystemClock()
    with open_server(database_url) as other:
        all_paces = [paces(store, clock) for store in (server_store, other)]
        gmail = [it.of("gmail") for it in all_paces]
        assert [it.wait(clock.boot_time()) for it in gmail] == [0, 0]
        until = SystemClock().now() + timedelta(hours=2)
        server_store.outbox().restrain("provider gmail", restraint(until=until))

        clock.sleep(1.1)
        for it in all_paces:
            it.save()
        waits = [it.wait(clock.boot_time()) for it in gmail]

    assert all(7_190 < wait <= 7_200 for wait in waits)


def test_a_provider_that_slowed_one_sender_is_slowed_for_all_of_them_together(
    server_store, database_url
):
    clock = SystemClock()
    now = clock.now()
    calm = restraint(share=0.5, speed=40.0, since=now, until=now, crawls_until=now)
    server_store.outbox().restrain("provider gmail", calm)
    with open_server(database_url) as other:
        gmail = [paces(store, clock).of("gmail") for store in (server_store, other)]
        count, end = 0, clock.boot_time() + 2
        while clock.boot_time() < end:
            for pace in gmail:
                at = clock.boot_time()
                if not pace.wait(at):
                    pace.give(at)
                    count += 1
            clock.sleep(0.005)

    assert 36 <= count <= 42


def test_a_sender_goes_by_the_clock_of_the_server(server_store, database_url):
    clock = SystemClock()
    clock.heed(SystemClock().now() + timedelta(hours=1))
    assert clock.now() > SystemClock().now() + timedelta(minutes=59)

    with open_server(database_url, heed=clock.heed):
        assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=1)


def test_a_site_on_a_server_goes_by_its_clock(database_url, tmp_path):
    new_site.make_site(tmp_path, today=NOON.date())
    toml = tmp_path / "newsletter.toml"
    toml.write_text(
        re.sub(r'(?m)^url = "sqlite:.*"$', f'url = "{database_url}"', toml.read_text("utf-8")),
        "utf-8",
    )
    right, wrong = SystemClock(), SystemClock()
    wrong.heed(right.now() + timedelta(hours=1))

    site = open_site(tmp_path, clock=wrong)
    site.open_store().close()

    assert abs(site.clock.now() - right.now()) < timedelta(seconds=1)
