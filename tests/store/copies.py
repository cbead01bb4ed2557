"""What tests of ``db copy`` share: both sides by their URLs, and rows of every kind."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    LargeBinary,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from pipeline.clock import Clock
from pipeline.store.columns import Instant, StateCode
from pipeline.store.copying import CopiedTable, copy
from pipeline.store.opening import Store, open_store
from pipeline.store.sides import open_side
from pipeline.store.table_rows import TABLES, Row
from tests.fakes import FakeClock

Rows = dict[str, list[Row]]

#: Absolute URLs only, so that no test writes elsewhere.
_NOWHERE = Path("/nonexistent")


def copy_over(source: str, target: str, clock: Clock | None = None) -> tuple[CopiedTable, ...]:
    with (
        open_side(source, folder=_NOWHERE) as from_,
        open_side(target, folder=_NOWHERE, makes=True) as to,
    ):
        return copy(from_, to, clock=clock or FakeClock())


def at(url: str) -> Store:
    """Open a ledger as every command does."""
    return open_store(url, folder=_NOWHERE)


def rows_of(url: str) -> Rows:
    with open_side(url, folder=_NOWHERE) as side, side.hold() as carrier:
        return {table.name: list(carrier.rows(table)) for table in TABLES}


def put(url: str, rows: Rows) -> None:
    """Write rows into an empty ledger, which is made."""
    at(url).close()
    with open_side(url, folder=_NOWHERE) as side, side.hold() as carrier:
        for table in TABLES:
            carrier.fill(table, rows[table.name])
        carrier.commit()


# -- rows of every table, and every value that a column can hold

_ODD = ("", " ", "NULL", "\\N", "\\.", "a\tb\r\nc\\d", "'\"?$1%s", "\u202e😀é", "e\u0301", "Z", "a")


def _texts(*, null: bool) -> st.SearchStrategy[str]:
    free = st.text(st.characters(codec="utf-8", exclude_characters="" if null else "\0"))
    return st.sampled_from((*_ODD, "a\0b") if null else _ODD) | free


def _values(column: Column[Any], *, is_unique: bool) -> st.SearchStrategy[Any]:
    kind = column.type
    found: st.SearchStrategy[Any]
    if isinstance(kind, Boolean):
        found = st.integers(0, 1)
    elif isinstance(kind, Date):
        found = st.dates().map(str)
    elif isinstance(kind, Float):
        found = st.floats(allow_nan=False)
    elif isinstance(kind, JSON):
        # A list, since the ledger keeps no bare value: a file makes a number of one that looks so.
        leaves = st.none() | st.integers() | _texts(null=True)
        found = st.recursive(leaves, st.lists, max_leaves=6).map(lambda it: json.dumps([it]))
    elif isinstance(kind, LargeBinary):
        found = st.binary(max_size=40) | st.just(bytes(range(256)))
    elif isinstance(kind, BigInteger | Instant):
        found = st.integers(-(2**63), 2**63 - 1)
    elif isinstance(kind, SmallInteger | StateCode):
        found = st.integers(-(2**15), 2**15 - 1)
    elif kind.python_type is int:
        # An id that is given must leave room for the next one.
        found = st.integers(1 if is_unique else -(2**31), 2**31 - 2)
    else:
        found = _texts(null=not is_unique)
    return st.none() | found if column.nullable else found


def _unique(table: Table) -> list[tuple[str, ...]]:
    """Give the sets of columns in which no two rows are the same."""
    found = [it for it in table.constraints if isinstance(it, UniqueConstraint)]
    return [tuple(c.name for c in it.columns) for it in (table.primary_key, *found)]


@st.composite
def ledgers(draw: st.DrawFn) -> Rows:
    """Draw a few rows of every table, which the tables allow."""
    rows: Rows = {}
    for table in TABLES:
        names = [column.name for column in table.columns]
        keys = _unique(table)
        strategies = {
            column.name: _values(column, is_unique=any(column.name in key for key in keys))
            for column in table.columns
        }
        taken: set[tuple[Any, ...]] = set()
        rows[table.name] = []
        for _ in range(draw(st.integers(0, 4))):
            row = {name: draw(strategies[name]) for name in names}
            for constraint in table.foreign_key_constraints:
                parents = rows[constraint.referred_table.name]
                if not parents:
                    break
                parent = draw(st.sampled_from(parents))
                there = [column.name for column in constraint.referred_table.columns]
                for element in constraint.elements:
                    row[element.parent.name] = parent[there.index(element.column.name)]
            else:
                marks = {(key, *(row[name] for name in key)) for key in keys}
                if not marks & taken:
                    taken |= {it for it in marks if None not in it}
                    rows[table.name].append(tuple(row[name] for name in names))
    return rows


def without_null(rows: Iterable[Row]) -> list[Row]:
    return [
        tuple(it.replace("\0", "\ufffd") if isinstance(it, str) else it for it in row)
        for row in rows
    ]
