"""Edge: what a database is to the rest of the store: transactions that read, and that write."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sqlalchemy import Connection, Table

from pipeline.store.raw import Raw


class Ring(Protocol):
    """Wakes whoever sends shards; a ring that is lost must do no harm."""

    def __call__(self, issue: int, shards: Sequence[int], *, within: Any) -> None:
        """Ring when the transaction of the driver's connection ``within`` is committed."""
        ...


class Database(ABC):
    """Transactions on one ledger. Threads and processes may share it."""

    #: How a transaction that writes is begun by hand.
    BEGIN: ClassVar[str]
    #: Whether others may write at the same time, so that what is read to decide must be locked.
    LOCKS_ROWS: ClassVar[bool]
    #: Whether senders on several machines share it: then its clock is theirs, and so are limits.
    KEEPS_TIME: ClassVar[bool]

    @property
    @abstractmethod
    def place(self) -> str:
        """Name it in a message; never with a password."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Read one consistent state; a write in it is refused."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """Write all or nothing, and alone; durable when the block has ended.

        Nobody else writes between the first thing that is read in it and its end.
        """

    @abstractmethod
    def writing_rows(self) -> AbstractContextManager[Connection]:
        """Write like :meth:`writing`, perhaps beside other senders.

        For what a sender does often, with statements that lock the rows they decide about.
        """

    @abstractmethod
    def writing_raw(self) -> AbstractContextManager[Raw]:
        """Write like :meth:`writing_rows`, by hand on the driver's connection.

        SQLAlchemy costs several times what the statements of a hand-over cost.
        """

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """Run one statement by hand, in a transaction of its own and beside everybody.

        It is run twice if the server has ended the connection meanwhile.
        """

    @abstractmethod
    def look_over(self, *tables: Table) -> None:
        """Let plans for tables be made anew, in which much was written just now."""

    @abstractmethod
    def gathering(self) -> AbstractContextManager[Raw]:
        """Fill temporary tables without holding anybody up, to write them in one :meth:`turn`."""

    @abstractmethod
    def turn(self) -> AbstractContextManager[None]:
        """Hold what must be held for a transaction that is begun by hand, with :attr:`BEGIN`."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """Change the tables, all or nothing, and alone."""

    @abstractmethod
    def revision(self) -> str | None:
        """Read which tables it has; ``None``: none yet, ``""``: those of another program."""

    @abstractmethod
    def check_whole(self) -> str:
        """Have the database look at itself, and say how it is in a word or two.

        Raises DatabaseError when something is damaged.
        """

    @abstractmethod
    def backup(self, target: Path) -> None:
        """Copy it to a new file, while others write."""

    @abstractmethod
    def close(self) -> None:
        """Let go of every connection."""
