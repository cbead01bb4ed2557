"""A site to look after."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.app.new_site import make_site
from tests.factories import NOON
from tests.fakes import FakeClock
from tests.workflow.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A site without a ledger, its relay on a port where nobody listens."""
    office = Office.make(tmp_path / "site")
    office.write_qas("tea", "chairs")
    return office


@pytest.fixture
def fresh(tmp_path: Path) -> Office:
    """A site as ``init`` makes it, nothing decided."""
    make_site(tmp_path / "fresh", today=date(2026, 3, 3))
    return Office(tmp_path / "fresh", FakeClock(NOON))
