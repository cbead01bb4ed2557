"""What holds for every test."""

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from tests.browser import Page, chromium
from tests.fakes import FakeClock

# A shared machine may stop a process for longer than hypothesis grants an example.
hypothesis.settings.register_profile("mailbag", deadline=None)
# In CI the examples are the same each time, so that a change is judged by itself; on developers'
# machines they differ, and what they find becomes a test.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
# Who runs the tests under nohup would have every program here begin with it ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "mailbag")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let reports say which faults a test is about: see ``tests/faults/table.py``."""
    for item in items:
        for marker in item.iter_markers("fault"):
            item.user_properties += [("fault", number) for number in marker.args]


@pytest.fixture(autouse=True)
def _no_site_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a newsletter of their own."""
    for name in ("MAILBAG_SITE", "MAILBAG_SMTP_PASSWORD", "MAILBAG_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """A page in Chromium, one for each process that runs tests: to start it takes a second."""
    with chromium() as page:
        yield page
