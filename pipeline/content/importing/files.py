"""Edge: reads column pages and writes QA files; never over one that is there, never half of one."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.content.importing import languages
from pipeline.content.importing.accounts import LineAccount
from pipeline.content.importing.column import ImportedColumn, read_column
from pipeline.content.importing.qas import ImportedQA
from pipeline.content.importing.shelf import Shelf
from pipeline.errors import ContentError, MailbagError

#: No column is larger; a larger file was named by mistake.
LARGEST = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """What became of one input file."""

    #: As it was given.
    source: str
    #: The slugs of the files written; with a dry run, of those that would be.
    created: tuple[str, ...] = ()
    #: The slugs of Q&As that were there before.
    existing: tuple[str, ...] = ()
    lines: tuple[LineAccount, ...] = ()
    #: The Q&As of ``created`` that are drafts, with their doubts.
    doubts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: Why nothing, or not everything, was imported; the other files were.
    error: MailbagError | None = None


def import_files(
    paths: Iterable[Path], content_dir: Path, *, dry_run: bool = False, language: str = "en"
) -> tuple[FileImport, ...]:
    """Import column pages into a content folder; a faulty one does not stop the others.

    ``language`` is the newsletter's: the Q&As of a page in another one say so.

    Raises:
        ContentError: The content folder cannot be read or made.
    """
    shelf = _shelf(content_dir)
    return tuple(
        _import_file(path, content_dir, shelf, language, dry_run=dry_run) for path in paths
    )


def _import_file(
    path: Path, content_dir: Path, shelf: Shelf, language: str, *, dry_run: bool
) -> FileImport:
    source = str(path)
    try:
        column = read_column(_read_bytes(path), source)
    except ContentError as error:
        return FileImport(source=source, error=error)
    created: list[ImportedQA] = []
    slugs: dict[str, str] = {}
    existing: list[str] = []
    failure: MailbagError | None = None
    own = column.language if languages.is_another(column.language, language) else ""
    for qa in (replace(each, language=own) for each in column.qas):
        known = shelf.find(qa, slugs.values())
        if known is not None:
            slugs[qa.slug] = known
            existing.append(known)
            continue
        try:
            placed = _place(qa, content_dir, shelf, dry_run=dry_run)
        except OSError as error:
            failure = _unwritable(content_dir, error)
            break
        slugs[qa.slug] = placed.slug
        created.append(placed)
    return _imported(source, column, created, existing, slugs, failure)


def _imported(  # noqa: PLR0913, PLR0917 - the parts of one value
    source: str,
    column: ImportedColumn,
    created: list[ImportedQA],
    existing: list[str],
    slugs: dict[str, str],
    failure: MailbagError | None,
) -> FileImport:
    return FileImport(
        source=source,
        created=tuple(qa.slug for qa in created),
        existing=tuple(dict.fromkeys(existing)),
        lines=column.renamed(slugs).lines,
        doubts=tuple((qa.slug, qa.doubts) for qa in created if qa.doubts),
        error=failure,
    )


def _place(qa: ImportedQA, content_dir: Path, shelf: Shelf, *, dry_run: bool) -> ImportedQA:
    """Write a Q&A under the first slug that is free."""
    while True:
        placed = qa.with_slug(shelf.free(qa.slug))
        if dry_run or _write_new(content_dir / f"{placed.slug}.md", placed.text.encode()):
            shelf.put(placed)
            return placed
        shelf.take(placed.slug)


def _write_new(path: Path, data: bytes) -> bool:
    """Write a whole new file, or nothing; ``False`` when the name is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        # Unlike a rename, a link never takes the place of a file that is there.
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _shelf(content_dir: Path) -> Shelf:
    shelf = Shelf()
    if not content_dir.is_dir():
        return shelf
    for folder, folders, names in os.walk(content_dir):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".md"):
                continue
            path = Path(folder, name)
            try:
                data = path.read_bytes()
            except OSError:
                # Its name is taken all the same; `mailbag check` reports it.
                data = b""
            shelf.put_file(data, path.relative_to(content_dir).as_posix())
    return shelf


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ContentError(
            f"the file cannot be read ({error.strerror or error})",
            place=str(path),
            remedy="name a file that is there and readable",
        ) from error
    if len(data) > LARGEST:
        raise ContentError(
            f"the file is larger than {LARGEST:,} bytes",
            place=str(path),
            remedy="give only the column itself",
        )
    return data


def _unwritable(content_dir: Path, error: OSError) -> MailbagError:
    failure = ContentError(
        f"the Q&A cannot be written ({error.strerror or error})",
        place=str(content_dir),
        remedy="see that the folder is writable and the disk has room, then import again",
    )
    failure.__cause__ = error
    return failure
