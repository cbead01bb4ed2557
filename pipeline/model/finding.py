"""Something that a check noticed."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from pipeline.errors import MailbagError

_PLACE = re.compile(r"(.*?)(?::(\d+)(?::(\d+))?)?", re.DOTALL)


def split_place(place: str) -> tuple[str, int, int]:
    """Take ``path:line:column`` apart; line and column are 0 where it has none."""
    found = _PLACE.fullmatch(place)
    source, line, column = found.groups("0") if found else (place, "0", "0")
    return source, int(line), int(column)


class Level(StrEnum):
    """How bad a finding is."""

    #: It must not go out like this.
    ERROR = "error"
    #: It can go out; somebody should look.
    WARNING = "warning"
    #: Worth knowing.
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was noticed, where, and what to do about it."""

    #: A stable name such as ``content/date`` or ``size/clip``.
    id: str
    level: Level
    #: The file it stands in, relative to the site; empty when it stands in none.
    source: str = ""
    #: From 1; 0 when it has no line.
    line: int = 0
    #: From 1; 0 when it has no column.
    column: int = 0
    message: str
    remedy: str = ""
    #: Why an editor wants to hear no more of it in this issue; empty unless one said so.
    silenced: str = ""

    @property
    def place(self) -> str:
        """The place as editors know it: ``path``, ``path:line`` or ``path:line:column``."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.source, *numbers]) if self.source else ""

    def at(self, place: str) -> Self:
        """Give the finding another place, such as ``path:line:column``."""
        source, line, column = split_place(place)
        return replace(self, source=source, line=line, column=column)

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.message}" + (f", {self.remedy}" if self.remedy else "")


def of_error(error: MailbagError, name: str, level: Level) -> Finding:
    """Make a finding of what was refused."""
    found = Finding(id=name, level=level, message=error.message, remedy=error.remedy)
    return found.at(error.place)
