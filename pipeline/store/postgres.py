"""Edge: everything that is PostgreSQL's own: its connections, their manners, and its errors."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from pipeline.errors import ConfigError, DatabaseBusyError, DatabaseError, DatabaseFullError
from pipeline.store import closed
from pipeline.store.raw import Rows

#: Connections kept open for a few threads; more are opened when needed and closed after.
_KEPT: Final = 4

#: Nothing takes longer than writing a long list that was gathered, or a change of the tables.
_LONGEST_STATEMENT_SECONDS: Final = 900

#: Whoever stands still in a transaction, stopped or cut off, lets the others go on after this.
_IDLE_SECONDS: Final = 20


def address(url: str) -> URL:
    """Read a URL that :mod:`pipeline.store.location` has let through.

    Raises :class:`ConfigError` for one of which libpq does not know an option.
    """
    found = make_url("postgresql+psycopg" + url[url.index("://") :])
    try:
        psycopg.conninfo.make_conninfo("", **dict.fromkeys(found.query, ""))
    except psycopg.Error as error:
        raise ConfigError(
            "the URL has an option that PostgreSQL does not know",
            place="[database] url",
            remedy="sslmode, sslrootcert, passfile and host are some that it knows",
        ) from error
    return found


def place(url: URL) -> str:
    """Name the database in a message, without what may be secret."""
    shown = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database
    )
    return shown.render_as_string()


#: What libpq needs to find the server and is no secret; a password or a key's passphrase is one.
_SHOWN: Final = frozenset(
    {"host", "port", "user", "dbname", "service", "sslmode", "sslrootcert", "sslcert", "passfile"}
)


def shown(url: URL) -> str:
    """Write a URL as it may stand in ``[database] url``, without what may be secret."""
    found = URL.create(
        "postgresql",
        url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query={key: value for key, value in url.query.items() if key in _SHOWN},
    )
    return found.render_as_string()


def arguments(url: URL, *, wait_seconds: float, name: str = "mailbag") -> dict[str, Any]:
    """Say how to connect; what the URL says itself, such as ``sslmode``, is left to it.

    A server or a network that is gone is noticed within a minute, and so is a process that stands
    still by the server.
    """
    said = url.query.get("options", "")
    own = {
        "timezone": "UTC",
        "lock_timeout": f"{round(wait_seconds * 1000)}",
        "statement_timeout": f"{_LONGEST_STATEMENT_SECONDS * 1000}",
        "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS * 1000}",
        # A server may be set up to promise less, and a hand-over must be durable.
        "synchronous_commit": "on",
    }
    options = " ".join(f"-c {key}={value}" for key, value in own.items())
    return {
        "connect_timeout": 10,
        "keepalives": 1,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 45_000,
        "client_encoding": "utf8",
        "application_name": name,
        "options": f"{said if isinstance(said, str) else ' '.join(said)} {options}".strip(),
    }


def make_engine(url: URL, *, reads: bool, wait_seconds: float) -> Engine:
    """Give an engine whose transactions read one state, or write."""
    engine = create_engine(
        url,
        connect_args=arguments(url, wait_seconds=wait_seconds),
        isolation_level="REPEATABLE READ" if reads else "READ COMMITTED",
        pool_size=_KEPT,
        max_overflow=-1,
        # A program that runs for weeks outlives restarts of the server.
        pool_pre_ping=True,
    )
    if reads:

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, record: object) -> None:
            del record
            connection.read_only = True

    return engine


def connect(url: URL, *, wait_seconds: float, name: str = "mailbag") -> Any:
    """Open a connection of the driver's own. Transactions are begun by hand."""
    return psycopg.connect(autocommit=True, **wanted(url, wait_seconds=wait_seconds, name=name))


def wanted(url: URL, *, wait_seconds: float, name: str) -> dict[str, Any]:
    """Give everything that the driver is to be told to connect."""
    engine = create_engine(url)  # only to read the URL as the other connections do
    _, said = engine.dialect.create_connect_args(url)
    return {**said, **arguments(url, wait_seconds=wait_seconds, name=name)}


