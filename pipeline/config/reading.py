"""Edge: reads ``newsletter.toml`` and says what is wrong with it to a person."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from pipeline.config import unknown, wording
from pipeline.config.sections import Document, EngineKind, Smtp
from pipeline.config.source import FILE_NAME, PLACEHOLDER, Source
from pipeline.errors import ConfigError
from pipeline.store import location

__all__ = ["FILE_NAME", "PLACEHOLDER", "Settings", "find_site", "named_site", "parse", "read"]


@dataclass(frozen=True, slots=True)
class Settings:
    """A site and what its operator set."""

    #: The folder that holds ``newsletter.toml``; relative paths count from it.
    site: Path
    document: Document
    #: Lines of the toml that still hold ``CHANGE-ME``.
    placeholders: tuple[int, ...] = ()
    source: Source = field(default_factory=lambda: Source(""), repr=False, compare=False)

    def place(self, table: str, key: str) -> str:
        """Give the line that sets a key, for an error that is found out later."""
        return self.source.place(table, key)

    def path(self, name: str) -> Path:
        """Resolve a path of the toml."""
        try:
            return self.site / Path(name).expanduser()
        except RuntimeError as error:  # ~somebody, whom this machine does not know
            raise ConfigError(
                f"{name}: nobody here has that home folder",
                place=FILE_NAME,
                remedy="write the whole path",
            ) from error


def find_site(start: Path) -> Path:
    """Look for the site from a folder upwards."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise ConfigError(
        f"no {FILE_NAME} here or in any folder above",
        place=str(start),
        remedy="go to your newsletter's folder, name it with --site DIR, "
        "or make one with `mailbag init DIR`",
    )


def named_site(folder: Path) -> Path:
    """Take the folder a person named; one above it would be another newsletter."""
    if (folder / FILE_NAME).is_file():
        return folder.resolve()
    raise ConfigError(
        f"no {FILE_NAME} in it" if folder.is_dir() else "there is no such folder",
        place=str(folder),
        remedy="name the newsletter's folder in --site or MAILBAG_SITE",
    )


def read(site: Path) -> Settings:
    """Read a site's settings, or say everything that is wrong with them."""
    path = site / FILE_NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}",
            place=str(path),
            remedy="see that it is a file you may read",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            "is not UTF-8", place=f"{FILE_NAME}:{line}", remedy="save the file as UTF-8"
        ) from error
    return parse(text, site=site)


def parse(text: str, *, site: Path) -> Settings:
    """Make settings of the toml's text."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _place_of_syntax(str(error))
        raise ConfigError(f"is not TOML: {error}", place=place, remedy="mend that line") from error
    source = Source(text)
    found = [*unknown.name_unknown(table, source)]
    try:
        document = Document.model_validate(unknown.without_unknown(table))
    except ValidationError as error:
        meant = {problem.remedy for problem in found}
        found += wording.name_invalid(error, source, already=meant)
        raise _as_one(found) from error
    found += _named_twice(document, source)
    found += _engine_without_server(document, source)
    if found:
        raise _as_one(found)
    return Settings(site, document, source.placeholders, source)


def _named_twice(document: Document, source: Source) -> Iterator[ConfigError]:
    """Name each backup that is a relay above it: it could not be used when that one cannot."""
    relays = [(it.host.lower(), it.port, it.username) for it in _all_relays(document)]
    for number, relay in enumerate(relays[1:]):
        if relay in relays[: number + 1]:
            yield ConfigError(
                f"[[smtp_backup]] is {relay[0]}:{relay[1]} once more",
                place=source.place("smtp_backup", "host", number),
                remedy="name another relay, or another account there",
            )


def _engine_without_server(document: Document, source: Source) -> Iterator[ConfigError]:
    """Refuse workers on many machines where the ledger is a file on one."""
    kind, url = document.engine.kind, document.database.url
    if kind is EngineKind.PROCRASTINATE and not location.is_server(url):
        yield ConfigError(
            "workers on many machines need a ledger in PostgreSQL",
            place=source.place("engine", "kind"),
            remedy='set url = "postgresql://user@host/database" in [database],'
            ' or kind = "local" here',
        )


def _all_relays(document: Document) -> tuple[Smtp, ...]:
    return (document.smtp, *document.smtp_backup)


def _as_one(problems: Iterable[ConfigError]) -> ConfigError:
    """Make one error of all, a line each, in the order of the file."""
    *others, last = sorted(problems, key=_line_number)
    if not others:
        return last
    first = others[0]
    after_first = [
        str(other) for other in (*others[1:], ConfigError(last.message, place=last.place))
    ]
    remedy = f"; {first.remedy}" if first.remedy else ""
    return ConfigError(
        "\n".join([f"{first.message}{remedy}", *after_first]),
        place=first.place,
        remedy=last.remedy,
    )


def _line_number(problem: ConfigError) -> int:
    number = problem.place.partition(":")[2]
    return int(number) if number.isdigit() else 0


def _place_of_syntax(message: str) -> str:
    line = re.search(r"line (\d+)", message)
    return f"{FILE_NAME}:{line[1]}" if line else FILE_NAME
