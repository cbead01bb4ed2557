import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pipeline.model.delivery import DoubtPolicy
from pipeline.store.opening import Store, open_store
from tests.store import ledgers
from tests.store.ledgers import Ledger, MakeLedger


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; a copy of the file is a new database."""
    folder = tmp_path_factory.mktemp("template")
    open_store("sqlite:///mailbag.db", folder=folder).close()
    return folder / "mailbag.db"


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    shutil.copy(empty_database, tmp_path / "mailbag.db")
    with open_store("sqlite:///mailbag.db", folder=tmp_path) as it:
        yield it


@pytest.fixture(params=["memory", "sqlite"])
def make_ledger(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> Iterator[MakeLedger]:
    """Make a ledger of each kind; closed after the test."""
    opened: list[Store] = []

    def make(addresses: Iterable[str], policy: DoubtPolicy = DoubtPolicy.HOLD) -> Ledger:
        if request.param == "memory":
            return ledgers.in_memory(addresses, policy)
        shutil.copy(empty_database, tmp_path / "mailbag.db")
        ledger = ledgers.on_sqlite(tmp_path, addresses, policy)
        opened.append(ledger.store)
        return ledger

    yield make
    for it in opened:
        it.close()
