"""What became of each line of the input."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.content.importing.parts import Part
from pipeline.content.importing.roles import Role


@dataclass(frozen=True, slots=True)
class LineAccount:
    """What a line, or a part of it, was taken for."""

    #: From 1.
    line: int
    role: Role
    #: The Q&A that it belongs to; ``None`` for what belongs to the page.
    slug: str | None = None


def settle(page: str, parts: Iterable[tuple[Part, str | None]]) -> tuple[LineAccount, ...]:
    r"""Account for every line of a page with ``\n`` line ends.

    Args:
        page: The input.
        parts: Each with the slug of the Q&A that it is a part of.
    """
    lines = page.split("\n")
    if lines[-1] == "":
        lines.pop()
    found: dict[int, list[LineAccount]] = {}
    for part, slug in sorted(parts, key=lambda each: each[0].order):
        for run in part.block.runs:
            if not run.text.strip():
                continue
            account = LineAccount(run.line, part.role, slug)
            entries = found.setdefault(run.line, [])
            if account not in entries:
                entries.append(account)
    accounts: list[LineAccount] = []
    for number, line in enumerate(lines, 1):
        # A line of tags alone has no text of its own.
        rest = Role.FURNITURE if line.strip() else Role.BLANK
        accounts += found.get(number) or [LineAccount(number, rest)]
    return tuple(accounts)
