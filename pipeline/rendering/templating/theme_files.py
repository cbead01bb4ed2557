"""Edge: the files of a theme, and what a person calls them."""

import codecs
import difflib
import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2.loaders import split_template_path

from pipeline.errors import TemplateError
from pipeline.model import bidi
from pipeline.rendering.templating.own_lines import SHIPPED, Line
from pipeline.rendering.templating.tracing import Place, Template, unix

#: Bytes of one template.
MAX_BYTES = 500_000

# Neither XML nor a message can hold these, and HTML takes U+0080 to U+009F for others.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
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
        #: What was read so far.
        self._asked: set[str] = set()
        #: The text of each file as it was when it had that time, size and inode.
        self._texts: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def get_source(
        self,
        environment: jinja2.Environment,  # noqa: ARG002 - the parent's signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read a template; raise TemplateError when it cannot be read."""
        path = self._find(template)
        if path is None:
            raise jinja2.TemplateNotFound(template)
        self._asked.add(template)
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

    def _refuse_strange(self, path: Path) -> None:
        """Refuse a file of the site's whose link leads elsewhere, and read no letter of it."""
        own = self._folders[0].parent
        if path.is_relative_to(own) and not _real(path).is_relative_to(_real(own)):
            raise TemplateError(
                "it is a link that leads out of the folder of templates",
                place=self.place(path),
                remedy="put a copy of the file there",
            )

    def _read(self, path: Path) -> tuple[str, float]:
        self._refuse_strange(path)
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
            if info.st_size > MAX_BYTES:
                raise TemplateError(
                    f"it is larger than {MAX_BYTES:,} bytes",
                    place=self.place(path),
                    remedy="shorten it",
                )
            state = (info.st_mtime_ns, info.st_size, info.st_ino)
            known = self._texts.get(path)
            if known is not None and known[0] == state:
                return known[1], info.st_mtime
            # Some editors put a byte order mark before what they save.
            data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        except OSError as error:
            raise self._unreadable(path, error) from error
        try:
            source = data.decode()
        except UnicodeDecodeError as error:
            before = data[: error.start].decode()
            raise TemplateError(
                "it is not UTF-8",
                place=self.place_in(Template(str(path), f"{before}?").place(len(before))),
                remedy="save it as UTF-8",
            ) from error
        control = _CONTROL.search(source)
        if control:
            raise TemplateError(
                f"a control character, U+{ord(control[0]):04X}, stands in it",
                place=self.place_in(Template(str(path), source).place(control.start())),
                remedy="remove it",
            )
        self._refuse_turned(path, source)
        self._texts[path] = (state, source)
        return source, info.st_mtime

    def _refuse_turned(self, path: Path, source: str) -> None:
        """Refuse a sign that turns the text and is not ended in its line, however it is written."""
        for number, line in enumerate(unix(source).split("\n"), 1):
            for place, sign in bidi.unbalanced_in_source(line):
                message, remedy = bidi.words(sign, within="line")
                raise TemplateError(
                    message, place=self.place(path, number, place + 1), remedy=remedy
                )

    def _unreadable(self, path: Path, error: OSError) -> TemplateError:
        return TemplateError(
            f"it cannot be read: {error.strerror}",
            place=self.place(path),
            remedy=_REMEDIES.get(error.errno or 0, "look at the file and its disk"),
        )

    def holds(self, filename: str) -> bool:
        """Tell whether a file belongs to the theme."""
        return any(Path(filename).is_relative_to(folder) for folder in self._folders)

    def again(self, file: str) -> Template | None:
        """Read a file of the theme once more, to look at a fault in it."""
        try:
            return Template(file, unix(self._read(Path(file))[0])) if self.holds(file) else None
        except TemplateError:
            return None

    def place_in(self, place: Place) -> str:
        """Name a place in a file as a person sees it."""
        return self.place(place.file, place.line, place.column)

    def place(self, file: Path | str, line: int = 0, column: int = 0) -> str:
        """Name a file, and a line and a column of it from 1, as a person sees it.

        A site's own file goes by its path from the site, a shipped one by that of its theme.
        """
        after = "".join(f":{number}" for number in (line, column) if number)
        return f"{_called(Path(file), self._folders)}{after}"

    def place_of(self, template: str) -> str:
        """Name the file that is found for a template."""
        return self.place(self._find(template) or template)

    def own_lines(self) -> Iterator[Line]:
        """Give the lines that a site's own templates have and the shipped ones of a name lack."""
        own = self._folders[0].parent
        for template in sorted(self._asked):
            paths = [path for folder in self._folders if (path := folder / template).is_file()]
            if not paths or not paths[0].is_relative_to(own):
                continue
            behind = next((path for path in paths if not path.is_relative_to(own)), None)
            known = frozenset(_lines(self._read(behind)[0]) if behind else ())
            for number, text in enumerate(_lines(self._read(paths[0])[0]), 1):
                if text not in known:
                    yield Line(self.place(paths[0]), number, text)

    def unread(self) -> Iterator[tuple[str, str]]:
        """Give a site's own files that nothing asks for, and what each was likely meant to be.

        Only those are told that nearly bear a name that is asked for.
        """
        own, theme = self._folders[0].parent, self._folders[0].name
        for name, path in _files_in(own) if self._asked else ():
            folder, _, file = name.rpartition("/")
            if folder == "locale":
                if path.suffix != ".po" and path.suffix.casefold() in {".po", ".mo"}:
                    yield self.place(path), f"locale/{path.stem}.po"
                continue
            # What lies in another folder is another theme's.
            if name in self._asked or folder.casefold() not in {"", theme.casefold()}:
                continue
            if folder in {"", theme} and file in self._asked:
                continue
            if meant := _nearest_file(file, self._asked):
                yield self.place(path), f"{theme}/{meant}" if folder else meant

    def nearest(self, template: str, *, but: str) -> str:
        """Suggest a template that was probably meant, and not the file ``but`` that asks for it."""
        asking, wanted = Path(but).name, Path(template)
        # All end alike, so that does not count.
        known = {
            name.removesuffix(wanted.suffix): name
            for name in self.list_templates()
            if Path(name).name != asking and Path(name).suffix == wanted.suffix
        }
        stems = difflib.get_close_matches(template.removesuffix(wanted.suffix), known, n=1)
        near = [known[stem] for stem in stems]
        return f"did you mean {near[0]!r}?" if near else "name a file of the theme's folder"

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


@lru_cache(maxsize=256)
def _called(path: Path, folders: tuple[Path, ...]) -> str:
    own = folders[0].parent
    if path.is_relative_to(own):
        return path.relative_to(own.parent).as_posix()
    for folder in folders:
        if path.is_relative_to(folder):
            return f"{SHIPPED}{path.relative_to(folder.parent).as_posix()}"
    return path.as_posix()


def _real(path: Path) -> Path:
    """Follow every link, also one that leads nowhere or to itself."""
    return Path(os.path.realpath(path))


def _lines(source: str) -> list[str]:
    return unix(source).split("\n")


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the files of a folder and of the folders in it, as they are called from there."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            files = (one for one in sorted(path.iterdir()) if one.is_file())
            yield from ((f"{path.name}/{one.name}", one) for one in files)
        else:
            yield path.name, path


def _nearest_file(name: str, known: Iterable[str]) -> str:
    """Find the template that a file's name is nearly, or is but for its suffix or its capitals."""
    if name.startswith((".", "_")) or name.endswith("~"):
        return ""
    stem = Path(name).stem.casefold()
    stems = {Path(one).stem: one for one in sorted(known, reverse=True) if "/" not in one}
    near = difflib.get_close_matches(stem, stems, n=1, cutoff=0.8)
    return stems[near[0]] if near else ""
