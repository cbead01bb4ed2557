"""What the faults need: a frozen issue in a database, and a relay that is talked to in a manner."""

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.fault_sink import FaultSink
from tests.faults.mailing import IN_CHUNKS, IN_GROUPS, ONE_BY_ONE, READERS, Mailing, Manner
from tests.sending import addresses
from tests.store import ledgers


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Make the database of so many readers once; a copy of it is another one."""
    made: dict[int, Path] = {}

    def database(readers: int) -> Path:
        if readers not in made:
            folder = made[readers] = tmp_path_factory.mktemp(f"readers-{readers}")
            ledgers.on_sqlite(folder, addresses(readers)).store.close()
        return made[readers] / "mailbag.db"

    return database


@pytest.fixture(params=[ONE_BY_ONE, IN_GROUPS, IN_CHUNKS], ids=lambda it: it.name)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found


@pytest.fixture
def sink(manner: Manner) -> Iterator[FaultSink]:
    with FaultSink(capabilities=manner.capabilities) as sink:
        yield sink


@pytest.fixture
def folder(tmp_path: Path, databases: Callable[[int], Path]) -> Path:
    """A site's folder with an issue frozen for twenty readers, that nobody has opened."""
    shutil.copy(databases(READERS), tmp_path)
    return tmp_path


MakeMailing = Callable[..., Mailing]


@pytest.fixture
def make_mailing(
    tmp_path: Path, databases: Callable[[int], Path], manner: Manner, sink: FaultSink
) -> Iterator[MakeMailing]:
    made: list[Mailing] = []

    def make(readers: int = READERS, **settings: Any) -> Mailing:
        shutil.copy(databases(readers), tmp_path)
        made.append(Mailing(folder=tmp_path, sink=sink, manner=manner, **settings))
        return made[-1]

    yield make
    for mailing in made:
        mailing.store.close()


@pytest.fixture
def mailing(make_mailing: MakeMailing) -> Mailing:
    return make_mailing()


# -- processes of their own

ROOT = Path(__file__).parents[2]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(folder: Path, sink: FaultSink, manner: Manner) -> Iterator[Start]:
    """Give a function that starts a sender on the folder's database."""
    started: list[subprocess.Popen[str]] = []

    def start(*point: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.faults.child", str(folder), str(sink.port)]
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, str(manner.window), *point], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def next_one(folder: Path, sink: FaultSink, manner: Manner) -> Iterator[Callable[[], Mailing]]:
    """Give a function that opens the ledger for another sender."""
    opened: list[Mailing] = []

    def open_ledger() -> Mailing:
        opened.append(Mailing(folder=folder, sink=sink, manner=manner))
        return opened[-1]

    yield open_ledger
    for mailing in opened:
        mailing.store.close()


# -- TLS


def serve(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="session")
def served(authority: trustme.CA) -> ssl.SSLContext:
    """Give what a server with a certificate to be trusted has."""
    return serve(authority.issue_cert("127.0.0.1"))
