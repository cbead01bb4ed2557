"""Edge: a ledger that nobody writes to: one that has moved away, or a copy that is not finished.

A row among the facts says so to whoever opens it. Triggers say so to those who have it open since
before, whatever they write by; they are made and dropped in the transaction that sets the row.
"""

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from pipeline.errors import DatabaseError, DatabaseMovedError
from pipeline.store.database import Database
from pipeline.store.raw import Raw


class Standing(StrEnum):
    """What a copy makes of a ledger; the value names its row among the facts."""

    #: It is being copied, or a copy of it was broken off. It may be written to.
    LEAVING = "ledger:leaving"
    #: Its copy is the ledger now.
    MOVED = "ledger:moved"
    #: It is a copy, and the ledger it was made of may still be in use.
    ARRIVING = "ledger:arriving"


#: These are about one database, and are no part of what is copied.
ROWS: Final = ", ".join(f"'{it}'" for it in Standing)

#: PostgreSQL's code for an error of our own, which none of its classes has.
SQLSTATE: Final = "MB001"

_SIGN = "mailbag: "
_ALL = f"SELECT name, value FROM fact WHERE name IN ({ROWS})"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Mark:
    """Ties the two sides of one copy together."""

    #: Drawn for each copy, so that a copy that was broken off is known for what it is.
    id: str
    #: The other side, without what may be secret.
    url: str


Marks = dict[Standing, Mark]


def read(raw: Raw) -> Marks:
    """Read how a ledger stands, within a transaction."""
    return _marks(raw.execute(_ALL).fetchall())


def _marks(rows: Iterable[Any]) -> Marks:
    return {Standing(name): Mark(**json.loads(value)) for name, value in rows}


def refuse(database: Database) -> None:
    """Raise for a ledger that is closed; it must have tables."""
    with database.reading() as connection:
        marks = _marks(connection.exec_driver_sql(_ALL).all())
    for standing in (Standing.MOVED, Standing.ARRIVING):
        if standing in marks:
            raise error(standing, marks[standing].url, database.place)


def error(standing: Standing, url: str, place: str) -> DatabaseError:
    """Say that the ledger is closed, why, and what to do."""
    if standing is Standing.MOVED:
        return DatabaseMovedError(
            f"the ledger has moved to {url}",
            place=place,
            remedy=f'set [database] url = "{url}", and start anew what runs here',
        )
    return DatabaseError(
        f"this is a copy of {url} that was not finished",
        place=place,
        remedy="make it anew by the same `mailbag db copy`, which finishes it or begins again",
    )


def error_of(message: str, place: str) -> DatabaseError | None:
    """Say the same to who ran into a trigger; ``None`` if it is none of ours."""
    if not message.startswith(_SIGN):
        return None
    said = json.loads(message.removeprefix(_SIGN))
    return error(Standing(said["standing"]), said["url"], place)


def _literal(standing: Standing, url: str) -> str:
    """Write what a trigger says, without the characters that mean something in a statement."""
    said = json.dumps({"standing": standing, "url": url})
    return _SIGN + re.sub(r"[?$']", lambda found: f"\\u{ord(found[0]):04x}", said)


def write(raw: Raw, standing: Standing, mark: Mark) -> None:
    """Write how a ledger stands, within a transaction that nobody else writes beside."""
    raw.execute("DELETE FROM fact WHERE name = ?", (standing.value,))
    raw.execute(
        "INSERT INTO fact (name, value) VALUES (?, ?)", (standing.value, json.dumps(asdict(mark)))
    )


def close(raw: Raw, standing: Standing, mark: Mark, tables: Iterable[str]) -> None:
    """Let nobody write to the tables once the transaction is committed."""
    raw.execute(f"DELETE FROM fact WHERE name IN ({ROWS})")  # noqa: S608 - constants
    write(raw, standing, mark)
    said = _literal(standing, mark.url)
    if isinstance(raw, sqlite3.Connection):
        for table in tables:
            for step in ("INSERT", "UPDATE", "DELETE"):
                raw.execute(
                    f"CREATE TRIGGER closed_{table}_{step.lower()} BEFORE {step} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
                )
        return
    raw.execute(
        "CREATE FUNCTION mailbag_closed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$closed$ BEGIN RAISE EXCEPTION USING ERRCODE = '{SQLSTATE}', MESSAGE = '{said}'; END "
        "$closed$"
    )
    for table in tables:
        raw.execute(
            f"CREATE TRIGGER closed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION mailbag_closed()"
        )


def reopen(raw: Raw, tables: Iterable[str]) -> None:
    """Make a closed ledger one like any other, within a transaction."""
    if isinstance(raw, sqlite3.Connection):
        for table in tables:
            for step in ("insert", "update", "delete"):
                raw.execute(f"DROP TRIGGER closed_{table}_{step}")
    else:
        raw.execute("DROP FUNCTION mailbag_closed() CASCADE")
    raw.execute(f"DELETE FROM fact WHERE name IN ({ROWS})")  # noqa: S608 - constants
