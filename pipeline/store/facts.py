"""Edge: what the ledger knows of its site: keys, the rule in force, the latest time seen.

What an issue is signed with is here too, and whether a run's doubt was told, since nobody but its
sender asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.errors import SecretKeyError
from pipeline.store.columns import from_microseconds, to_microseconds
from pipeline.store.database import Database
from pipeline.store.rewinding import rewind
from pipeline.store.tables import fact

_RULE = "rule"
_RULE_SINCE = "rule_since"
_SEEN_AT = "seen_at"
_UNTOLD = "untold:"


@dataclass(frozen=True)
class Facts:
    """The site's own rows."""

    database: Database

    def fingerprint(self, name: str) -> str | None:
        """Give the fingerprint of the key that this database was used with."""
        with self.database.reading() as connection:
            return _read(connection, _key(name))

    def remember_fingerprint(
        self, name: str, value: str, *, successor_of: Sequence[str] = ()
    ) -> None:
        """Write down a key's fingerprint; the first one stays, unless the key succeeds it.

        Raises :class:`SecretKeyError` when the database knows another one.
        """
        known = self.fingerprint(name)
        if known is None or known in successor_of:
            with self.database.writing() as connection:
                known = _read(connection, _key(name))
                if known is None or known in successor_of:
                    _write(connection, _key(name), value)
                    known = value
        if known != value:
            raise SecretKeyError(
                f"the key {name} is not the one this database was used with "
                f"(fingerprint {value[:12]}, the database knows {known[:12]})",
                place=self.database.place,
                remedy="put the old key back from a backup",
            )

    def signing(self, issue: int) -> str | None:
        """Give what an issue's messages are signed with, as it was written down."""
        with self.database.reading() as connection:
            return _read(connection, _signing(issue))

    def remember_signing(self, issue: int, text: str) -> None:
        """Write down what an issue's messages are signed with from now on."""
        if self.signing(issue) != text:
            with self.database.writing() as connection:
                _write(connection, _signing(issue), text)

    def untold(self) -> dict[int, int]:
        """Give the issues of which a run has begun and not reported: how many were in doubt."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(fact.c.name, fact.c.value).where(fact.c.name.startswith(_UNTOLD))
            ).all()
        return {int(row.name.removeprefix(_UNTOLD)): int(row.value) for row in rows}

    def note_untold(self, issue: int, doubt: int) -> int:
        """Note, before a run, how many are in doubt; give what an earlier run that died noted."""
        with self.database.writing() as connection:
            known = _read(connection, f"{_UNTOLD}{issue}")
            if known is not None:
                return int(known)
            _write(connection, f"{_UNTOLD}{issue}", str(doubt))
        return doubt

    def note_told(self, issue: int, doubt: int | None) -> None:
        """Take the note back after a report, or say how much doubt was told that is to come."""
        known = self.untold().get(issue)
        if known == doubt:
            return
        with self.database.writing() as connection:
            if doubt is None:
                connection.execute(delete(fact).where(fact.c.name == f"{_UNTOLD}{issue}"))
            else:
                _write(connection, f"{_UNTOLD}{issue}", str(doubt))

    def rule_since(self, rule: str, *, now: datetime) -> datetime:
        """Tell since when the rule is in force; slots before it are never due.

        A rule that is new to the site, or not the one of the last tick, is in force from now.
        """
        since = self.rule_in_force(rule)
        if since is not None:
            return since
        with self.database.writing() as connection:
            _write(connection, _RULE, rule)
            _write(connection, _RULE_SINCE, str(to_microseconds(now)))
        return now

    def rule_in_force(self, rule: str) -> datetime | None:
        """Tell since when the rule is in force; ``None`` for one that no tick has seen yet."""
        with self.database.reading() as connection:
            current, since = _read(connection, _RULE), _read(connection, _RULE_SINCE)
        return from_microseconds(int(since)) if current == rule and since is not None else None

    def seen_at(self) -> datetime | None:
        """Give the latest time the site has seen."""
        with self.database.reading() as connection:
            seen = _read(connection, _SEEN_AT)
        return None if seen is None else from_microseconds(int(seen))

    def see(self, now: datetime) -> None:
        """Write down the time; the mark only goes up."""
        with self.database.writing() as connection:
            seen = _read(connection, _SEEN_AT)
            if seen is None or int(seen) < to_microseconds(now):
                _write(connection, _SEEN_AT, str(to_microseconds(now)))

    def reset_clock(self, now: datetime) -> None:
        """Take the mark back to now: an operator says that the clock was wrong before.

        With it goes what was written down for a time that has not come.
        """
        with self.database.writing() as connection:
            _write(connection, _SEEN_AT, str(to_microseconds(now)))
            since = _read(connection, _RULE_SINCE)
            if since is not None and int(since) > to_microseconds(now):
                _write(connection, _RULE_SINCE, str(to_microseconds(now)))
            rewind(connection, now)


def _key(name: str) -> str:
    return f"fingerprint:{name}"


def _signing(issue: int) -> str:
    return f"signing:{issue}"


def _read(connection: Connection, name: str) -> str | None:
    return connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()


def _write(connection: Connection, name: str, value: str) -> None:
    changed = connection.execute(update(fact).where(fact.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(fact).values(name=name, value=value))
