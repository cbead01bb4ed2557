"""Edge: reads the content folder and the issue files of a site."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from pipeline.content import column, decoding, issue_file, parsing
from pipeline.content.column import Column
from pipeline.content.issue_file import ParsedIssueFile
from pipeline.content.parse_cache import ParseCache
from pipeline.content.parsing import Parsed
from pipeline.content.report import Report
from pipeline.errors import ContentError
from pipeline.model.finding import Finding

#: The folder of the issue files in a site.
ISSUES = "issues"

_CONTENT = "the content folder"

#: Endings that people give to Markdown; only ``.md`` is read.
_OTHER_ENDINGS = (".markdown", ".mdown", ".mkd", ".mdx")


def read(root: Path, *, site: Path, cache: Path | None = None) -> Column:
    """Read every QA file below ``root``; sources are named relative to ``site``.

    ``README.md``, ``_*.md`` and whatever begins with a dot are no Q&As.
    A file that cannot be read is a finding, and the others are still read.
    With ``cache``, a file, what was read once is read again only after it changed.
    """
    scan = _Scan(site, root)
    remembered = ParseCache.load(cache) if cache is not None else ParseCache()
    files = [_read_file(entry, scan, remembered) for entry in scan.files(root)]
    if cache is not None:
        remembered.save(cache)
    return column.gather(files, scan.findings)


def read_issue_file(site: Path, number: int) -> ParsedIssueFile | None:
    """Read ``issues/NNNN.md``; ``None`` when there is none."""
    path = issue_path(site, number)
    source = path.relative_to(site).as_posix()
    try:
        if path.is_symlink() and not _is_within(path, path.parent):
            report = Report(source)
            _report_strange(report, f"the {ISSUES} folder")
            return ParsedIssueFile(None, report.findings)
        return issue_file.parse(_read_bytes(path), source)
    except FileNotFoundError:
        return None
    except OSError as error:
        report = Report(source)
        _report_unreadable(error, report)
        return ParsedIssueFile(None, report.findings)


def issue_path(site: Path, number: int) -> Path:
    return site / ISSUES / issue_file.file_name(number)


def issue_numbers(site: Path) -> tuple[int, ...]:
    """Give the numbers of the issue files there are, in order."""
    numbers = (issue_file.number_in(name) for name in _issue_names(site))
    return tuple(sorted(number for number in numbers if number is not None))


def misnamed_issue_files(site: Path) -> tuple[Finding, ...]:
    """Report what looks like an issue file and is never read, because of its name."""
    return tuple(
        finding
        for name in _issue_names(site)
        for finding in issue_file.check_name(f"{ISSUES}/{name}")
    )


def _issue_names(site: Path) -> list[str]:
    """Give the names of the Markdown files in ``issues``, in order; a folder is none of them."""
    found: list[str] = []
    # A folder that cannot be read is reported with the file that is looked for in it.
    with suppress(OSError), os.scandir(site / ISSUES) as entries:
        found = [
            decoding.name_of(entry.name)
            for entry in entries
            if not _is_apart(entry) and entry.name.casefold().endswith((".md", *_OTHER_ENDINGS))
        ]
    return sorted(found)


def digest(path: Path) -> str:
    """Give the sha256 of a file's bytes, in hexadecimal.

    Raises:
        ContentError: the file cannot be read.
    """
    try:
        with _opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ContentError(
            f"it cannot be read ({error.strerror or error})",
            place=str(path),
            remedy="make it readable, or remove it",
        ) from error


class _Scan:
    """Finds the QA files of a folder, each real folder once, and notes what is in the way."""

    def __init__(self, site: Path, root: Path) -> None:
        self._site = site
        self._root = root
        self._seen: set[tuple[int, int]] = set()
        #: The beginning of the sources of the files in a folder.
        self._sources: dict[str, str] = {}
        self.findings: list[Finding] = []

    def files(self, root: Path) -> Iterator[os.DirEntry[str]]:
        """Give the QA files, in the order of their paths; folders behind links come last."""
        linked = [str(root)]
        while linked:
            folders = [linked.pop(0)]
            while folders:
                folder = folders.pop()
                entries = self._entries(folder)
                yield from (entry for entry in entries if self._is_qa(entry))
                inner = [entry for entry in entries if _is_folder(entry)]
                folders += [entry.path for entry in reversed(inner) if not entry.is_symlink()]
                linked += [it.path for it in inner if it.is_symlink() and not self._strange(it)]

    def source_of(self, path: str) -> str:
        """Name a path relative to the site."""
        folder, name = os.path.split(path)
        if folder not in self._sources:
            inner = os.path.relpath(folder or os.curdir, self._site)
            self._sources[folder] = "" if inner == os.curdir else inner + os.sep
        return decoding.name_of(self._sources[folder] + name).replace(os.sep, "/")

    def unreadable(self, folder: str, error: OSError) -> None:
        report = Report(self.source_of(folder))
        is_gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
        remedy = "bring the folder back" if is_gone else "let this user read the folder"
        _report_unreadable(error, report, remedy)
        self.findings.extend(report.findings)

    def leads_out(self, entry: os.DirEntry[str]) -> bool:
        """Tell whether an entry is a link to what lies elsewhere; the root itself may be one."""
        return entry.is_symlink() and not _is_within(entry.path, self._root)

    def _strange(self, entry: os.DirEntry[str]) -> bool:
        """Refuse a folder that lies elsewhere."""
        if not self.leads_out(entry):
            return False
        report = Report(self.source_of(entry.path))
        _report_strange(report, _CONTENT)
        self.findings.extend(report.findings)
        return True

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """List a folder, but a folder seen before is empty: links may lead round in a circle."""
        try:
            status = Path(folder).stat()
            if (status.st_dev, status.st_ino) in self._seen:
                return []
            self._seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self.unreadable(folder, error)
            return []
        return sorted(visible, key=lambda entry: entry.name)

    def _is_qa(self, entry: os.DirEntry[str]) -> bool:
        if _is_apart(entry):
            return False
        name = entry.name.casefold()
        if name.endswith(_OTHER_ENDINGS):
            report = Report(self.source_of(entry.path))
            report.warning("ending", 0, "the file is not read", "rename it to end in .md")
            self.findings.extend(report.findings)
        return name.endswith(".md")


def _is_apart(entry: os.DirEntry[str]) -> bool:
    """Tell what is read in no folder: notes, the folder's own page, what is hidden, folders."""
    name = entry.name.casefold()
    return name.startswith(("_", ".")) or name == "readme.md" or _is_folder(entry)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    # A link to itself is none, and is reported when it is read.
    with suppress(OSError):
        return entry.is_dir()
    return False


