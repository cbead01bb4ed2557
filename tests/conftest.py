"""What holds for every test."""

import hypothesis
import pytest

from tests.fakes import FakeClock

# A shared machine may stop a process for longer than hypothesis grants an example.
hypothesis.settings.register_profile("mailbag", deadline=None)
hypothesis.settings.load_profile("mailbag")


@pytest.fixture(autouse=True)
def _no_site_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a newsletter of their own."""
    for name in ("MAILBAG_SITE", "MAILBAG_SMTP_PASSWORD", "MAILBAG_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
