"""Edge: what commands print: lines for people, one JSON document for programs."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from pipeline.model import finding_ids
from pipeline.model.finding import Finding, Level

#: What could steer a terminal: controls but tab and line feed, and marks that turn the direction
#: of writing (CVE-2021-42574). The joiners U+200C and U+200D belong to words and emoji.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}


def plain(text: str) -> str:
    """Make hostile text, such as a relay's reply, harmless on a terminal."""
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def say(text: str = "") -> None:
    """Print a line for a person."""
    click.echo(plain(text))


def warn(text: str) -> None:
    """Print a line on stderr, where it does no harm to what a program reads."""
    click.echo(plain(text), err=True)


def as_json(value: Mapping[str, Any]) -> str:
    """Write a document; what could steer a terminal is escaped as JSON does it."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=encoding != "utf8", indent=2)
    # Outside of strings JSON has no such character, so that every one found is in a string.
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def document(value: Mapping[str, Any]) -> None:
    """Print the one document of ``--json``."""
    click.echo(as_json(value))


def finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "source": finding.source,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "remedy": finding.remedy,
        "silenced": finding.silenced or None,
        "docs": finding_ids.page_of(finding.id),
    }


def findings(found: Iterable[Finding]) -> None:
    """Print findings, worst first, each ``path:line: problem, remedy``, and its name."""
    order = list(Level)

    def rank(finding: Finding) -> tuple[bool, int, str, int, int]:
        level = order.index(finding.level)
        return bool(finding.silenced), level, finding.source, finding.line, finding.column

    for finding in sorted(found, key=rank):
        word = "silenced" if finding.silenced else finding.level.value
        colour = None if finding.silenced else _COLOURS[finding.level]
        reason = f" ({plain(finding.silenced)})" if finding.silenced else ""
        name = click.style(f"[{finding.id}]", dim=True)
        level = click.style(word, fg=colour, bold=True)
        # A line break of a hostile page would begin a line that looks like one of ours.
        sentence = plain(str(finding)).replace("\n", "\\n")
        click.echo(f"{level}: {sentence}{reason} {name}")


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Print columns, as wide as their widest cell."""
    every = [[_cell(text) for text in row] for row in ([head] if head else []) + list(rows)]
    if not every:
        return
    widths = [max(len(row[column]) for row in every) for column in range(len(every[0]))]
    for number, row in enumerate(every):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        line = "  ".join(cells).rstrip()
        click.echo(click.style(line, bold=True) if head and number == 0 else line)


def _cell(text: str) -> str:
    """Keep a cell on its line."""
    return plain(text.replace("\n", " "))


def plural(count: int, one: str, many: str = "") -> str:
    """Give ``1 reader`` or ``2 readers``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
