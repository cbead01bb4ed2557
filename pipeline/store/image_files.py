"""Edge: keeps images under their hash, where mails that were sent find them for years.

They are files and no rows: any web server can give them out, and the ledger stays small.
"""

import errno
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StateError
from pipeline.model import image as images
from pipeline.model.image import LARGEST, EditionImage

#: What the system says where something stands in the way of a folder or a name.
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY, errno.ELOOP)


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The folder of a site that holds them; nothing in it is ever changed."""

    folder: Path

    def keep(self, image: EditionImage, data: bytes) -> None:
        """Write an image, durably, before anything that names it is promised to anybody.

        Raises StateError when it cannot be written; then there is none under that name.
        """
        if hashlib.sha256(data).hexdigest() != image.sha256:
            raise StateError(
                "the image was changed while it was read",
                place=self._place(image),
                remedy="do the same once more",
            )
        path = self.folder / image.name
        temporary = self.folder / f".mailbag-{secrets.token_hex(8)}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                # A web server reads it as another user.
                temporary.chmod(0o644)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
            for folder in (self.folder, self.folder.parent, self.folder.parent.parent):
                _sync(folder)
        except OSError as error:
            obstacle = self._obstacle(path) if error.errno in _IN_THE_WAY else None
            if obstacle is not None:
                raise StateError(
                    "the image cannot be kept: "
                    + ("a folder has its name" if obstacle == path else "it is no folder"),
                    place=str(obstacle),
                    remedy="move it away, then do the same once more",
                ) from error
            raise StateError(
                f"the image cannot be kept ({error.strerror or error})",
                place=self._place(image),
                remedy="look at the free space and at the permissions of its folder",
            ) from error

    def find(self, name: str) -> Path | None:
        """Find an image by its name; any other name finds nothing, wherever it leads."""
        path = self.folder / name
        return path if images.is_name(name) and path.is_file() and not path.is_symlink() else None

    def load(self, image: EditionImage) -> bytes | None:
        """Read an image; ``None`` when there is none, or it is not the one that was kept."""
        try:
            data = _read(self.folder / image.name)
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == image.sha256 else None

    def _obstacle(self, path: Path) -> Path | None:
        """Find what stands where a folder must be, or a folder where the image must be."""
        for folder in (self.folder.parent, self.folder):
            if os.path.lexists(folder) and not folder.is_dir():
                return folder
        return path if path.is_dir() else None

    def _place(self, image: EditionImage) -> str:
        return str(self.folder / image.name)


def _read(path: Path) -> bytes:
    """Read a file, and nothing else by its name: a pipe would be waited for, for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "a pipe, a socket or a device, and no file")
        return file.read(LARGEST + 1)


def _sync(folder: Path) -> None:
    """Make a name durable too; some file systems cannot, and then it is as it is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
