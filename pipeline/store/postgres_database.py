"""Edge: the ledger in a PostgreSQL database: who may write beside whom, and how it is begun.

SQLite has one writer at a time, and much relies on it: numbers of issues, slots, what is published,
doubt, suppressions, freezing. Here the same turn is an advisory lock of the transaction. Whoever
reads and then decides takes it alone. Senders share it: beside each other they lock the rows of
their shards, but none of them writes while somebody decides. So a pause, an edition or an
unsubscription that is committed holds for every hand-over after it, as on SQLite. The lock's queue
is fair: nobody starves beside a busy sender.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy import Connection, Table, text

from pipeline.errors import ConfigError, DatabaseError
from pipeline.store import postgres
from pipeline.store.database import Database
from pipeline.store.location import WAIT_SECONDS
from pipeline.store.postgres import RawConnection

#: Keys of advisory locks are the database's own; these spell "mailbag", and count.
TURN_KEY: Final = int.from_bytes(b"mailbag\x01", "big")
SENDER_KEY: Final = int.from_bytes(b"mailbag\x02", "big")

#: The first statement of a transaction, so that every later one sees what others committed.
#: It gives the server's time as well, for those who go by its clock.
_ALONE: Final = f"SELECT pg_advisory_xact_lock({TURN_KEY}), clock_timestamp()"
_SHARED: Final = f"SELECT pg_advisory_xact_lock_shared({TURN_KEY}), clock_timestamp()"

_T = TypeVar("_T")

#: Told what a clock says now.
Heed = Callable[[datetime], None]

_OLDEST: Final = 140_000

TABLES_THERE: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT EXISTS (
  SELECT 1 FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""


#: When the server was started, to the microsecond, and the database's number there.
_IDENTITY: Final = """
SELECT pg_postmaster_start_time()::text, oid::bigint FROM pg_database
WHERE datname = current_database()
"""


class PostgresDatabase(Database):
    """Many write at a time; threads, processes and machines."""

    BEGIN: ClassVar[str] = f"BEGIN; {_ALONE}"
    LOCKS_ROWS: ClassVar[bool] = True
    KEEPS_TIME: ClassVar[bool] = True

    def __init__(
        self, url: str, *, wait_seconds: float = WAIT_SECONDS, heed: Heed | None = None
    ) -> None:
        """``heed`` is told the server's time each time that it is known."""
        self._heed = heed
        self.url = postgres.address(url)
        self.wait_seconds = wait_seconds
        self._place = postgres.place(self.url)
        self._reader = postgres.make_engine(self.url, reads=True, wait_seconds=wait_seconds)
        self._writer = postgres.make_engine(self.url, reads=False, wait_seconds=wait_seconds)
        #: Connections for hand-overs that nobody uses now.
        self._idle: deque[RawConnection] = deque()

    @property
    def place(self) -> str:
        return self._place

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with postgres.errors_in_words(self.place), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with postgres.errors_in_words(self.place), self._writer.begin() as connection:
            self._begin(connection, _ALONE)
            yield connection

    @contextmanager
    def writing_rows(self) -> Iterator[Connection]:
        with postgres.errors_in_words(self.place), self._writer.begin() as connection:
            self._begin(connection, _SHARED)
            yield connection

    def _begin(self, connection: Connection, turn: str) -> None:
        _, told = connection.exec_driver_sql(turn).one()
        if self._heed is not None:
            self._heed(told)

    @contextmanager
    def writing_raw(self) -> Iterator[RawConnection]:
        with postgres.errors_in_words(self.place):
            raw, _ = self._first(lambda raw: raw.begin(f"BEGIN; {_SHARED}"))
            try:
                yield raw
                raw.commit()
            except BaseException:
                raw.rollback()
                raise
            finally:
                self._put_back(raw)

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with postgres.errors_in_words(self.place):
            raw, rows = self._first(lambda raw: raw.run(sql, parameters))
            self._put_back(raw)
            return rows

    def look_over(self, *tables: Table) -> None:
        for table in tables:
            self.run(f"ANALYZE {table.name}", ())

    def _put_back(self, raw: RawConnection) -> None:
        if raw.is_usable:
            self._idle.append(raw)
        else:
            raw.close()

    def _first(self, do: Callable[[RawConnection], _T]) -> tuple[RawConnection, _T]:
        """Begin on a connection that is open, or on a new one where the server has closed those."""
        while True:
            try:
                raw, is_new = self._idle.pop(), False
            except IndexError:
                raw, is_new = self._connect(), True
            try:
                done = do(raw)
            except BaseException:
                was_ended = not raw.is_usable
                raw.close()
                if is_new or not was_ended:
                    raise
            else:
                return raw, done

    def _connect(self) -> RawConnection:
        return RawConnection(postgres.connect(self.url, wait_seconds=self.wait_seconds))

    @contextmanager
    def gathering(self) -> Iterator[RawConnection]:
        with postgres.errors_in_words(self.place):
            raw = self._connect()
            try:
                yield raw
            finally:
                raw.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold nothing: :attr:`BEGIN` takes the turn, and the transaction's end lets go of it."""
        with postgres.errors_in_words(self.place):
            yield

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.writing() as connection:
            self._check_server(connection)
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    def _check_server(self, connection: Connection) -> None:
        """Refuse a server that could not keep what is to be kept."""
        version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if int(version) < _OLDEST:
            raise DatabaseError(
                f"the database server is PostgreSQL {int(version) // 10_000}",
                place=self.place,
                remedy="mailbag needs 14 or later",
            )
        if encoding != "UTF8":
            raise DatabaseError(
                f"the database keeps text as {encoding}",
                place=self.place,
                remedy="make one with createdb --encoding UTF8 --template template0",
            )

    def revision(self) -> str | None:
        with self.reading() as connection:
            if self._heed is not None:
                self._heed(connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one())
            tables = set(connection.exec_driver_sql(TABLES_THERE).scalars())
            if not tables:
                return None
            if "alembic_version" not in tables:
                return ""
            rows = connection.execute(text("SELECT version_num FROM alembic_version")).all()
        return str(rows[0][0]) if len(rows) == 1 else ""

    def identity(self) -> tuple[object, ...]:
        """Tell it from every other database, by whatever address it was reached."""
        with self.reading() as connection:
            return tuple(connection.exec_driver_sql(_IDENTITY).one())

    def check_whole(self) -> str:
        """Have the server answer; what is damaged is told by its own tools (``pg_amcheck``)."""
        with self.reading() as connection:
            version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        return f"PostgreSQL {int(version) // 10_000} answers"

    def backup(self, target: Path) -> None:
        raise ConfigError(
            "a PostgreSQL database is not copied by mailbag",
            place=self.place,
            remedy=f"use PostgreSQL's own tool: pg_dump --format=custom --file={target} ...",
        )

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self._reader.dispose()
        self._writer.dispose()
