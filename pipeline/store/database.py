"""Edge: one database: transactions that read, transactions that write, and the turn to write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from pipeline.errors import DatabaseError
from pipeline.store import sqlite
from pipeline.store.location import WAIT_SECONDS, beside
from pipeline.store.locks import Turn


class Database:
    """Transactions on one SQLite file. Threads and processes may share it."""

    def __init__(self, path: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.path = path
        self._turn = Turn(beside(path, ".turn"), seconds=wait_seconds)
        self._reader = sqlite.make_engine(path, query_only=True)
        self._writer = sqlite.make_engine(path, query_only=False)
        self._hot: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent state; SQLite refuses a write in it."""
        with sqlite.errors_in_words(self.path), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write all or nothing; durable when the block has ended."""
        with (
            sqlite.errors_in_words(self.path),
            self._turn.taken(),
            self._writer.begin() as connection,
        ):
            yield connection

    @contextmanager
    def writing_raw(self) -> Iterator[sqlite3.Connection]:
        """Write like :meth:`writing`, by hand on the driver's connection.

        SQLAlchemy costs several times what the statements of a hand-over cost.
        """
        with sqlite.errors_in_words(self.path), self._turn.taken():
            if self._hot is None:
                self._hot = sqlite.connect(self.path)
            raw = self._hot
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield raw
                raw.execute("COMMIT")
            except BaseException:
                raw.rollback()
                raise

    @contextmanager
    def gathering(self) -> Iterator[sqlite3.Connection]:
        """Fill temporary tables without holding anybody up, to write them in one :meth:`turn`."""
        with sqlite.errors_in_words(self.path):
            raw = sqlite.connect(self.path)
            try:
                yield raw
            finally:
                raw.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the ticket alone, for a transaction that is begun by hand."""
        with sqlite.errors_in_words(self.path), self._turn.taken():
            yield

    def check_whole(self) -> None:
        """Have SQLite look at every page; raises DatabaseError when something is damaged."""
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            raise DatabaseError(
                f"the database is damaged: {said}",
                place=str(self.path),
                remedy="bring back a backup, and look at the disk",
            )

    def close(self) -> None:
        """Let go of every connection; the log is folded into the file by the last one."""
        if self._hot is not None:
            self._hot.close()
            self._hot = None
        self._reader.dispose()
        self._writer.dispose()
