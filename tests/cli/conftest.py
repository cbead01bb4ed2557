from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.app.new_site import make_site
from tests.cli.office import VALUES, Office, Relay
from tests.factories import TUESDAY
from tests.fakes import FakeClock


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Make a site with three Q&As, before the eyes of a clock that a test moves."""
    monkeypatch.setattr("pipeline.cli.session.SystemClock", lambda: clock)
    folder = tmp_path / "office"
    make_site(folder, today=TUESDAY, values=VALUES, sample=False)
    made = Office(folder)
    for day, slug in enumerate(("the-long-meeting", "the-open-door", "the-late-reply"), 1):
        made.write(slug, day=day)
    return made


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay().running() as it:
        yield it


@pytest.fixture
def sending(office: Office, relay: Relay) -> Office:
    """Give the site a relay and two readers."""
    office.set(port=str(relay.port))
    office.read_in("a@mail.example", "b@mail.example")
    return office