class RawConnection:
    """Fits :class:`pipeline.store.raw.Raw`; one thread at a time."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._cursor = psycopg.RawCursor(connection)

    def begin(self, sql: str) -> None:
        """Begin a transaction, in one round trip with what else it begins with."""
        self._cursor.execute(sql, prepare=False)

    def commit(self) -> None:
        """Raises :class:`DatabaseError` when the server has given the transaction up already."""
        self._cursor.execute("COMMIT", prepare=False)
        if self._cursor.statusmessage != "COMMIT":
            raise DatabaseError("the database gave a transaction up", remedy="try again")

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        rows: Rows = self._cursor.execute(_with_dollars(sql), _clean(parameters) or None)
        return rows

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """Run a statement outside of a transaction."""
        rows = self.execute(sql, parameters)
        return rows.fetchall() if self._cursor.description else []

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Rows:
        self._cursor.executemany(_with_dollars(sql), [_clean(row) for row in parameters])
        rows: Rows = self._cursor
        return rows

    def counts(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> list[int]:
        """Run a statement for each, all in one round trip; count the rows each changed."""
        if not parameters:
            return []
        cursor = self._cursor
        cursor.executemany(_with_dollars(sql), [_clean(row) for row in parameters], returning=True)
        counts = [cursor.rowcount]
        while cursor.nextset():
            counts.append(cursor.rowcount)
        return counts

    def rollback(self) -> None:
        if not self.connection.closed:
            self.connection.rollback()

    @property
    def is_usable(self) -> bool:
        return not self.connection.closed and not self.connection.broken

    def close(self) -> None:
        self.connection.close()


def _clean(parameters: Sequence[Any]) -> Sequence[Any]:
    """Replace the one character that PostgreSQL cannot keep; a relay may say anything."""
    if any(isinstance(it, str) and "\0" in it for it in parameters):
        return [it.replace("\0", "�") if isinstance(it, str) else it for it in parameters]
    return parameters


@lru_cache(maxsize=256)
def _with_dollars(sql: str) -> bytes:
    """Rewrite the marks of parameters: ``?`` by order or ``?2`` by number -> ``$2``."""
    return numbered(sql, "$").encode()


def numbered(sql: str, mark: str, end: str = "") -> str:
    """Give every parameter its number: ``?, ?`` or ``?1, ?2`` -> ``$1, $2``."""
    count = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{mark}{match[1] or count}{end}"

    return re.sub(r"\?(\d*)", replaced, sql)


@contextmanager
def errors_in_words(place: str) -> Iterator[None]:
    """Turn what PostgreSQL and SQLAlchemy raise into sentences with place and remedy."""
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error.orig, place) if isinstance(error.orig, psycopg.Error) else None
        if sentence is None:
            raise
        raise sentence from error
    except psycopg.Error as error:
        sentence = _sentence(error, place)
        if sentence is None:
            raise
        raise sentence from error


def _sentence(error: psycopg.Error, place: str) -> DatabaseError | None:
    """Say what is wrong with the database; ``None`` when the statement was wrong, not it."""
    code = error.sqlstate or ""
    if code == closed.SQLSTATE:
        return closed.error_of(error.diag.message_primary or "", place)
    words = _WORDS.get(code) or _WORDS.get(code[:2])
    reason = ""
    if words is None and not code and isinstance(error, psycopg.OperationalError):
        words, reason = _by_text(str(error)), f" ({_reason(str(error))})"
    if words is None:
        return None
    kind, message, remedy = words
    message += reason
    return kind(message, place=place, remedy=remedy)


_Words = tuple[type[DatabaseError], str, str]

_LOGIN: Final[_Words] = (
    DatabaseError,
    "the database server refuses the login",
    "check the user, and the password in .pgpass or PGPASSWORD",
)
_NO_DATABASE: Final[_Words] = (
    DatabaseError,
    "the database server holds no such database",
    "make it with createdb, or mend [database] url",
)
_TOO_MANY: Final[_Words] = (
    DatabaseBusyError,
    "the database server takes no more connections",
    "raise max_connections, or end other programs",
)
_STARTING: Final[_Words] = (
    DatabaseError,
    "the database server is starting or shutting down",
    "try again when it is up",
)
_GONE: Final[_Words] = (
    DatabaseError,
    "the database server cannot be reached",
    "start it, or check its host and port and the network between",
)
_HELD: Final[_Words] = (
    DatabaseBusyError,
    "others have been writing to the database for too long",
    "wait for them to end and try again",
)
_FULL: Final[_Words] = (DatabaseFullError, "the disk of the database server is full", "make room")
_BROKEN: Final[_Words] = (
    DatabaseError,
    "the database server failed to read or write the database",
    "look at the server's log, and at its disk",
)


#: PostgreSQL's SQLSTATE, or its class -> what it means to a person, and what to do.
_WORDS: Final[dict[str, _Words]] = {
    "08": _GONE,
    "28": _LOGIN,
    "3D": _NO_DATABASE,
    "53100": _FULL,
    "53300": _TOO_MANY,
    "53": (DatabaseBusyError, "the database server is out of memory", "end other programs"),
    "55P03": _HELD,
    "57014": _HELD,
    "40": _HELD,
    "25P03": (
        DatabaseBusyError,
        "the database server ended a transaction that stood still",
        "try again",
    ),
    "57P": _STARTING,
    "57P01": _STARTING,
    "57P02": _STARTING,
    "57P03": _STARTING,
    "57P05": _GONE,
    "25006": (
        DatabaseError,
        "the database may only be read",
        "name the primary server, not a standby",
    ),
    "42501": (
        DatabaseError,
        "the database user may not do this",
        "make it the owner of the database: ALTER DATABASE ... OWNER TO ...",
    ),
    "58": _BROKEN,
    "XX": _BROKEN,
}


def _reason(text: str) -> str:
    """Cut what libpq says of a connection, in whatever language; it never holds the password."""
    first = text.strip().partition("\n")[0]
    return first.rpartition("failed: ")[2] or "no reason was given"


def _by_text(text: str) -> _Words:
    """Tell errors of the connection apart, which come without a code."""
    for part, words in (
        ("password", _LOGIN),
        ('role "', _LOGIN),
        ("authentication failed", _LOGIN),
        ("no pg_hba.conf entry", _LOGIN),
        ("does not exist", _NO_DATABASE),
        ("too many clients", _TOO_MANY),
        ("too many connections", _TOO_MANY),
        ("remaining connection slots", _TOO_MANY),
        ("is starting up", _STARTING),
        ("is shutting down", _STARTING),
    ):
        if part in text:
            return words
    return _GONE
