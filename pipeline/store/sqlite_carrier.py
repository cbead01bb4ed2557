"""Edge: the rows of a ledger in a file, for a copy."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Table

from pipeline.errors import DatabaseError
from pipeline.store import sqlite
from pipeline.store.carrier import Carrier
from pipeline.store.sqlite_database import SqliteDatabase
from pipeline.store.table_rows import TABLES, Row, key, names, only


class SqliteCarrier(Carrier[sqlite3.Connection]):
    """Values are read and written as they stand."""

    KEEPS_NULL: ClassVar[bool] = True

    def rows(self, table: Table) -> Iterator[Row]:
        select = f"SELECT {', '.join(names(table))} FROM {table.name}{only(table)}"  # noqa: S608
        with sqlite.errors_in_words(Path(self.place)):
            try:
                yield from self.raw.execute(f"{select} ORDER BY {', '.join(key(table))}")
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode to UTF-8"):
                    raise
                raise DatabaseError(
                    f"table {table.name} has a text that is not UTF-8",
                    place=self.place,
                    remedy="bring back a backup, or mend the row",
                ) from error

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" for _ in table.columns)
        insert = f"INSERT INTO {table.name} ({', '.join(names(table))}) VALUES ({marks})"  # noqa: S608
        try:
            self.raw.executemany(insert, rows)
        except sqlite3.IntegrityError as error:
            raise DatabaseError(
                f"table {table.name}: {error}", place=self.place, remedy="mend the row it comes of"
            ) from error

    def empty(self) -> None:
        for table in reversed(TABLES):
            self.raw.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a table of ours

    def tables(self) -> frozenset[str]:
        found = self.raw.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return frozenset(
            name
            for (name,) in found
            if not name.startswith("sqlite_") and name != "alembic_version"
        )

    def highest_id(self, table: str) -> int:
        found = self.raw.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return int((found.fetchone() or (0,))[0])

    def set_highest_id(self, table: str, highest: int) -> None:
        self.raw.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self.raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest))

    def analyze(self) -> None:
        """Leave it: no ledger in a file is analyzed, and the statements are written for that."""

    def commit(self) -> None:
        self.raw.execute("COMMIT")


@contextmanager
def hold(database: SqliteDatabase) -> Iterator[SqliteCarrier]:
    """Hold a ledger alone, in a transaction that is rolled back unless it is committed."""
    with sqlite.errors_in_words(database.path), database.turn():
        raw = sqlite.connect(database.path)
        try:
            raw.execute(database.BEGIN)
            yield SqliteCarrier(raw, database.place)
        finally:
            raw.close()
