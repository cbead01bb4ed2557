import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.model.delivery import DoubtPolicy
from pipeline.store.opening import Store, open_server, open_store
from tests.store import ledgers, servers
from tests.store.ledgers import Ledger, MakeLedger
from tests.store.servers import Server


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; a copy of the file is a new database."""
    folder = tmp_path_factory.mktemp("template")
    open_store("sqlite:///mailbag.db", folder=folder).close()
    return folder / "mailbag.db"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server, and an empty ledger on it to be copied."""
    with servers.start() as it:
        yield it


@pytest.fixture
def database_url(server: Server) -> Iterator[str]:
    """A new ledger on the server."""
    with server.database() as url:
        yield url


@pytest.fixture
def sqlite_store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    shutil.copy(empty_database, tmp_path / "mailbag.db")
    with open_store("sqlite:///mailbag.db", folder=tmp_path) as it:
        yield it


@pytest.fixture
def server_store(database_url: str) -> Iterator[Store]:
    with open_server(database_url) as it:
        yield it


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """A new store on each database."""
    kind = "sqlite_store" if request.param == "sqlite" else "server_store"
    found: Store = request.getfixturevalue(kind)
    return found


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make_ledger(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> Iterator[MakeLedger]:
    """Make a ledger of each kind; closed after the test."""
    opened: list[Store] = []
    server = request.getfixturevalue("server") if request.param == "postgresql" else None
    made = ExitStack()

    def make(addresses: Iterable[str], policy: DoubtPolicy = DoubtPolicy.HOLD) -> Ledger:
        if request.param == "memory":
            return ledgers.in_memory(addresses, policy)
        if server is not None:
            store = made.enter_context(open_server(made.enter_context(server.database())))
            return ledgers.in_database(store, addresses, policy)
        shutil.copy(empty_database, tmp_path / "mailbag.db")
        ledger = ledgers.on_sqlite(tmp_path, addresses, policy)
        opened.append(ledger.store)
        return ledger

    yield make
    made.close()
    for it in opened:
        it.close()
