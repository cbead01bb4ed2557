"""What Babel knows of a language: which way it is written, and how it writes a day.

Babel and its data take some 10 ms to read, so they are imported only where something is written.
"""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from pipeline.model.language import canonical, shortened

if TYPE_CHECKING:
    from babel import Locale

#: Scripts written from right to left. Asked only where a tag names a script that Babel has no
#: data for in this language, such as ``ar-Latn``.
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
)


@cache
def find(tag: str) -> "Locale | None":
    """Find Babel's data for a tag, else for what it is a kind of; any well-formed tag may be."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - read only when asked

    for name in shortened(canonical(tag)):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def direction_of(tag: str) -> str:
    """Tell how a language is written: ``rtl`` or ``ltr``."""
    locale = find(tag)
    script = next((part for part in canonical(tag).split("-")[1:] if _is_script(part)), None)
    if script is not None and (locale is None or locale.script != script):
        return "rtl" if script in _RIGHT_TO_LEFT else "ltr"
    return locale.text_direction if locale else "ltr"


def write_date(day: date, tag: str) -> str:
    """Write a day out; as ISO 8601 in a language whose months nobody knows."""
    from babel.dates import format_date  # noqa: PLC0415 - read only when asked

    locale = find(tag)
    # Where CLDR has no names, its months are M01 to M12.
    if locale is None or locale.months["format"]["wide"][day.month] == f"M{day.month:02}":
        return day.isoformat()
    written = format_date(day, "long", locale)
    # The first of a month is an ordinal in French, which CLDR's patterns cannot say.
    return f"1er{written[1:]}" if locale.language == "fr" and day.day == 1 else written


def _is_script(subtag: str) -> bool:
    return len(subtag) == 4 and subtag.isalpha()
