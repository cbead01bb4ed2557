"""Edge: opens the two databases of a copy by their URLs.

Not as :mod:`pipeline.store.opening` does: nothing is migrated, and a closed ledger is let through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.store import location, opening, sqlite, sqlite_carrier
from pipeline.store.copying import Side
from pipeline.store.location import WAIT_SECONDS, beside
from pipeline.store.locks import SenderLock
from pipeline.store.sqlite_database import SqliteDatabase


@contextmanager
def open_side(url: str, *, folder: Path, makes: bool = False) -> Iterator[Side]:
    """Open one; a file that is not there is made if so told, a database on a server never."""
    location.check(url)
    side = _on_server(url) if location.is_server(url) else _in_file(url, folder, makes=makes)
    try:
        yield side
    finally:
        side.database.close()


def _in_file(url: str, folder: Path, *, makes: bool) -> Side:
    path = location.database_file(url, folder=folder).resolve()
    if makes:
        sqlite.create_file(path)
    elif not location.file_is_there(path):
        raise ConfigError(
            "there is no database", place=str(path), remedy="name the ledger that is in use"
        )
    found = path.stat()
    database = SqliteDatabase(path)
    return Side(
        database=database,
        sender_lock=SenderLock(beside(path, ".sender")),
        url=f"sqlite:///{path}",
        hold=partial(sqlite_carrier.hold, database),
        # Links and other spellings lead to one file.
        identity=(found.st_dev, found.st_ino),
    )


def _on_server(url: str) -> Side:
    database = opening.server(url, WAIT_SECONDS)
    from pipeline.store import postgres, postgres_carrier  # noqa: PLC0415 - an extra
    from pipeline.store.postgres_lock import ServerSenderLock  # noqa: PLC0415

    try:
        identity = database.identity()
    except BaseException:
        database.close()
        raise
    return Side(
        database=database,
        sender_lock=ServerSenderLock(database),
        url=postgres.shown(database.url),
        hold=partial(postgres_carrier.hold, database),
        identity=identity,
    )
