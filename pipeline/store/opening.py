"""Edge: opens the database of a site: finds it, makes it, brings it up to date.

SQLAlchemy takes an eighth of a second to import, and an editor's bare clone has no database. So
what needs it is imported when there is one to open.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, overload

from pipeline.errors import ConfigError, DatabaseError
from pipeline.model.delivery import DoubtPolicy
from pipeline.store import location
from pipeline.store.location import WAIT_SECONDS, beside, database_file

if TYPE_CHECKING:
    from pipeline.store.database import Database, Ring
    from pipeline.store.facts import Facts
    from pipeline.store.issues import Issues
    from pipeline.store.locks import SenderLock
    from pipeline.store.mail_domains import MailDomains
    from pipeline.store.outbox import SqlOutbox
    from pipeline.store.postgres_database import Heed, PostgresDatabase
    from pipeline.store.postgres_lock import ServerSenderLock
    from pipeline.store.publications import Publications
    from pipeline.store.slots import Drafts, Slots
    from pipeline.store.subscribers import Subscribers
    from pipeline.store.suppressions import Suppressions


@dataclass(frozen=True, kw_only=True)
class Store:
    """Everything a site remembers. Closed at the end of a ``with`` block."""

    database: Database
    meta: Facts
    subscribers: Subscribers
    suppressions: Suppressions
    mail_domains: MailDomains
    published: Publications
    slots: Slots
    drafts: Drafts
    issues: Issues
    #: For the life of a sender; whoever holds it is alone.
    sender_lock: SenderLock | ServerSenderLock

    def outbox(
        self,
        policy: DoubtPolicy = DoubtPolicy.HOLD,
        *,
        alone: bool | None = None,
        ring: Ring | None = None,
    ) -> SqlOutbox:
        """Give the rows to a sender, or to a report; ``alone`` if it holds the sender lock.

        ``ring``: told of shards that are given back and have something to do.
        """
        from pipeline.store.outbox import SqlOutbox  # noqa: PLC0415 - see above

        if alone is None:
            alone = self.sender_lock.is_held and self.sender_lock.ENDS_LEASES
        return SqlOutbox(self.database, policy, alone, ring)

    def check_whole(self) -> str:
        """Have the database look at itself, and say how it is; raises DatabaseError if damaged."""
        return self.database.check_whole()

    def backup(self, target: Path) -> None:
        """Copy the database to a new file; see :func:`pipeline.store.backup.write`."""
        self.database.backup(target)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_store(
    url: str, *, folder: Path, wait_seconds: float = WAIT_SECONDS, heed: Heed | None = None
) -> Store:
    """Open the database, made or migrated if need be; a relative URL counts from ``folder``.

    ``heed`` is told what the clock of a server says, now and whenever it is written to.

    Raises :class:`ConfigError` for a URL this release cannot open, and the
    :class:`DatabaseError` that says what is wrong with the file or the server.
    """
    location.check(url)
    if location.is_server(url):
        return open_server(url, wait_seconds=wait_seconds, heed=heed)
    path = database_file(url, folder=folder)
    if not path.exists():
        from pipeline.store import sqlite  # noqa: PLC0415 - see above

        sqlite.create_file(path)
    return _open(path, wait_seconds)


def open_existing(
    url: str, *, folder: Path, wait_seconds: float = WAIT_SECONDS, heed: Heed | None = None
) -> Store | None:
    """Open the database if there is one; never makes it."""
    location.check(url)
    if location.is_server(url):
        return open_server(url, wait_seconds=wait_seconds, makes=False, heed=heed)
    if not is_there(url, folder=folder):
        return None
    return _open(database_file(url, folder=folder), wait_seconds)


def is_there(url: str, *, folder: Path) -> bool:
    """Tell whether the site has a database: a file that is not empty, or tables on the server.

    Where it cannot be told, there is one: opening it will say why.
    """
    location.check(url)
    if not location.is_server(url):
        return location.file_is_there(database_file(url, folder=folder))
    try:
        return has_tables(url)
    except DatabaseError:
        return True


def place(url: str, *, folder: Path) -> str:
    """Name the database in a message, without what may be secret."""
    if not location.is_server(url):
        return str(database_file(url, folder=folder))
    return server(url, WAIT_SECONDS).place


def has_tables(url: str) -> bool:
    """Ask a server whether the database holds anything."""
    database = server(url, WAIT_SECONDS)
    try:
        return database.revision() is not None
    finally:
        database.close()


@overload
def open_server(
    url: str,
    *,
    wait_seconds: float = ...,
    makes: Literal[True] = ...,
    heed: Heed | None = ...,
) -> Store: ...
@overload
def open_server(
    url: str, *, wait_seconds: float = ..., makes: Literal[False], heed: Heed | None = ...
) -> Store | None: ...
def open_server(
    url: str,
    *,
    wait_seconds: float = WAIT_SECONDS,
    makes: bool = True,
    heed: Heed | None = None,
) -> Store | None:
    """Open a PostgreSQL database; tables that are old are migrated.

    Where there are none they are made, or ``None`` is given.
    """
    if not makes and not has_tables(url):
        return None
    database = server(url, wait_seconds, heed)
    from pipeline.store.postgres_lock import ServerSenderLock  # noqa: PLC0415 - see above

    return _store(database, ServerSenderLock(database))


def server(url: str, wait_seconds: float, heed: Heed | None = None) -> PostgresDatabase:
    """Give a database on a server, not spoken to yet."""
    try:
        from pipeline.store.postgres_database import PostgresDatabase  # noqa: PLC0415 - see above
    except ImportError as error:
        raise ConfigError(
            "PostgreSQL needs psycopg, which is not installed here"
            if error.name == "psycopg"
            else f"PostgreSQL needs psycopg, which does not work here: {error}",
            place="[database] url",
            remedy="pip install 'mailbag[postgres]'",
        ) from error
    return PostgresDatabase(url, wait_seconds=wait_seconds, heed=heed)


def _open(path: Path, wait_seconds: float) -> Store:
    from pipeline.store.locks import SenderLock  # noqa: PLC0415 - see above
    from pipeline.store.sqlite_database import SqliteDatabase  # noqa: PLC0415

    database = SqliteDatabase(path, wait_seconds=wait_seconds)
    return _store(database, SenderLock(beside(path, ".sender")))


def _store(database: Database, sender_lock: SenderLock | ServerSenderLock) -> Store:
    from pipeline.store import migrating  # noqa: PLC0415 - see above
    from pipeline.store.facts import Facts  # noqa: PLC0415
    from pipeline.store.issues import Issues  # noqa: PLC0415
    from pipeline.store.mail_domains import MailDomains  # noqa: PLC0415
    from pipeline.store.publications import Publications  # noqa: PLC0415
    from pipeline.store.slots import Drafts, Slots  # noqa: PLC0415
    from pipeline.store.subscribers import Subscribers  # noqa: PLC0415
    from pipeline.store.suppressions import Suppressions  # noqa: PLC0415

    try:
        migrating.bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(
        database=database,
        meta=Facts(database),
        subscribers=Subscribers(database),
        suppressions=Suppressions(database),
        mail_domains=MailDomains(database),
        published=Publications(database),
        slots=Slots(database),
        drafts=Drafts(database),
        issues=Issues(database),
        sender_lock=sender_lock,
    )
