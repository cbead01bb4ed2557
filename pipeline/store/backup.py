"""Edge: a copy of the database as one file, made while others write."""

import os
import sqlite3
from pathlib import Path

from pipeline.errors import ConfigError, DatabaseError
from pipeline.store import sqlite
from pipeline.store.location import beside


def write(source: Path, target: Path) -> None:
    """Copy the database to a new file, readable by its owner only.

    The copy is one consistent state; it appears under its name when it is complete and on disk.
    Raises :class:`ConfigError` when the target is there already.
    """
    partial = beside(target, f".{os.getpid()}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        try:
            with sqlite.errors_in_words(partial):
                _copy(source, partial)
            _sync(partial)
            # A link never replaces what is there, unlike a rename.
            os.link(partial, target)
        finally:
            partial.unlink()
        _sync(target.parent)
    except FileExistsError as error:
        raise ConfigError(
            "there is a file already", place=str(target), remedy="name a new one"
        ) from error
    except OSError as error:
        raise DatabaseError(
            f"the backup cannot be written: {error.strerror}",
            place=str(target),
            remedy="make room, or name a folder that may be written to",
        ) from error


def _copy(source: Path, target: Path) -> None:
    with sqlite.errors_in_words(source):
        from_ = sqlite.connect(source, query_only=True)
    try:
        to = sqlite3.connect(target, isolation_level=None)
        try:
            from_.backup(to)
            # One file: without a log beside it.
            to.execute("PRAGMA journal_mode=DELETE")
        finally:
            to.close()
    finally:
        from_.close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
