"""Edge: what commands print: lines for people, one JSON document for programs."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from pipeline.model.finding import Finding, Level

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}


def plain(text: str) -> str:
    """Make hostile text, such as a relay's reply, harmless on a terminal."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def say(text: str = "") -> None:
    """Print a line for a person."""
    click.echo(plain(text))


def document(value: Mapping[str, Any]) -> None:
    """Print the one document of ``--json``."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "source": finding.source,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def findings(found: Iterable[Finding]) -> None:
    """Print findings, worst first, each ``path:line: problem, remedy``."""
    order = list(Level)
    for finding in sorted(found, key=lambda f: (order.index(f.level), f.source, f.line)):
        level = click.style(finding.level.value, fg=_COLOURS[finding.level], bold=True)
        click.echo(f"{level}: {plain(str(finding))}")


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Print columns, as wide as their widest cell."""
    every = [list(head), *map(list, rows)] if head else [list(row) for row in rows]
    if not every:
        return
    widths = [max(len(row[column]) for row in every) for column in range(len(every[0]))]
    for number, row in enumerate(every):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(
            click.style(plain(line.rstrip()), bold=True)
            if head and number == 0
            else plain(line.rstrip())
        )


def plural(count: int, one: str, many: str = "") -> str:
    """Give ``1 reader`` or ``2 readers``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
