"""Edge: the rows of a ledger in PostgreSQL, for a copy."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import psycopg
from sqlalchemy import JSON, Boolean, Column, Date, Float, Table, Text

from pipeline.errors import DatabaseError
from pipeline.store import postgres
from pipeline.store.carrier import Carrier
from pipeline.store.postgres import RawConnection
from pipeline.store.postgres_database import TABLES_THERE, PostgresDatabase
from pipeline.store.table_rows import TABLES, Row, names, only

#: Rows that are fetched at once.
_CHUNK: Final = 2_000

#: A copy stands still on one side while it works on the other, for as long as that takes.
_UNHURRIED: Final = (
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)

_NAMES: Final = ", ".join(table.name for table in TABLES)

#: The engine's tables: doorbells, which ring again by themselves.
_ENGINE: Final = "procrastinate_"


class PostgresCarrier(Carrier[RawConnection]):
    """Rows come through a cursor of the server's, and go in by COPY."""

    KEEPS_NULL: ClassVar[bool] = False

    def rows(self, table: Table) -> Iterator[Row]:
        columns = ", ".join(_plain(column) for column in table.columns)
        order = ", ".join(_ordered(column) for column in table.primary_key.columns)
        select = f"SELECT {columns} FROM {table.name}{only(table)} ORDER BY {order}"  # noqa: S608
        with (
            postgres.errors_in_words(self.place),
            self.raw.connection.cursor(name="rows") as cursor,
        ):
            cursor.itersize = _CHUNK
            yield from cursor.execute(select)

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        into = f"COPY {table.name} ({', '.join(names(table))}) FROM STDIN"
        try:
            with self.raw.connection.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            said = " ".join(filter(None, [error.diag.message_primary, error.diag.context]))
            raise DatabaseError(
                f"table {table.name}: {said or error}",
                place=self.place,
                remedy="mend the row it comes of",
            ) from error

    def empty(self) -> None:
        self.raw.execute(f"TRUNCATE {_NAMES}")

    def tables(self) -> frozenset[str]:
        found = self.raw.execute(TABLES_THERE).fetchall()
        return frozenset(
            name for (name,) in found if name != "alembic_version" and not name.startswith(_ENGINE)
        )

    def highest_id(self, table: str) -> int:
        (sequence,) = self.raw.execute(
            "SELECT pg_get_serial_sequence(?, 'id')", (table,)
        ).fetchone()
        (found,) = self.raw.execute(
            f"SELECT greatest((SELECT max(id) FROM {table}),"  # noqa: S608 - names of ours
            f" (SELECT last_value FROM {sequence} WHERE is_called), 0)"
        ).fetchone()
        return int(found)

    def set_highest_id(self, table: str, highest: int) -> None:
        self.raw.execute(
            "SELECT setval(pg_get_serial_sequence(?1, 'id'), ?2, ?3)",
            (table, max(highest, 1), highest > 0),
        )

    def analyze(self) -> None:
        self.raw.execute(f"ANALYZE {_NAMES}")

    def commit(self) -> None:
        self.raw.commit()


def _plain(column: Column[Any]) -> str:
    """Read a column as SQLite keeps it."""
    name = f'"{column.name}"'
    if isinstance(column.type, Boolean):
        return f"{name}::int"
    if isinstance(column.type, Date):
        return f"to_char({name}, 'YYYY-MM-DD')"
    if isinstance(column.type, Float):
        return f"{name} + 0"  # SQLite knows no negative zero
    return f"{name}::text" if isinstance(column.type, JSON) else name


def _ordered(column: Column[Any]) -> str:
    """Order texts by their bytes, as SQLite does, and not as a language would."""
    name = f'"{column.name}"'
    return f'{name} COLLATE "C"' if isinstance(column.type, Text) else name


@contextmanager
def hold(database: PostgresDatabase) -> Iterator[PostgresCarrier]:
    """Hold a ledger alone, in a transaction that is rolled back unless it is committed."""
    with database.gathering() as raw:
        raw.execute(database.BEGIN)
        raw.execute(_UNHURRIED)
        # Whoever does not know of the turn, such as a shell, must wait as well.
        raw.execute(f"LOCK TABLE {_NAMES} IN SHARE ROW EXCLUSIVE MODE")
        yield PostgresCarrier(raw, database.place)
