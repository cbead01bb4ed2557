"""Edge: where the database of a site lies, told from its URL without opening it."""

import stat
from pathlib import Path

from pipeline.errors import ConfigError

#: How long a writer waits for its turn; the longest turn is an import of a large list.
WAIT_SECONDS = 30.0

_PLACE = "[database] url"
_REMEDY = 'write a file in the site\'s folder, such as url = "sqlite:///mailbag.db"'


def database_file(url: str, *, folder: Path) -> Path:
    """Find the file that the URL names; a relative one counts from the site's folder.

    Raises :class:`ConfigError` for every URL this release cannot open. The URL is not repeated
    in the message: it may hold a password.
    """
    scheme, colon, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind in {"postgresql", "postgres"}:
        raise ConfigError(
            "PostgreSQL is not supported yet; a later release brings it as mailbag[postgres]",
            place=_PLACE,
            remedy=_REMEDY,
        )
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


def is_there(url: str, *, folder: Path) -> bool:
    """Tell whether the site has a database; an empty file is none."""
    try:
        found = database_file(url, folder=folder).stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it cannot be looked at; opening it will say why
    return found.st_size > 0 or not stat.S_ISREG(found.st_mode)


def beside(path: Path, suffix: str) -> Path:
    """Name a file that goes with the database: ``mailbag.db`` -> ``mailbag.db.turn``."""
    return path.with_name(path.name + suffix)
