"""Edge: reads ``newsletter.toml`` and says what is wrong with it to a person."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.config.sections import Document
from pipeline.errors import ConfigError

FILE_NAME = "newsletter.toml"

#: What ``mailbag init`` writes where a person must decide; a real send refuses while it stands.
PLACEHOLDER = "CHANGE-ME"

#: Tables of later releases: refused like unknown ones, with this reason.
_LATER = {
    "dkim": "DKIM signing is not there yet; let the relay sign",
    "smtp_backup": "a second relay is not there yet",
    "providers": "rates for one mailbox provider are not there yet",
    "engine": "many senders are not there yet",
    "engagement": "mailbag does not follow its readers",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A site and what its operator set."""

    #: The folder that holds ``newsletter.toml``; relative paths count from it.
    site: Path
    document: Document
    #: Lines of the toml that still hold ``CHANGE-ME``.
    placeholders: tuple[int, ...] = ()

    def path(self, name: str) -> Path:
        """Resolve a path of the toml."""
        return self.site / Path(name).expanduser()


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


def read(site: Path) -> Settings:
    """Read a site's settings, or say everything that is wrong with them."""
    path = site / FILE_NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"is not UTF-8 (byte {error.start})", place=FILE_NAME, remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="see that it is there"
        ) from error
    return parse(text, site=site)


def parse(text: str, *, site: Path) -> Settings:
    """Make settings of the toml's text."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _place_of_syntax(str(error))
        raise ConfigError(f"is not TOML: {error}", place=place, remedy="mend that line") from error
    problems = [*_unknown(table, text)]
    if not problems:
        try:
            document = Document.model_validate(table)
        except ValidationError as error:
            problems = [*_invalid(error, text)]
        else:
            lines = tuple(
                number
                for number, line in enumerate(text.splitlines(), 1)
                if PLACEHOLDER in line.partition("#")[0]
            )
            return Settings(site, document, lines)
    first, *others = problems
    more = "".join(f"\n{other}" for other in others)
    raise ConfigError(
        f"{first.message}{more and f'; {first.remedy}{more}'}",
        place=first.place,
        remedy="" if more else first.remedy,
    )


def _place_of_syntax(message: str) -> str:
    line = re.search(r"line (\d+)", message)
    return f"{FILE_NAME}:{line[1]}" if line else FILE_NAME


def _place(text: str, table: str, key: str = "") -> str:
    """Find the line of a key, for people; the table's own line when the key has none."""
    inside = ""
    found = 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        if header:
            inside = header[1].replace('"', "").split(".")[0]
            if inside == table and not key:
                return f"{FILE_NAME}:{number}"
            found = found or (number if inside == table else 0)
        elif inside == table and key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return f"{FILE_NAME}:{number}"
    return f"{FILE_NAME}:{found}" if found else FILE_NAME


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _unknown(table: Mapping[str, Any], text: str) -> Iterator[ConfigError]:
    tables = _keys(Document)
    for name, value in table.items():
        if name in _LATER:
            yield ConfigError(
                f"[{name}] cannot be used: {_LATER[name]}",
                place=_place(text, name),
                remedy="take it out",
            )
        elif name not in tables:
            what = f"table [{name}]" if isinstance(value, Mapping | list) else f"key {name!r}"
            yield ConfigError(
                f"unknown {what}", place=_place(text, name), remedy=_nearest(name, tables, "[{}]")
            )
        elif not isinstance(value, Mapping):
            yield ConfigError(
                f"{name!r} must be a table", place=_place(text, name), remedy=f"write [{name}]"
            )
        else:
            known = _keys(tables[name].annotation)
            for key in value:
                if key not in known:
                    remedy = (
                        'keep it in a file: password_file = ".secrets/smtp.password", '
                        "or in MAILBAG_SMTP_PASSWORD"
                        if (name, key) == ("smtp", "password")
                        else _nearest(key, known, "{}")
                    )
                    yield ConfigError(
                        f"[{name}] has no key {key!r}", place=_place(text, name, key), remedy=remedy
                    )


def _nearest(word: str, known: Mapping[str, Any], form: str) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {form.format(near[0])}?"
    return f"known are {', '.join(form.format(name) for name in known)}"


def _invalid(error: ValidationError, text: str) -> Iterator[ConfigError]:
    for problem in error.errors():
        where = [str(step) for step in problem["loc"]]
        table, key = where[0], where[1] if len(where) > 1 else ""
        name = f"[{table}] {key}".strip()
        if problem["type"] == "missing":
            message, remedy = f"{name} is missing", "write it down"
        else:
            said = problem["msg"].removeprefix("Value error, ")
            said = said[:1].lower() + said[1:]
            shown = problem["input"]
            value = f" (is {shown!r})" if key and isinstance(shown, str | int | float) else ""
            message, remedy = f"{name}: {said}{value}", "mend it"
        yield ConfigError(message, place=_place(text, table, key), remedy=remedy)
