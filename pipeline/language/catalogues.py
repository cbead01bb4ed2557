"""Edge: finds the catalogues of a language, a site's own and those that come with the program."""

import os
from functools import cache
from pathlib import Path

from pipeline.errors import TemplateError
from pipeline.language.catalogue import Catalogue, parse
from pipeline.language.words import Words
from pipeline.model.language import canonical, shortened

_OURS = Path(__file__).parent / "locale"
#: Bytes of a catalogue; ours have some ten thousand.
_LARGEST = 1_000_000


class Catalogues:
    """The words of every language; a site's own go before ours."""

    def __init__(self, folder: Path | None = None) -> None:
        """Look for a site's own in ``folder``, which need not be there."""
        self._folder = folder
        #: What a site's files came to: their size and time, and the catalogue.
        self._read: dict[Path, tuple[tuple[int, int], Catalogue]] = {}

    def words_of(self, tag: str, *, otherwise: str = "en") -> Words:
        """Give the words of a language, else those of another; English ones where both lack.

        Raises TemplateError for a catalogue that cannot be read.
        """
        for wanted in (tag, otherwise):
            found = self._chain(wanted)
            is_english = wanted.lower().partition("-")[0] == "en"
            if found or is_english:
                return Words(canonical(wanted), found, english=is_english)
        return Words("en", (), english=True)

    def has(self, tag: str) -> bool:
        """Tell whether a language has words of its own."""
        return bool(self._chain(tag)) or tag.lower().partition("-")[0] == "en"

    def _chain(self, tag: str) -> tuple[Catalogue, ...]:
        tags = shortened(canonical(tag)) if tag else ()
        found = [*map(self._own, tags), *map(_shipped, tags)]
        return tuple(catalogue for catalogue in found if catalogue is not None)

    def own_files(self) -> dict[str, Path]:
        """Find a site's own catalogues by their tags; ``pt_BR.po`` is the one of ``pt-BR``."""
        if self._folder is None or not self._folder.is_dir():
            return {}
        files = sorted(path for path in self._folder.iterdir() if path.suffix == ".po")
        return {canonical(path.stem.replace("_", "-")): path for path in files}

    def _own(self, tag: str) -> Catalogue | None:
        path = self.own_files().get(tag)
        if path is None:
            return None
        place = "/".join(path.parts[-3:])
        if not _is_within(path, path.parents[1]):
            raise TemplateError(
                "it is a link that leads out of the folder of templates",
                place=place,
                remedy="put a copy of the file there",
            )
        if not path.is_file():
            raise TemplateError(
                "a catalogue is looked for, and it is no ordinary file",
                place=place,
                remedy="move it away, or put the file in its place",
            )
        info = path.stat()
        known = self._read.get(path)
        stamp = (info.st_size, info.st_mtime_ns)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, parse(_text_of(path, place), place, tag))
        return known[1]


def _is_within(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


@cache
def _shipped(tag: str) -> Catalogue | None:
    path = _OURS / tag.replace("-", "_") / "LC_MESSAGES" / "mailbag.po"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return parse(text, path.relative_to(_OURS.parent).as_posix(), tag)


def _text_of(path: Path, place: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise TemplateError(
            f"it cannot be read: {error.strerror}",
            place=place,
            remedy="let the user who runs mailbag read it",
        ) from error
    if len(data) > _LARGEST:
        raise TemplateError(
            f"it is larger than {_LARGEST:,} bytes", place=place, remedy="put a catalogue there"
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateError(
            "it is not UTF-8", place=f"{place}:{line}:1", remedy="save it as UTF-8"
        ) from error


#: The languages of the program alone.
SHIPPED = Catalogues()
