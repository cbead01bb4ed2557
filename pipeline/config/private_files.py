"""Edge: secrets in files that only their owner may read."""

import os
import shlex
import stat
from pathlib import Path

from pipeline.errors import ConfigError

#: No secret is longer; what is read of a longer file is none.
_LARGEST = 65_536
#: Nobody but the owner may read, change or run it.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private(path: Path, what: str, *, remedy: str) -> bytes:
    """Read a secret, such as ``the relay's password``.

    Raises:
        ConfigError: it cannot be read (then with ``remedy``), or others can read it too.
    """
    try:
        with path.open("rb") as file:
            # Of the opened file: what the name points to may change in between.
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_LARGEST)
    except IsADirectoryError as error:
        raise ConfigError(
            f"a folder stands where the file of {what} should",
            place=str(path),
            remedy="name a file, in it or elsewhere",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the file of {what} cannot be read: {error.strerror}", place=str(path), remedy=remedy
        ) from error
    if mode & _OTHERS:
        raise ConfigError(
            f"{what} can be read by others",
            place=str(path),
            remedy=f"chmod 600 {shlex.quote(str(path))}",
        )
    return data


def make_private(path: Path, what: str, data: bytes) -> None:
    """Write a secret to a file that is not there yet, and its folder if need be (0700).

    Raises:
        ConfigError: the file is there already, or cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with its mode, so that there is no moment in which others can open it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise ConfigError(
            f"there is a file already, and {what} is never replaced",
            place=str(path),
            remedy="name another file",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the file of {what} cannot be written: {error.strerror}",
            place=str(path),
            remedy="name a file in a folder you may write to",
        ) from error
