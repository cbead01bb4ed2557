"""What the statements that are written by hand need of a driver's connection.

They are written once, for both databases: parameters as ``?`` in their order, or as ``?1``, ``?2``
by number, and nothing that only one of the two can read. SQLite takes them as they are; for
PostgreSQL the marks are rewritten (:mod:`pipeline.store.postgres`).
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Rows(Protocol):
    """What a statement answered."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


#: Runs a statement many times at once, and counts the rows that each changed.
Counts = Callable[[str, Sequence[Sequence[Any]]], list[int]]


class Raw(Protocol):
    """A connection of a driver, in a transaction or about to begin one."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Rows: ...
    def rollback(self) -> None: ...
