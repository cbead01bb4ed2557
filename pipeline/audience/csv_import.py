"""A CSV file with the columns ``email,name,...`` -> readers, one at a time.

The file is read as a stream, so a long one takes no memory; only the lines that were refused are
kept. What makes the whole file unusable is an exception, raised before or while readers are
taken, so whoever stores them does it in one transaction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from pipeline.audience import addresses, formulas, providers, suppression
from pipeline.audience.csv_records import LineReader, Record, records
from pipeline.errors import ConfigError
from pipeline.model.address import Address
from pipeline.model.controls import has_control
from pipeline.model.subscriber import NewSubscriber

#: What a column may be called, without case, blanks, hyphens and underscores; the first one wins.
EMAIL = ("email", "emailaddress", "mail", "mailaddress", "address", "addr")
NAME = ("name", "fullname", "displayname", "realname")
FIRST_NAME = ("firstname", "givenname", "forename", "fname")
LAST_NAME = ("lastname", "surname", "familyname", "lname")
STATUS = ("status",)
#: Lists of other programs hold people who left; they did not ask to come back.
_GETS_IT = frozenset({"", "active", "subscribed", "confirmed", "enabled", "yes", "true", "1"})

_DELIMITERS = ",;\t"
_NO_LETTER = re.compile(r"[\s_-]+")
_BLANKS = re.compile(r"\s+")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that is not imported."""

    #: In the file, from 1.
    line: int
    #: A sentence without a full stop.
    reason: str


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a record things stand."""

    email: int
    name: int | None
    first_name: int | None
    last_name: int | None
    status: int | None


class ReaderList:
    """The readers of one file, to be gone through once.

    Made from the file's first line; raises ConfigError when there is none or it names no column
    for addresses. Going through it raises ConfigError at the first byte that is not UTF-8.
    """

    def __init__(self, file: BinaryIO, *, source: str, suppression_key: bytes) -> None:
        #: What was refused so far.
        self.refused: list[RefusedLine] = []
        self._source = source
        self._key = suppression_key
        self._lines = LineReader(file, source)
        self._delimiter, self._columns = _header(self._lines, source)

    def __iter__(self) -> Iterator[tuple[int, NewSubscriber]]:
        """Give each good line's number and reader. The same address may come twice."""
        read = partial(_read, self._columns, addresses.AddressReader(), self._key)
        for record in records(self._lines, self._delimiter):
            if not record.fault and not any(record.fields):
                continue
            try:
                yield record.line, read(record, f"import {self._source}:{record.line}")
            except ValueError as error:
                self.refused.append(RefusedLine(record.line, str(error)))


def _read(
    columns: _Columns, reader: addresses.AddressReader, key: bytes, record: Record, consent: str
) -> NewSubscriber:
    """Read one record. Raises ValueError with a sentence."""
    if record.fault:
        raise ValueError(record.fault)
    text = _field(record, columns.email)
    if not text:
        raise ValueError("there is no address")
    status = _field(record, columns.status)
    if status.lower() not in _GETS_IT:
        raise ValueError(f"the status is {status[:40]!r}")
    addr_spec = reader.parse_addr_spec(text)
    canonical = addresses.canonical(addr_spec)
    return NewSubscriber(
        address=Address(addr_spec, _name(columns, record)),
        canonical=canonical,
        fingerprint=suppression.fingerprint(key, canonical),
        provider=providers.provider_of(canonical),
        consent=consent,
    )


def _field(record: Record, column: int | None) -> str:
    if column is None or column >= len(record.fields):
        return ""
    return formulas.bare(record.fields[column].strip())


def _name(columns: _Columns, record: Record) -> str:
    name = _field(record, columns.name)
    if not name:
        parts = (_field(record, columns.first_name), _field(record, columns.last_name))
        name = " ".join(filter(None, parts))
    # A tab is a blank to who fills in a table; whoever breaks a line within a name means something.
    if has_control(name.replace("\t", " ")):
        raise ValueError("the name holds a control character, such as a line break")
    name = _BLANKS.sub(" ", name).strip()
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the name is longer than {_LONGEST_NAME} characters")
    return name


def _header(lines: LineReader, source: str) -> tuple[str, _Columns]:
    """Read the first line that holds something; its delimiter is the one that finds addresses."""
    first = lines.next()
    while first is not None and not first.fault and not first.text.strip():
        first = lines.next()
    if first is None:
        raise ConfigError(
            "the file is empty", place=source, remedy="its first line names the columns: email,name"
        )
    place = f"{source}:{first.number}"
    names: list[str] = []
    for delimiter in _DELIMITERS:
        lines.give_back([first])
        record = next(records(lines, delimiter))
        if record.fault:
            raise ConfigError(record.fault, place=place, remedy="save it as 'CSV UTF-8' again")
        found = [_NO_LETTER.sub("", name).lower() for name in record.fields]
        email = _column(found, EMAIL, place)
        if email is not None:
            return delimiter, _Columns(
                email=email,
                name=_column(found, NAME, place),
                first_name=_column(found, FIRST_NAME, place),
                last_name=_column(found, LAST_NAME, place),
                status=_column(found, STATUS, place),
            )
        names = max(names, record.fields, key=len)
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:10])
    raise ConfigError(
        f"there is no column 'email'; the first line has {shown}",
        place=place,
        remedy="name the column with the addresses 'email'",
    )


def _column(names: list[str], synonyms: tuple[str, ...], place: str) -> int | None:
    for synonym in synonyms:
        if names.count(synonym) > 1:
            raise ConfigError(
                f"two columns are called {synonym!r}", place=place, remedy="rename one of them"
            )
        if synonym in names:
            return names.index(synonym)
    return None
