"""What somebody meant to replace and left."""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering import text_places
from pipeline.rendering.text_places import Passage

_LEFT_OVER = re.compile(r"\b(?:TK|TODO|FIXME)\b|(?i:lorem\s+ipsum)|\{\{|\{%")


def words(text: str, line: int) -> Passage:
    """Take a text of one line."""
    return text_places.passage([(text, line)])


def find(text: str) -> re.Match[str] | None:
    """Find the first of what somebody meant to replace."""
    return _LEFT_OVER.search(text)


def check(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor or a theme wrote; what readers write is theirs."""
    found = find(passage.text)
    if found:
        yield Finding(
            id="text/left-over",
            level=Level.WARNING,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} holds {found[0]!r}, which looks unfinished",
            remedy="finish or remove it",
        )
