import datetime as dt
import logging
import os
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

import pytest
import schedule

from pipeline.errors import ContentError
from pipeline.schedule import runner

HOUR = 3600.0


class World:
    """A wall clock, a boot clock, and a stop that lets them pass instead of sleeping."""

    def __init__(self, seconds: float, start: str = "2026-03-03T12:00:00+00:00") -> None:
        self.wall = dt.datetime.fromisoformat(start)
        self.booted = 1000.0
        self.end = self.booted + seconds
        self.events: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> dt.datetime:
        return self.wall

    def boot_time(self) -> float:
        return self.booted

    def sleep(self, seconds: float) -> None:
        self.wait(seconds)

    def is_set(self) -> bool:
        return self.booted >= self.end

    def wait(self, timeout: float, /) -> bool:
        self.booted += timeout
        self.wall += dt.timedelta(seconds=timeout)
        for event in [event for event in self.events if event[0] <= self.booted]:
            self.events.remove(event)
            event[1]()
        return self.is_set()

    def set_clock_back(self, after: float, seconds: float) -> None:
        def set_back() -> None:
            self.wall -= dt.timedelta(seconds=seconds)

        self.events.append((self.booted + after, set_back))


@pytest.fixture
def let(monkeypatch):
    """Have the alarm clock read a world's wall clock, in the process's own zone."""

    def put(world: World) -> World:
        class Local(dt.datetime):
            shown: ClassVar[World] = world

            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Self:
                zone = tz or ZoneInfo(os.environ.get("TZ", "UTC"))
                local = cls.shown.wall.astimezone(zone).replace(tzinfo=tz)
                return cls.fromisoformat(local.isoformat())

        monkeypatch.setattr(
            schedule, "datetime", SimpleNamespace(datetime=Local, timedelta=dt.timedelta)
        )
        return world

    return put


def test_ticks_at_once_and_then_every_half_minute(let):
    world = let(World(10 * 60))
    ticks: list[float] = []

    runner.run_forever(lambda: ticks.append(world.booted), stop=world, clock=world)

    assert len(ticks) == 20
    assert ticks[0] == 1000.0


def test_a_stop_that_is_set_already_still_ticks_once(let):
    world = let(World(0))
    ticks: list[int] = []

    runner.run_forever(lambda: ticks.append(1), stop=world, clock=world)

    assert ticks == [1]


def test_a_tick_that_fails_neither_ends_the_loop_nor_is_repeated_at_once(let, caplog):
    world = let(World(10 * 60))
    ticks: list[float] = []

    def fail() -> None:
        ticks.append(world.booted)
        raise ZeroDivisionError("a defect")

    runner.run_forever(fail, stop=world, clock=world)

    assert len(ticks) == 20
    assert "a defect" in caplog.text


def test_what_a_person_can_mend_is_logged_as_a_sentence(let, caplog):
    def refuse() -> None:
        raise ContentError("it is not there", place="content/tea.md")

    world = let(World(0))
    with caplog.at_level(logging.ERROR, "mailbag.run"):
        runner.run_forever(refuse, stop=world, clock=world)

    assert caplog.messages == ["content/tea.md: it is not there"]
    assert caplog.records[0].exc_info is None


def test_being_told_to_end_is_no_failure(let):
    def interrupt() -> None:
        raise KeyboardInterrupt

    world = let(World(60))
    with pytest.raises(KeyboardInterrupt):
        runner.run_forever(interrupt, stop=world, clock=world)


def holes(ticks: list[float]) -> float:
    return max(later - sooner for sooner, later in pairwise(ticks))


def test_a_host_whose_clocks_go_back_has_no_hole(let, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    world = let(World(3 * HOUR, start="2026-10-24T23:30:00+00:00"))
    ticks: list[float] = []

    runner.run_forever(lambda: ticks.append(world.booted), stop=world, clock=world)

    assert len(ticks) == 360
    assert holes(ticks) <= 31


def test_a_clock_set_back_is_noticed_after_four_intervals(let):
    world = let(World(3 * HOUR))
    world.set_clock_back(after=600, seconds=HOUR)
    ticks: list[float] = []

    runner.run_forever(lambda: ticks.append(world.booted), stop=world, clock=world)

    assert 100 < holes(ticks) <= 4 * 30 + 6
    assert sum(later - sooner > 31 for sooner, later in pairwise(ticks)) == 1


def test_a_machine_that_slept_ticks_when_it_wakes(let):
    world = let(World(3 * HOUR))
    slept: list[float] = []

    def sleep_lid_closed() -> None:
        world.booted += HOUR
        world.wall += dt.timedelta(hours=1)
        slept.append(world.booted)

    world.events.append((world.booted + 600, sleep_lid_closed))
    ticks: list[float] = []

    runner.run_forever(lambda: ticks.append(world.booted), stop=world, clock=world)

    assert min(tick for tick in ticks if tick >= slept[0]) - slept[0] <= 6


def test_a_long_tick_delays_the_next_one_and_never_meets_it(let):
    world = let(World(10 * 60))
    running: list[int] = []

    def work() -> None:
        assert not running
        running.append(1)
        world.wait(100)
        running.pop()

    runner.run_forever(work, stop=world, clock=world)

    assert not running


def test_the_process_gets_its_zone_back(let, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    seen: list[str] = []

    world = let(World(0))
    runner.run_forever(lambda: seen.append(time.tzname[0]), stop=world, clock=world)

    assert seen == ["UTC"]
    assert time.tzname[0] == "CET"
    monkeypatch.undo()
    time.tzset()


def test_an_event_of_another_thread_ends_it():
    stop = threading.Event()
    world = World(HOUR)

    runner.run_forever(stop.set, stop=stop, clock=world)

    assert stop.is_set()
