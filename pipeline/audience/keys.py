"""Edge: secret keys in files: 32 random bytes as 64 hexadecimal digits, for their owner's eyes."""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from pipeline.errors import SecretKeyError

KEY_BYTES = 32

#: Nobody but the owner may read, change or run it.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: A file longer than this is no key.
_FILE_BYTES = 4096
_FINGERPRINT_DIGITS = 16


def make_key(path: Path) -> bytes:
    """Write a new key to a file that is not there yet, and its folder if need be (0700).

    Raises SecretKeyError when the file is there or cannot be written; an old key is never
    replaced.
    """
    key = secrets.token_bytes(KEY_BYTES)
    if not path.parent.is_dir():
        _make_folder(path.parent)
    try:
        # Made with its mode, so that there is no moment in which others can open it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise SecretKeyError(
            "there is a key already", place=str(path), remedy="keep it: links and lists need it"
        ) from error
    except OSError as error:
        raise SecretKeyError(
            f"the key cannot be written: {error.strerror}", place=str(path)
        ) from error
    return key


def read_key(path: Path) -> bytes:
    """Read a key. Raises SecretKeyError when it is missing, open to others, or no key."""
    try:
        with path.open("rb") as file:
            # Of the opened file: what the name points to may change in between.
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise SecretKeyError(
            "the key is missing", place=str(path), remedy="bring it back from where you keep it"
        ) from error
    except OSError as error:
        raise SecretKeyError(
            f"the key cannot be read: {error.strerror}", place=str(path)
        ) from error
    if mode & _OTHERS:
        raise SecretKeyError(
            "others can read the key", place=str(path), remedy=f"run: chmod 600 {path}"
        )
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretKeyError(
            f"the file does not hold a key of {2 * KEY_BYTES} hexadecimal digits",
            place=str(path),
            remedy="bring the right one back from where you keep it",
        )
    return key


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise SecretKeyError(
            f"the folder for the keys cannot be made: {error.strerror}", place=str(folder)
        ) from error


def key_fingerprint(key: bytes) -> str:
    """Give what may be shown of a key: 16 hexadecimal digits that tell it from every other."""
    return hashlib.sha256(b"mailbag key\0" + key).hexdigest()[:_FINGERPRINT_DIGITS]
