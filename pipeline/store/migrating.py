"""Edge: brings a database to the newest revision, and refuses one it does not know.

A database that is up to date costs one query; Alembic is imported only when there is work.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from pipeline.errors import DatabaseError, DatabaseNewerError
from pipeline.store import closed
from pipeline.store.database import Database

#: The newest revision in ``migrations/versions``. Revisions are numbered, so they have an order.
NEWEST: Final = "0006"


def bring_up_to_date(database: Database) -> None:
    """Make the tables, or change them; a crash in the middle leaves them as they were."""
    if _is_newest(database):
        return
    with database.migrating() as connection:
        # Another process may have done it while this one waited.
        if not _is_newest(database):
            _migrate(connection)


def _is_newest(database: Database) -> bool:
    """Compare the version row; raises for a database that this program must not touch."""
    found = known_revision(database)
    if found is not None:
        closed.refuse(database)
    return found == NEWEST


def known_revision(database: Database) -> str | None:
    """Read the version row, ``None`` where there are no tables.

    Raises for a database of another program, or of a newer one.
    """
    found = database.revision()
    if found is None:
        return None
    if not found.isdecimal():
        raise DatabaseError(
            "the database belongs to another program",
            place=database.place,
            remedy="move it away, or mend [database] url",
        )
    if found > NEWEST:
        raise DatabaseNewerError(
            f"the database was made by a newer mailbag (it has revision {found}, "
            f"this program knows {NEWEST})",
            place=database.place,
            remedy="install the newer mailbag here as well",
        )
    return found


def _migrate(connection: Connection) -> None:
    """Run the migrations, within a transaction."""
    from alembic import command  # noqa: PLC0415 - takes longer to import than most commands run
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
