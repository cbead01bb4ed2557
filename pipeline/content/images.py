"""Edge: reads the image files that texts ask for; each once, for as long as it stays the same."""

import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pipeline.content import image_paths
from pipeline.model.image import LARGEST, Image, ImageFault, ImageKind

#: What shows that a file is still the same: size, times of content and of inode, inode.
_Stamp = tuple[int, int, int, int]


class ImageShelf:
    """The images of a site's content folder, found by what a text says."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._known: dict[Path, tuple[_Stamp, Image | ImageFault]] = {}
        self._lock = threading.Lock()

    def find(self, reference: str, source: str) -> Image | ImageFault:
        """Look into the image that the text of ``source`` asks for.

        Nothing is fetched, and nothing is opened outside of the content folder.
        """
        places = image_paths.places(reference, source)
        if isinstance(places, ImageFault):
            return places
        for place in places:
            found = self._look(place)
            if found is not None:
                return found
        return ImageFault(
            f"there is no image {image_paths.shown(reference)}: {places[0]} is not there",
            f"put the file there{self._near(places)}, or take the image out",
        )

    def bytes_of(self, sha256: str) -> bytes | None:
        """Give the bytes of an image that lies anywhere in the content folder."""
        with self._lock:
            paths = [
                path
                for path, (_, found) in self._known.items()
                if isinstance(found, Image) and found.sha256 == sha256
            ]
        # It may have been moved, or found by another process.
        for path in (*paths, *self._files()):
            with suppress(OSError):
                status = path.stat()
                # What was a file may be a pipe by now, and would be waited for, for ever.
                if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                    continue
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() == sha256:
                    return data
        return None

    def _files(self) -> Iterator[Path]:
        endings = tuple(ending for kind in ImageKind for ending in kind.endings)
        for path in self._content.rglob("*"):
            if path.name.lower().endswith(endings) and path.is_file() and not path.is_symlink():
                yield path

    def _look(self, place: str) -> Image | ImageFault | None:
        """Look into a file; ``None`` when there is none."""
        path = self._site / place
        try:
            if not path.resolve(strict=True).is_relative_to(self._content):
                return ImageFault(
                    f"{place} is a link that leads out of the content folder",
                    "put a copy of the file there",
                )
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                return ImageFault(f"{place} is no file", "name the image itself")
            with self._lock:
                known = self._known.get(path)
            if known is not None and known[0] == _stamp(status):
                return known[1]
            found = _read(path, place)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RuntimeError) as error:
            # RuntimeError: a link that leads to itself.
            why = getattr(error, "strerror", None) or error
            return ImageFault(f"{place} cannot be read ({why})", "make it readable")
        with self._lock:
            self._known[path] = (_stamp(status), found)
        return found

    @property
    def _content(self) -> Path:
        return (self._site / image_paths.CONTENT).resolve()

    def _near(self, places: tuple[str, ...]) -> str:
        """Name a file beside that differs only in case: other systems do not mind, Linux does."""
        for place in places:
            folder, _, name = place.rpartition("/")
            try:
                names = sorted(path.name for path in (self._site / folder).iterdir())
            except OSError:
                continue
            for other in names:
                if other.casefold() == name.casefold():
                    return f" or write {other}, as the file is called"
        return ""


def _read(path: Path, place: str) -> Image | ImageFault:
    # Pillow takes a while to import, and most issues show no image.
    from pipeline.content import image_looking  # noqa: PLC0415 - see above

    with path.open("rb") as file:
        return image_looking.look(file.read(LARGEST + 1), place)


def _stamp(status: os.stat_result) -> _Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
