"""What stands in ``newsletter.toml`` and is known to no release, or to a later one."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.config.sections import LISTS, NAMED, TABLES, keys_of
from pipeline.config.source import Source
from pipeline.errors import ConfigError

#: Tables of later releases: refused like unknown ones, with this reason.
_LATER = {
    "engagement": "mailbag does not follow its readers",
}

#: Words of other programs, and of people: too far from ours to be found by their letters.
_MEANT = {
    "from_email": "from",
    "sender": "from",
    "name": "title",
    "url": "base_url",
    "tz": "timezone",
    "time_zone": "timezone",
    "lang": "language",
    "address": "postal_address",
    "max": "count",
    "when": "at",
    "day": "at",
    "server": "host",
    "user": "username",
    "login": "username",
    "tls": "security",
    "ssl": "security",
    "encryption": "security",
    "limit": "rate",
}

_PASSWORDS = frozenset({"password", "passwd", "pass", "secret"})
#: The remedy for one of them.
_IN_A_FILE = (
    'keep it in a file: password_file = ".secrets/smtp.password", or in MAILBAG_SMTP_PASSWORD'
)


def name_unknown(table: Mapping[str, Any], source: Source) -> Iterator[ConfigError]:
    """Name what no release or a later one knows, with the nearest word that is known."""
    for name, value in table.items():
        place = source.place(name)
        if name in _LATER:
            yield ConfigError(
                f"[{name}] cannot be used: {_LATER[name]}", place=place, remedy="take it out"
            )
        elif name not in TABLES and isinstance(value, Mapping | list):
            yield ConfigError(
                f"there is no table [{name}]", place=place, remedy=_nearest(name, TABLES, label)
            )
        elif name not in TABLES:
            yield ConfigError(
                f"the key {name!r} is in no table", place=place, remedy=_table_of(name)
            )
        elif (tables := _tables(name, value)) is None:
            fault = "tables" if name in LISTS | NAMED else "a table"
            yield ConfigError(f"{name!r} must be {fault}", place=place, remedy=as_table(name))
        else:
            known = keys_of(TABLES[name])
            for which, keys in tables:
                for key in keys:
                    if key not in known:
                        yield ConfigError(
                            f"{label(name, which)} has no key {key!r}",
                            place=source.place(name, key, which),
                            remedy=_remedy_for(name, key, known),
                        )


#: Which of the tables of one name, and its keys.
_Table = tuple[str | int, Mapping[str, Any]]


def _tables(name: str, value: object) -> list[_Table] | None:
    """Give the tables of a name: one, as many as there are, or one for each name within."""
    if name in LISTS:
        tables: list[tuple[str | int, object]] = (
            [*enumerate(value)] if isinstance(value, list) else [(0, value)]
        )
        if isinstance(value, Mapping):
            return None
    elif name in NAMED and isinstance(value, Mapping):
        tables = [*value.items()]
    else:
        tables = [("", value)]
    found = [(which, keys) for which, keys in tables if isinstance(keys, Mapping)]
    return found if len(found) == len(tables) else None


def label(name: str, which: str | int = "") -> str:
    """Give a table as its header stands in the toml."""
    if name in LISTS:
        return f"[[{name}]]"
    return f'[{name}."{which}"]' if name in NAMED and which else f"[{name}]"


def as_table(name: str) -> str:
    """Give the remedy for a key where a table should be."""
    header = '[providers."gmail.com"]' if name in NAMED else label(name)
    return f"write {header} on a line alone"


def without_unknown(table: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the known keys, so that their values can be looked at as well."""
    left: dict[str, Any] = {}
    for name, value in table.items():
        tables = _tables(name, value) if name in TABLES else None
        if tables is None:
            continue
        known = keys_of(TABLES[name])
        kept = [
            (which, {key: found for key, found in keys.items() if key in known})
            for which, keys in tables
        ]
        if name in LISTS:
            left[name] = tuple(keys for _, keys in kept)
        else:
            left[name] = dict(kept) if name in NAMED else kept[0][1]
    return left


def _remedy_for(table: str, key: str, known: Mapping[str, Any]) -> str:
    if table in {"smtp", "smtp_backup"} and key.lower() in _PASSWORDS:
        return _IN_A_FILE
    elsewhere = next((name for name, model in TABLES.items() if key in keys_of(model)), "")
    return f"it belongs to [{elsewhere}]" if elsewhere else _nearest(key, known, str)


def _table_of(key: str) -> str:
    table = next((name for name, model in TABLES.items() if key in keys_of(model)), "")
    return f"put it under [{table}]" if table else "keys stand under a table such as [newsletter]"


def _nearest(word: str, known: Mapping[str, Any], form: Callable[[str], str]) -> str:
    word = word.lower().replace("-", "_")
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    meant = near[0] if near else _MEANT.get(word, "")
    if meant in known:
        return f"did you mean {form(meant)}?"
    return f"known are {', '.join(form(name) for name in known)}"
