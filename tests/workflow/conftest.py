"""The office that tests work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A site whose first tick is at noon UTC, two hours before its first slot."""
    office = Office.make(tmp_path / "site")
    office.send_due()
    yield office
    office.close()
