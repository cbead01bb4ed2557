"""Signs in a file that turn the direction of a text and do not turn it back."""

import re
from collections.abc import Iterator
from itertools import islice

from pipeline.content.report import Report
from pipeline.model import bidi

#: So many are reported; the rest is the same story.
_ENOUGH = 10

#: Where Markdown begins another block without an empty line: headings, items, quotes, rows.
_BLOCK = re.compile(r"\s*(?:#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|>|\||`{3}|~{3})")


def check(text: str, report: Report) -> None:
    """Report what is unbalanced in its paragraph; each line of front matter is one of its own."""
    if not bidi.is_turned(text):
        return
    faults = (
        (line, column, sign)
        for first, lines in _paragraphs(text.split("\n"))
        for line, column, sign in _faults(first, lines)
    )
    for line, column, sign in islice(faults, _ENOUGH):
        report.error("bidi", line, *bidi.words(sign), column=column)


def check_value(key: str, text: str, line: int, report: Report) -> None:
    r"""Report what an escape such as ``"\u202e"`` brought into a value of the front matter."""
    if report.has("bidi"):
        # The signs themselves were found in the file.
        return
    for _, sign in islice(bidi.unbalanced(text), 1):
        message, remedy = bidi.words(sign)
        report.error("bidi", line, f"in `{key}`, {message}", remedy, column=1)


def _paragraphs(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut lines into paragraphs, each with the number of its first line."""
    in_front_matter = bool(lines) and lines[0].rstrip() == "---"
    first, gathered = 1, list[str]()
    for number, line in enumerate(lines, 1):
        if not line.strip() or _BLOCK.match(line) or in_front_matter:
            yield first, gathered
            first, gathered = number, []
        if number > 1 and line.rstrip() == "---":
            in_front_matter = False
        gathered.append(line)
    yield first, gathered


def _faults(first: int, lines: list[str]) -> Iterator[tuple[int, int, str]]:
    paragraph = "\n".join(lines)
    for place, sign in bidi.unbalanced(paragraph):
        before = paragraph[:place]
        column = place - (before.rfind("\n") + 1) + 1
        yield first + before.count("\n"), column, sign
