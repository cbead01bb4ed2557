"""What is wrong with a value of ``newsletter.toml``, in words for a person."""

import difflib
import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.config import unknown
from pipeline.config.sections import LISTS, NAMED, TABLES, keys_of
from pipeline.config.source import Source
from pipeline.errors import ConfigError
from pipeline.model import bidi

#: Kind of refusal -> words; what is not here was refused by a sentence of :mod:`values`.
_WORDS = {
    "bool_type": "must be true or false",
    "enum": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "string_type": "must be text in quotes",
    "tuple_type": 'must be a list such as ["..."]',
}

#: A longer value is not shown.
_SHOWN = 60


def name_invalid(
    error: ValidationError, source: Source, *, already: AbstractSet[str] = frozenset()
) -> Iterator[ConfigError]:
    """Say of each value what it must be; ``already`` holds the remedies of unknown keys."""
    for problem in error.errors():
        where = [str(step) for step in problem["loc"]]
        table, *where = where
        which: str | int = ""
        if where and table in LISTS | NAMED:
            which, *where = where
            which = int(which) if table in LISTS else which
        key = where[0] if where and where[0] != "[key]" else ""
        key = key or str(problem.get("ctx", {}).get("key", ""))
        name = f"{unknown.label(table, which)} {key}".strip()
        if problem["type"] != "missing":
            message = f"{name}{_shown(problem)}: {_said(problem)}"
            remedy = _way_out(problem, key)
        elif already.isdisjoint(_meant(table, key)):
            message, remedy = f"{name} is missing", _write_down(table, key)
        else:
            continue
        yield ConfigError(message, place=source.place(table, key, which), remedy=remedy)


def _meant(table: str, key: str) -> tuple[str, ...]:
    """Give the remedies that have said already what is missing."""
    return (f"did you mean {key or unknown.label(table)}?", unknown.as_table(table))


def _write_down(table: str, key: str) -> str:
    if key:
        return f"write {key} = ... under [{table}]"
    needed = [name for name, field in keys_of(TABLES[table]).items() if field.is_required()]
    return f"write it, with {', '.join(needed)}"


def _said(problem: ErrorDetails) -> str:
    """Say what a value must be, as the end of a sentence that begins with its key."""
    said = _WORDS.get(problem["type"])
    if said is None:
        return problem["msg"].removeprefix("Value error, ")
    return said.format_map(problem.get("ctx", {})).replace("'", '"')


def _shown(problem: ErrorDetails) -> str:
    """Show a value as it stands in the toml, unless it is long or may hold a password."""
    value = problem["input"]
    if not isinstance(value, str | int | float):
        return ""
    shown = json.dumps(value, ensure_ascii=isinstance(value, str) and bidi.is_turned(value))
    if len(shown) > _SHOWN or ("@" in shown and "://" in shown) or len(problem["loc"]) == 1:
        return ""
    return f" = {shown}"


def _way_out(problem: ErrorDetails, key: str) -> str:
    value, kind = problem["input"], problem["type"]
    if kind == "int_type" and isinstance(value, str) and value.strip().isdigit():
        return f"take the quotes away: {key} = {value.strip()}"
    if kind == "string_type" and isinstance(value, str | int | float):
        return "put it in quotes"
    if kind == "bool_type" and isinstance(value, str):
        return f"write {key} = true or {key} = false, without quotes"
    if kind == "enum" and isinstance(value, str):
        choices = re.findall("'([^']*)'", str(problem["ctx"]["expected"]))
        near = difflib.get_close_matches(value.lower(), choices, n=1)
        if near:
            return f'did you mean "{near[0]}"?'
    return "change that line"
