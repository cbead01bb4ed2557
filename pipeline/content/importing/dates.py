"""Dates and reading times as pages print them, even glued together ("Mar 03, 20093 mins")."""

# ruff: noqa: RUF001 - dashes are what is looked for

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    1: "jan january januar janv janvier ene enero gennaio",
    2: "feb february februar fév févr février fevrier febrero febbraio",
    3: "mar march märz maerz mrz mars marzo",
    4: "apr april avr avril abr abril aprile",
    5: "may mai mayo maggio",
    6: "jun june juni juin junio giugno",
    7: "jul july juli juil juillet julio luglio",
    8: "aug august août aout ago agosto",
    9: "sep sept september septembre septiembre settembre",
    10: "oct october okt oktober octobre octubre ottobre",
    11: "nov november novembre noviembre",
    12: "dec december dez dezember déc décembre decembre dic diciembre dicembre",
}
_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "(?P<{}>" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\b\.?"

#: A year may be followed at once by the minutes of a reading time.
_YEAR = r"(?P<{}>(?:19|20)\d\d)(?=\D|$|\d{{1,3}}\s*-?\s*min)"

_DATE = re.compile(
    r"(?:(?<!\w)|(?<=[a-z])(?=(?-i:[A-Z])))(?:"
    + _MONTH.format("month")
    + r"\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*,?\s*"
    + _YEAR.format("year")
    + r"|(?P<day2>\d{1,2})(?:st|nd|rd|th|er|\.)?\s*(?:de\s+|of\s+)?"
    + _MONTH.format("month2")
    + r",?\s*(?:de\s+)?"
    + _YEAR.format("year2")
    + r"|"
    + _YEAR.format("year3")
    + r"[-/.](?P<month3>\d{1,2})[-/.](?P<day3>\d{1,2})(?:[T ]\d\d:\d\d\S{0,12})?(?!\d)"
    + r"|(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)"
    + _YEAR.format("year4")
    + r"|"
    + _MONTH.format("month5")
    + r"\s*,?\s*"
    + _YEAR.format("year5")
    + r")",
    re.IGNORECASE,
)

_READING_TIME = re.compile(
    r"\b\d{1,3}\s*-?\s*min(?:ute)?(?:s|n|en)?(?:\b\.?|(?=(?-i:[A-Z])))(?:\s*(?:de\s+)?(?:read(?:ing)?(?:\s+time)?|lesezeit|lecture|lectura))?"
    r"|\breading\s+time:?",
    re.IGNORECASE,
)

#: What may stand around a date in its line.
_AROUND = re.compile(
    r"\b(?:last\s+)?(?:published|posted|updated|modified|date|datum|first\s+published|stand|vom|am|on|at|um|le|el)\b:?"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b,?"
    r"|\b\d{1,2}:\d\d(?:\s*[ap]\.?m\.?)?(?:\s+(?:[A-Z]{2,4}))?\b"
    r"|\b\d{1,2}\s*[ap]\.?m\.?(?:\s+(?:[A-Z]{2,4}))?\b"
    r"|\b(?:EST|EDT|ET|PST|PDT|PT|CST|CDT|MST|UTC|GMT|CET|CEST|Uhr)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """What a line says about time, and what it says besides."""

    #: ``None`` for a reading time alone, a month without a day, or a day no calendar has.
    on: date | None
    #: The parts of the line before, between and after, without labels and separators.
    rest: tuple[str, ...]


def find(line: str) -> Dated | None:
    """Look for a date or a reading time in a line of a page's head."""
    if len(line) > 200:
        return None
    match = _DATE.search(line)
    marked = _DATE.sub("\0", line)
    timed = _READING_TIME.sub("\0", marked)
    if timed == line:
        return None
    if match is not None:
        timed = _AROUND.sub("\0", timed)
    rest = tuple(part.strip(" \t|·•,;:–—-/()[]") for part in timed.split("\0"))
    return Dated(_day(match) if match else None, tuple(part for part in rest if part))


def _day(match: re.Match[str]) -> date | None:
    found = match.groupdict()
    month = found["month"] or found["month2"]
    year = next(found[key] for key in ("year", "year2", "year3", "year4", "year5") if found[key])
    if month:
        return _date(int(year), _NUMBERS[month.lower()], int(found["day"] or found["day2"]))
    if found["month3"]:
        return _date(int(year), int(found["month3"]), int(found["day3"]))
    if found["first"]:
        return _numeric(int(year), int(found["first"]), int(found["second"]), found["mark"])
    return None


def _numeric(year: int, first: int, second: int, mark: str) -> date | None:
    """Read 03.04.2009 as the 3rd of April; 03/04/2009 is either, so it is no day."""
    if mark == "." or first > 12:
        return _date(year, second, first)
    return _date(year, first, second) if second > 12 or first == second else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
