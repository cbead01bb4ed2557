"""Edge: the files of a theme, and what a person calls them."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
from jinja2.loaders import split_template_path

from pipeline.errors import TemplateError

_REMEDIES = {
    errno.EACCES: "let the user who runs mailbag read it",
    errno.ENOENT: "mend the link, or put the file in its place",
    errno.ELOOP: "mend the link, or put the file in its place",
}


class ThemeFiles(jinja2.FileSystemLoader):
    """Finds a template in the first folder that has something of its name.

    What stands there and is no readable file is refused: to fall back to the shipped file would
    send a mail that nobody meant.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        """Look into ``folders``; the first lies in the site's folder of templates."""
        super().__init__(folders)
        self._folders = tuple(folders)

    def get_source(
        self,
        environment: jinja2.Environment,  # noqa: ARG002 - the parent's signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read a template; raise TemplateError when it cannot be read."""
        path = self._find(template)
        if path is None:
            raise jinja2.TemplateNotFound(template)
        source, changed = self._read(path)

        def is_up_to_date() -> bool:
            try:
                return path.stat().st_mtime == changed
            except OSError:
                return False

        return source, str(path), is_up_to_date

    def _find(self, template: str) -> Path | None:
        for folder in self._folders:
            path = folder.joinpath(*split_template_path(template))
            try:
                os.lstat(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise self._unreadable(path, error) from error
            return path
        return None

    def _read(self, path: Path) -> tuple[str, float]:
        try:
            info = path.stat()
            if not stat.S_ISREG(info.st_mode):
                raise TemplateError(
                    "a folder stands where a template is looked for"
                    if stat.S_ISDIR(info.st_mode)
                    else "it is no ordinary file",
                    place=self.place(path),
                    remedy="move it away, or put the file in its place",
                )
            data = path.read_bytes()
        except OSError as error:
            raise self._unreadable(path, error) from error
        try:
            return data.decode(), info.st_mtime
        except UnicodeDecodeError as error:
            raise TemplateError(
                "it is not UTF-8",
                place=self.place(path, data.count(b"\n", 0, error.start) + 1),
                remedy="save it as UTF-8",
            ) from error

    def _unreadable(self, path: Path, error: OSError) -> TemplateError:
        return TemplateError(
            f"it cannot be read: {error.strerror}",
            place=self.place(path),
            remedy=_REMEDIES.get(error.errno or 0, "look at the file and its disk"),
        )

    def holds(self, filename: str) -> bool:
        """Tell whether a file belongs to the theme."""
        return any(Path(filename).is_relative_to(folder) for folder in self._folders)

    def place(self, file: Path | str, line: int = 0) -> str:
        """Name a file, and a line of it from 1, as a person sees it.

        A site's own file goes by its path from the site, a shipped one by that of its theme.
        """
        path, after = Path(file), f":{line}" if line else ""
        own = self._folders[0].parent
        if path.is_relative_to(own):
            return f"{path.relative_to(own.parent).as_posix()}{after}"
        for folder in self._folders:
            if path.is_relative_to(folder):
                return f"the shipped theme's {path.relative_to(folder.parent).as_posix()}{after}"
        return f"{path.as_posix()}{after}"

    def place_of(self, template: str) -> str:
        """Name the file that is found for a template."""
        return self.place(self._find(template) or template)

    def lost(self, word: str, suffix: str) -> str:
        """Name the first file without a word that goes before one of its name with it."""
        for template in self.list_templates():
            if template.endswith(suffix):
                found, *behind = [
                    path for folder in self._folders if (path := folder / template).is_file()
                ]
                if word not in self._read(found)[0] and any(
                    word in self._read(path)[0] for path in behind
                ):
                    return self.place(found)
        return ""
