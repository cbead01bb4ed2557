"""Lengths of time as people write them in the toml: ``6h``, ``90m``, ``1d 12h``."""

import re
from datetime import timedelta

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_WHOLE = re.compile(rf"{_PART.pattern}(\s*{_PART.pattern})*")


def parse_duration(text: str) -> timedelta:
    """Read a length of time; units s, m, h, d and w. Raises ValueError with a sentence."""
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is no length of time; write such as '6h' or '1d 12h'")
    return sum((int(count) * _UNITS[unit] for count, unit in _PART.findall(text)), timedelta(0))
