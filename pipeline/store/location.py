"""Edge: where the database of a site lies, told from its URL without opening it."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.errors import ConfigError

#: How long a writer waits for its turn; the longest turn is an import of a large list.
WAIT_SECONDS = 30.0

_PLACE = "[database] url"
_REMEDY = 'write a file in the site\'s folder, such as url = "sqlite:///mailbag.db"'
_SERVER_REMEDY = 'write it so: url = "postgresql://user@host/database"'


def is_server(url: str) -> bool:
    """Tell whether the URL names a database on a PostgreSQL server, and no file."""
    return url.partition("://")[0].partition("+")[0] in {"postgresql", "postgres"}


def holds_password(url: str) -> bool:
    """Tell whether a secret stands in the URL, which :func:`check` has let through."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    return bool(parts.password or {"password", "sslpassword", "passwd"} & options.keys())


def check(url: str) -> None:
    """Refuse a URL that cannot be opened, without opening it; raises :class:`ConfigError`.

    The URL is not repeated in the message: it may hold a password.
    """
    if not is_server(url):
        database_file(url, folder=Path())
        return
    if url.partition("://")[0].partition("+")[2] not in {"", "psycopg"}:
        raise ConfigError(
            "PostgreSQL is spoken to by psycopg alone", place=_PLACE, remedy=_SERVER_REMEDY
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError("this is no URL", place=_PLACE, remedy=_SERVER_REMEDY) from error
    if not parts.path.strip("/") or parts.fragment:
        raise ConfigError("the URL names no database", place=_PLACE, remedy=_SERVER_REMEDY)


def database_file(url: str, *, folder: Path) -> Path:
    """Find the file that the URL names; a relative one counts from the site's folder.

    Raises :class:`ConfigError` for every other URL.
    """
    scheme, colon, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind != "sqlite":
        raise ConfigError(
            f"{scheme} is no database that mailbag knows" if colon else "this is no URL",
            place=_PLACE,
            remedy=_REMEDY,
        )
    if not rest.startswith("/") or rest == "/" or rest.endswith(":memory:"):
        raise ConfigError("the URL names no file", place=_PLACE, remedy=_REMEDY)
    if "?" in rest:
        raise ConfigError("the URL has options, and none is known", place=_PLACE, remedy=_REMEDY)
    # sqlite:///mailbag.db is relative, sqlite:////var/lib/mailbag.db is not.
    return folder / rest[1:]


def file_is_there(path: Path) -> bool:
    """Tell whether there is a database in a file; an empty file is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it cannot be looked at; opening it will say why
    return found.st_size > 0 or not stat.S_ISREG(found.st_mode)


def beside(path: Path, suffix: str) -> Path:
    """Name a file that goes with the database: ``mailbag.db`` -> ``mailbag.db.turn``."""
    return path.with_name(path.name + suffix)
