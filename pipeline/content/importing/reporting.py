"""What an import did, as JSON and as sentences."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from pipeline.content.importing.files import FileImport
from pipeline.content.importing.roles import Role


def as_json(imports: Iterable[FileImport]) -> dict[str, Any]:
    """Give the document that ``mailbag import --json`` prints."""
    return {"files": [_file(each) for each in imports]}


def summary(imports: Iterable[FileImport], *, dry_run: bool = False) -> tuple[str, ...]:
    """Give the lines that ``mailbag import`` prints: what was made, what to look at."""
    lines: list[str] = []
    for each in imports:
        lines += _sentences(each, dry_run=dry_run)
    return tuple(lines)


def _file(each: FileImport) -> dict[str, Any]:
    document: dict[str, Any] = {
        "source": each.source,
        "created": list(each.created),
        "existing": list(each.existing),
        "drafts": [{"slug": slug, "doubts": list(doubts)} for slug, doubts in each.doubts],
        "lines": [
            {"line": line.line, "as": line.role.value, "slug": line.slug} for line in each.lines
        ],
    }
    if each.error is not None:
        document["error"] = {
            "exit": each.error.exit,
            "place": each.error.place,
            "message": each.error.message,
            "remedy": each.error.remedy,
        }
    return document


def _sentences(each: FileImport, *, dry_run: bool) -> list[str]:
    if each.error is not None and not each.lines:
        return [str(each.error)]
    made = "would be created" if dry_run else "created"
    lines = [
        f"{each.source}: {_count(len(each.created))} {made}, {len(each.existing)} already there"
    ]
    doubts = dict(each.doubts)
    for slug in each.created:
        reason = f" (draft: {'; '.join(doubts[slug])})" if slug in doubts else ""
        lines.append(f"  {slug}{reason}")
    lines += [f"  {slug}: already there" for slug in each.existing]
    if not each.created and not each.existing:
        lines.append(
            "  no question was found; questions begin with `Q:`, `Question 1` or `Dear …,`"
        )
    unknown = [account.line for account in each.lines if account.role is Role.UNKNOWN]
    if unknown:
        lines.append(f"  left out, because nobody can tell what it is: {_ranges(unknown)}")
    if each.error is not None:
        lines.append(str(each.error))
    return lines


def _count(number: int) -> str:
    return f"{number} Q&A" if number == 1 else f"{number} Q&As"


def _ranges(numbers: list[int]) -> str:
    """Write line numbers as people do: ``lines 4-6, 9``."""
    ordered = sorted(set(numbers))
    texts = []
    for _, group in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        texts.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return f"{'line' if len(ordered) == 1 else 'lines'} {', '.join(texts)}"
