"""Readers -> a CSV file that a spreadsheet cannot be tricked with, and that import reads."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC
from io import StringIO

from pipeline.audience import formulas
from pipeline.model.subscriber import Subscriber

COLUMNS = ("email", "name", "status", "since")


def lines(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """Give the header and a line for each reader, each ended by CRLF (RFC 4180)."""
    yield _line(COLUMNS)
    for subscriber in subscribers:
        yield _line(
            (
                subscriber.address.addr_spec,
                subscriber.address.display_name,
                subscriber.status.value,
                subscriber.since.astimezone(UTC).isoformat(),
            )
        )


def _line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow([formulas.safe(cell) for cell in cells])
    return line.getvalue()
