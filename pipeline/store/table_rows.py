"""Rows of a table as both databases give them, the order they stand in, and their hash.

A row is a tuple of integers, floats, texts, bytes and ``None``: what has a type of its own on
PostgreSQL (truth, days, JSON) is what SQLite keeps it as. Instants are integers on both.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table

from pipeline.store import closed
from pipeline.store.tables import metadata

Row = tuple[Any, ...]

#: In an order that foreign keys allow.
TABLES: Final = tuple(metadata.sorted_tables)

#: Those whose ids are never given twice, so that the highest one ever given is part of the ledger.
NUMBERED: Final = tuple(table.name for table in TABLES if table.autoincrement_column is not None)


def names(table: Table) -> tuple[str, ...]:
    """Give the columns, quoted: some are words of SQL."""
    return tuple(f'"{column.name}"' for column in table.columns)


def key(table: Table) -> tuple[str, ...]:
    """Give the columns of the primary key, quoted, by which the rows are ordered."""
    return tuple(f'"{column.name}"' for column in table.primary_key.columns)


def only(table: Table) -> str:
    """Leave out what is about one database, and no part of the ledger."""
    return f" WHERE name NOT IN ({closed.ROWS})" if table.name == "fact" else ""


@dataclass
class Tally:
    """How many rows went through, and the hash over them in their order."""

    rows: int = 0
    #: Rows in which a character was replaced that the other database cannot keep.
    replaced: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())

    def counted(self, rows: Iterable[Row], *, without_null: bool = False) -> Iterator[Row]:
        """Count the rows on their way; ``without_null`` as PostgreSQL keeps texts."""
        for row in rows:
            # Python writes every value of these types so that no other one is written the same.
            text = repr(row)
            if without_null and "\\x00" in text:
                cleaned = tuple(_without_null(value) for value in row)
                if cleaned != row:
                    self.replaced += 1
                    row, text = cleaned, repr(cleaned)  # noqa: PLW2901 - the row as it is kept
            self.rows += 1
            self._hash.update(text.encode() + b"\n")
            yield row


def _without_null(value: Any) -> Any:
    """Replace the one character that PostgreSQL cannot keep, as it is where a reply is recorded."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
