"""Edge: writes files whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pipeline.errors import ContentError


def write_text_atomically(path: Path, text: str) -> None:
    """Replace a text file; see :func:`write_bytes_atomically`."""
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Replace a file, or make it; whoever reads it sees the old text or the new, never a part.

    A link is followed, and the file keeps its permissions.

    Raises:
        ContentError: the disk is full or the folder cannot be written to; the file is as it was.
    """
    target = Path(os.path.realpath(path))
    # A file beside the target is on the same file system, so that a rename puts it in place.
    temporary = target.with_name(f".mailbag-{secrets.token_hex(8)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_new(temporary, data)
        try:
            with suppress(FileNotFoundError):
                temporary.chmod(target.stat().st_mode & 0o777)
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise _refused(path, error) from error


def create_text(path: Path, text: str) -> None:
    """Make a new file; one that is there already is never touched.

    Raises:
        ContentError: the file exists, the disk is full or the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, text.encode())
        _sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            raise ContentError(
                "the file exists already", place=str(path), remedy="give the new one another name"
            ) from error
        raise _refused(path, error) from error


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet; when that fails there is none."""
    file = path.open("xb")
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make the name durable too; some file systems cannot, and then it is as it is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, error: OSError) -> ContentError:
    return ContentError(
        f"the file cannot be written ({error.strerror or error})",
        place=str(path),
        remedy="look at the free space and at the permissions of its folder",
    )
