"""What somebody meant to replace and left."""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.prose import text_places
from pipeline.rendering.prose.text_places import Passage

_LEFT_OVER = re.compile(r"\b(?:TK|TODO|FIXME)\b|(?i:lorem\s+ipsum)|\{\{|\{%")


def words(text: str, line: int) -> Passage:
    """Take a text of one line."""
    return text_places.passage([(text, line)])


def find(text: str) -> Iterator[re.Match[str]]:
    """Find what somebody meant to replace, each kind of it once."""
    seen: set[str] = set()
    for found in _LEFT_OVER.finditer(text):
        kind = " ".join(found[0].lower().split())
        if kind not in seen:
            seen.add(kind)
            yield found


def check(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor or a theme wrote; what readers write is theirs."""
    for found in find(passage.text):
        yield Finding(
            id="text/left-over",
            level=Level.WARNING,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} holds {found[0]!r}, which looks unfinished",
            remedy="finish or remove it",
        )
