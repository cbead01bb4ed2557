"""What a style sheet or a style attribute would load from elsewhere: other sheets, and pictures."""

import re
from collections.abc import Iterator

from pipeline.model.finding import Level
from pipeline.rendering.checks import picture_addresses
from pipeline.rendering.validating.style_faults import StyleFault

#: Characters of a sheet that are read.
_LONGEST = 64_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
#: Fonts are no pictures, and what a mail program does not load costs no more than a font.
_FONT = re.compile(r"@(?:font-face|namespace)\b[^{};]*+(?:\{[^{}]*+\})?", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s*(?:url\(|[\"'])[^;]*+", re.IGNORECASE)
_URL = re.compile(
    r"\burl\(\s*(?:\"(?P<double>[^\"\n]*+)\"|'(?P<single>[^'\n]*+)'|(?P<bare>[^\s\"'()]*+))\s*\)",
    re.IGNORECASE,
)


def find(css: str, host: str = "") -> Iterator[StyleFault]:
    """Find what is loaded; ``host`` is that of the newsletter, where there is one."""
    if "@" not in css and "url(" not in css.lower():
        return
    # What is left out keeps its length, so that every place stays.
    text = _blank(_FONT, _blank(_COMMENT, css[:_LONGEST]))
    for found in _IMPORT.finditer(text):
        yield StyleFault(
            "page/foreign-sheet",
            Level.WARNING,
            "a style sheet lies elsewhere, and mail programs do not load it",
            found.start(),
            "write it into <style>, or into the elements",
        )
    for found in _URL.finditer(_blank(_IMPORT, text)):
        address = found["double"] or found["single"] or found["bare"] or ""
        # A part of the page itself, or none.
        if address and not address.startswith("#"):
            for fault in picture_addresses.judge(address, host):
                yield StyleFault(fault.id, fault.level, fault.message, found.start(), fault.remedy)


def _blank(what: re.Pattern[str], text: str) -> str:
    return what.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
