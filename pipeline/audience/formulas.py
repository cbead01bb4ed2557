"""Cells that a spreadsheet would run: written with ``'`` before them, read without.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is a formula to
spreadsheets, and a reader's name can be one. Quotes that stood there before are kept apart by one
more, so that every text comes back as it was.
"""

import re

_WRITTEN = re.compile(r"'*[=+\-@\t\r]")
_READ = re.compile(r"'+[=+\-@\t\r]")


def safe(cell: str) -> str:
    """Give the cell as it may be written."""
    return f"'{cell}" if _WRITTEN.match(cell) else cell


def bare(cell: str) -> str:
    """Give the cell as it was before :func:`safe`."""
    return cell[1:] if cell[:1] == "'" and _READ.match(cell) else cell
