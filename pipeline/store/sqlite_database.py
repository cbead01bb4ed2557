"""Edge: the ledger in one SQLite file: whose turn it is to write, and how it is begun."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, Table, create_engine
from sqlalchemy.pool import StaticPool

from pipeline.errors import DatabaseError
from pipeline.store import backup, sqlite
from pipeline.store.database import Database
from pipeline.store.location import WAIT_SECONDS, beside
from pipeline.store.locks import Turn


class SqliteDatabase(Database):
    """One writes at a time, whoever it is: that is the turn, and no row needs a lock."""

    BEGIN: ClassVar[str] = "BEGIN IMMEDIATE"
    LOCKS_ROWS: ClassVar[bool] = False
    KEEPS_TIME: ClassVar[bool] = False

    def __init__(self, path: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.path = path
        sqlite.give_log_the_mode_of(path)
        self._turn = Turn(beside(path, ".turn"), seconds=wait_seconds)
        self._reader = sqlite.make_engine(path, query_only=True)
        self._writer = sqlite.make_engine(path, query_only=False)
        self._hot: sqlite3.Connection | None = None

    @property
    def place(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with sqlite.errors_in_words(self.path), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with (
            sqlite.errors_in_words(self.path),
            self._turn.taken(),
            self._writer.begin() as connection,
        ):
            yield connection

    writing_rows = writing

    @contextmanager
    def writing_raw(self) -> Iterator[sqlite3.Connection]:
        with sqlite.errors_in_words(self.path), self._turn.taken():
            if self._hot is None:
                self._hot = sqlite.connect(self.path, pages=sqlite.FEW_PAGES)
            raw = self._hot
            raw.execute(self.BEGIN)
            try:
                yield raw
                raw.execute("COMMIT")
            except BaseException:
                raw.rollback()
                raise

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self.writing_raw() as raw:
            return raw.execute(sql, parameters).fetchall()

    def look_over(self, *tables: Table) -> None:
        """Leave it: the plans here do not depend on how many rows there are."""

    @contextmanager
    def gathering(self) -> Iterator[sqlite3.Connection]:
        with sqlite.errors_in_words(self.path):
            raw = sqlite.connect(self.path)
            try:
                yield raw
            finally:
                raw.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with sqlite.errors_in_words(self.path), self._turn.taken():
            yield

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.turn():
            # Foreign keys are off: a table that is rebuilt is dropped for a moment.
            raw = sqlite.connect(self.path, foreign_keys=False)
            try:
                sqlite.use_write_ahead_log(raw, self.path)
                engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
                with engine.connect() as connection:
                    connection.exec_driver_sql(self.BEGIN)
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise DatabaseError(
                            "the tables cannot be brought up to date: "
                            f"{len(broken)} rows refer to nothing",
                            place=self.place,
                            remedy="restore it from a backup",
                        )
                    connection.commit()
            finally:
                raw.close()

    def revision(self) -> str | None:
        with sqlite.errors_in_words(self.path):
            connection = sqlite.connect(self.path)
            try:
                tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
                if not tables:
                    return None
                if "alembic_version" not in tables:
                    return ""
                rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            finally:
                connection.close()
        return str(rows[0][0]) if len(rows) == 1 else ""

    def check_whole(self) -> str:
        """Have SQLite look at every page."""
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            raise DatabaseError(
                f"the database is damaged: {said}",
                place=self.place,
                remedy="bring back a backup, and look at the disk",
            )
        return "whole"

    def backup(self, target: Path) -> None:
        backup.write(self.path, target)

    def close(self) -> None:
        """Let go of every connection; the log is folded into the file by the last one."""
        if self._hot is not None:
            self._hot.close()
            self._hot = None
        self._reader.dispose()
        self._writer.dispose()
