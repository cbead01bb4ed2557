"""Edge: brings a database to the newest revision, and refuses one it does not know.

A database that is up to date costs one query; Alembic is imported only when there is work.
"""

import sqlite3
from pathlib import Path
from typing import Final

from pipeline.errors import DatabaseError, DatabaseNewerError
from pipeline.store import sqlite
from pipeline.store.database import Database

#: The newest revision in ``migrations/versions``. Revisions are numbered, so they have an order.
NEWEST: Final = "0004"


def bring_up_to_date(database: Database) -> None:
    """Make the tables, or change them; a crash in the middle leaves the file as it was."""
    with sqlite.errors_in_words(database.path):
        if _is_newest(database.path):
            return
    with database.turn():
        # Another process may have done it while this one waited.
        if not _is_newest(database.path):
            _migrate(database.path)


def _is_newest(path: Path) -> bool:
    """Compare the version row; raises for a database that this program must not touch."""
    connection = sqlite.connect(path)
    try:
        found = _revision(connection, path)
    finally:
        connection.close()
    if found is not None and found > NEWEST:
        raise DatabaseNewerError(
            f"the database was made by a newer mailbag (it has revision {found}, "
            f"this program knows {NEWEST})",
            place=str(path),
            remedy="install the newer mailbag here as well",
        )
    return found == NEWEST


def _revision(connection: sqlite3.Connection, path: Path) -> str | None:
    """Read the version row; ``None`` when the file holds nothing yet."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return None
    rows = (
        connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if "alembic_version" in tables
        else []
    )
    if len(rows) != 1 or not str(rows[0][0]).isdecimal():
        raise DatabaseError(
            "the database belongs to another program",
            place=str(path),
            remedy="move it away, or mend [database] url",
        )
    return str(rows[0][0])


def _migrate(path: Path) -> None:
    """Run the migrations in one transaction, holding the ticket."""
    from alembic import command  # noqa: PLC0415 - takes longer to import than most commands run
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415

    # Foreign keys are off: a table that is rebuilt is dropped for a moment.
    raw = sqlite.connect(path, foreign_keys=False)
    try:
        sqlite.use_write_ahead_log(raw, path)
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise DatabaseError(
                    f"the database cannot be brought to revision {NEWEST}: "
                    f"{len(broken)} rows refer to nothing",
                    place=str(path),
                    remedy="restore it from a backup",
                )
            connection.commit()
    finally:
        raw.close()
