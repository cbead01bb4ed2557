"""Edge: what a copy needs of a ledger that it holds alone, whichever database it is in."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar, Generic, TypeVar

from sqlalchemy import Table

from pipeline.store import closed
from pipeline.store.closed import Mark, Marks, Standing
from pipeline.store.raw import Raw
from pipeline.store.table_rows import TABLES, Row, only

_NAMES = tuple(table.name for table in TABLES)


_R = TypeVar("_R", bound=Raw)


class Carrier(ABC, Generic[_R]):
    """The rows of a ledger within one transaction, beside which nobody writes."""

    #: Whether a text may hold the character NUL.
    KEEPS_NULL: ClassVar[bool]

    def __init__(self, raw: _R, place: str) -> None:
        self.raw = raw
        self.place = place

    @abstractmethod
    def rows(self, table: Table) -> Iterator[Row]:
        """Read every row of a table in the order of its key; never all of them at once."""

    @abstractmethod
    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        """Write rows into a table; raises DatabaseError for one that it cannot keep."""

    @abstractmethod
    def empty(self) -> None:
        """Delete every row of every table."""

    @abstractmethod
    def tables(self) -> frozenset[str]:
        """Name the tables that are there, without those of the database and of migrations."""

    @abstractmethod
    def highest_id(self, table: str) -> int:
        """Give the highest id that was ever given to a row; 0: none was."""

    @abstractmethod
    def set_highest_id(self, table: str, highest: int) -> None:
        """Let the next row get the id after this one."""

    @abstractmethod
    def analyze(self) -> None:
        """Let the database look at what it has, so that it plans its statements well."""

    @abstractmethod
    def commit(self) -> None:
        """Make it so; what is not committed at the end of the hold did not happen."""

    def held_until(self) -> int:
        """Tell until when a sender holds a part of an issue, in microseconds since 1970."""
        (found,) = self.raw.execute(
            "SELECT coalesce(max(lease_until), 0) FROM shard WHERE owner <> ''"
        ).fetchone()
        return int(found)

    def foreign(self) -> list[str]:
        """Name the tables that are not of the ledger."""
        return sorted(self.tables() - set(_NAMES))

    def filled(self) -> list[str]:
        """Name the tables that have rows."""
        return [
            table.name
            for table in TABLES
            if self.raw.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {table.name}{only(table)} LIMIT 1) AS it"  # noqa: S608
            ).fetchone()[0]
        ]

    def marks(self) -> Marks:
        return closed.read(self.raw)

    def close(self, standing: Standing, mark: Mark) -> None:
        closed.close(self.raw, standing, mark, _NAMES)

    def reopen(self) -> None:
        closed.reopen(self.raw, _NAMES)
