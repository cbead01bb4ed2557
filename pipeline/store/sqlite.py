"""Edge: everything that is SQLite's own: its connections, its manners, and its errors in words."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from pipeline.errors import DatabaseBusyError, DatabaseError, DatabaseFullError
from pipeline.store import closed
from pipeline.store.location import beside

#: How long a connection waits for a program that does not know of the ticket, such as a shell.
_FOREIGN_WRITER_SECONDS: Final = 5.0

#: Kibibytes of pages that a connection keeps: SQLite's own measure for one that writes in bulk,
#: less for one that hands over or reads, which seldom meets a page again before somebody wrote.
MANY_PAGES: Final = 2000
FEW_PAGES: Final = 500

#: Connections kept open for readers; more are opened when needed and closed after.
_KEPT: Final = 4


def create_file(path: Path) -> None:
    """Make an empty database file that only its owner may read; one that is there stays."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise DatabaseError(
            f"the database cannot be made: {error.strerror}",
            place=str(path),
            remedy="make the folder, or let the user that runs mailbag write to it",
        ) from error


def give_log_the_mode_of(path: Path) -> None:
    """Make the files of the write-ahead log writable again where the database is.

    SQLite makes them with the mode of the database, also for somebody who only looks; one that was
    made while the database could only be read stays so when the database does not.
    """
    if not os.access(path, os.W_OK):
        return
    for part in _log_of(path):
        if part.exists() and not os.access(part, os.W_OK):
            with contextlib.suppress(OSError):  # it is another's; what cannot be written is named
                part.chmod(stat.S_IMODE(path.stat().st_mode))


def _log_of(path: Path) -> tuple[Path, Path]:
    return beside(path, "-wal"), beside(path, "-shm")


def connect(
    path: Path,
    *,
    query_only: bool = False,
    foreign_keys: bool = True,
    pages: int = MANY_PAGES,
) -> sqlite3.Connection:
    """Open the file, which must be there. Transactions are begun by hand.

    ``pages``: how many of them are kept in memory, in kibibytes.
    """
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=_FOREIGN_WRITER_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size={-pages}")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")
    except BaseException:
        connection.close()
        raise
    return connection


def use_write_ahead_log(connection: sqlite3.Connection, path: Path) -> None:
    """Let readers read while somebody writes; the file remembers it."""
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise DatabaseError(
            "the database cannot keep a write-ahead log here",
            place=str(path),
            remedy="put it on a local disk, not on a network drive",
        )


def make_engine(path: Path, *, query_only: bool) -> Engine:
    """Give an engine whose transactions read, or write at once."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(
            path, query_only=query_only, pages=FEW_PAGES if query_only else MANY_PAGES
        ),
        poolclass=QueuePool,
        pool_size=_KEPT if query_only else 1,
        max_overflow=-1,
    )
    begin = "BEGIN" if query_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextmanager
def errors_in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and SQLAlchemy raise into sentences with place and remedy."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        sentence = _sentence(error.orig, path)
        if sentence is None:
            raise
        raise sentence from error
    except sqlite3.Error as error:
        sentence = _sentence(error, path)
        if sentence is None:
            raise
        raise sentence from error


def _sentence(error: sqlite3.Error, path: Path) -> DatabaseError | None:
    """Say what is wrong with the database; ``None`` when the statement was wrong, not it."""
    extended: int = getattr(error, "sqlite_errorcode", 0)
    if extended == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return closed.error_of(str(error), str(path))
    words = _WORDS.get(extended) or _WORDS.get(extended & 0xFF)
    if words is None:
        return None
    kind, message, remedy = words
    if words is _READ_ONLY and os.access(path, os.W_OK):
        for part in _log_of(path):
            if part.exists() and not os.access(part, os.W_OK):
                message = "this file of the database may only be read"
                remedy = f"let the user that runs mailbag write to it, as to {path.name}"
                return kind(message, place=str(part), remedy=remedy)
    return kind(message, place=str(path), remedy=remedy)


_NO_MORE: Final = (
    DatabaseFullError,
    "the disk takes no more of the database (a quota, a limit or a fault)",
    "make room or raise the limit; if there is room, check the disk",
)
_READ_ONLY: Final = (
    DatabaseError,
    "the database may only be read",
    "let the user that runs mailbag write to the file and its folder",
)

#: SQLite's result code, extended or basic -> what it means to a person, and what to do.
_WORDS: Final[dict[int, tuple[type[DatabaseError], str, str]]] = {
    sqlite3.SQLITE_BUSY: (
        DatabaseBusyError,
        "another program holds the database",
        "close it (a database shell, a backup) and try again",
    ),
    sqlite3.SQLITE_LOCKED: (
        DatabaseBusyError,
        "another program holds the database",
        "close it (a database shell, a backup) and try again",
    ),
    sqlite3.SQLITE_FULL: (DatabaseFullError, "the disk is full", "make room"),
    sqlite3.SQLITE_IOERR_WRITE: _NO_MORE,
    sqlite3.SQLITE_IOERR_SHMSIZE: _NO_MORE,
    sqlite3.SQLITE_IOERR_TRUNCATE: _NO_MORE,
    sqlite3.SQLITE_IOERR: (
        DatabaseError,
        "the disk failed to read or write the database",
        "check the disk and its free space",
    ),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (
        DatabaseError,
        "the database cannot be opened",
        "let the user that runs mailbag read and write the file and its folder",
    ),
    sqlite3.SQLITE_NOTADB: (
        DatabaseError,
        "this is not a database",
        "move it away, or mend [database] url",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DatabaseError,
        "the database is damaged",
        "restore it from a backup",
    ),
}
