"""When a worker had better die."""

import pytest

from pipeline.engine.worker import HUNG_EXIT, Watchdog
from tests.fakes import FakeClock


class Kennel:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.said: list[str] = []
        self.ends: list[int] = []
        self.dog = Watchdog(self.clock, self.said.append, end=self.ends.append)

    def live(self, seconds: int, *, pulse: bool) -> None:
        for _ in range(0, seconds, 5):
            self.clock.advance(5)
            if pulse:
                self.dog.pulse()
            self.dog.look()


@pytest.fixture
def kennel() -> Kennel:
    return Kennel()


def test_a_worker_with_a_pulse_lives(kennel):
    kennel.live(3600, pulse=True)

    assert kennel.ends == []


def test_a_worker_without_a_pulse_for_long_ends_so_that_another_is_started(kennel):
    kennel.live(90, pulse=False)
    assert kennel.ends == []

    kennel.live(5, pulse=False)

    assert kennel.ends == [HUNG_EXIT] == [75]
    assert "no answer from the database for 90 s" in kennel.said[0]


def test_a_worker_that_was_stopped_as_a_whole_gets_another_chance(kennel):
    kennel.clock.suspend(600)
    kennel.dog.look()
    kennel.live(600, pulse=True)

    assert kennel.ends == []