def _read_file(entry: os.DirEntry[str], scan: _Scan, remembered: ParseCache) -> Parsed:
    source = scan.source_of(entry.path)
    if scan.leads_out(entry):
        report = Report(source)
        _report_strange(report, _CONTENT)
        return Parsed(parsing.slug_of(source), report.source, None, report.findings)
    try:
        status = entry.stat()
        if (known := remembered.find(source, status)) is not None:
            return known
        parsed = parsing.parse(_read_bytes(Path(entry.path)), source)
    except OSError as error:
        report = Report(source)
        _report_unreadable(error, report)
        return Parsed(parsing.slug_of(source), report.source, None, report.findings)
    remembered.put(source, status, parsed)
    return parsed


def _opened(path: Path) -> BufferedReader:
    """Open a file that has an end: to open a pipe may wait for ever, and so may reading on."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "a pipe, a socket or a device, and no file")
    return path.open("rb")


def _read_bytes(path: Path) -> bytes:
    """Read a file, but not more of it than shows that it is too large."""
    with _opened(path) as file:
        return file.read(decoding.LARGEST + 1)


def _is_within(path: Path | str, folder: Path) -> bool:
    """Tell whether a path, its links followed, lies in a folder; also one that leads nowhere."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _report_strange(report: Report, folder: str) -> None:
    report.error(
        "unreadable", 0, f"it is a link that leads out of {folder}", "put a copy of it there"
    )


def _report_unreadable(
    error: OSError, report: Report, remedy: str = "make it readable, or remove it"
) -> None:
    report.error("unreadable", 0, f"it cannot be read ({error.strerror or error})", remedy)
