"""Everything that the content folder holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.content.parsing import Parsed
from pipeline.model.finding import Finding, Level
from pipeline.model.qa import QA


@dataclass(frozen=True, slots=True)
class Column:
    """The Q&As of a site, and what is wrong with the others."""

    #: In the order of their slugs.
    qas: tuple[QA, ...]
    #: In the order of the files.
    findings: tuple[Finding, ...]
    #: The files that hold no usable QA: slug -> why.
    faulty: Mapping[str, str]


def gather(files: Sequence[Parsed], findings: Sequence[Finding] = ()) -> Column:
    """Put the files of a folder together; ``findings`` are about those that were not read.

    Of two files with one slug neither is used, because nobody knows which was meant.
    """
    by_slug: dict[str, list[Parsed]] = {}
    for parsed in files:
        by_slug.setdefault(parsed.slug, []).append(parsed)
    qas: list[QA] = []
    faulty: dict[str, str] = {}
    noticed = list(findings)
    for slug, same in sorted(by_slug.items()):
        for parsed in _clashing(same) if len(same) > 1 else same:
            noticed.extend(parsed.findings)
            if parsed.qa is not None:
                qas.append(parsed.qa)
            else:
                faulty[slug] = _why(parsed)
    noticed.sort(key=lambda finding: (finding.source, finding.line))
    return Column(tuple(qas), tuple(noticed), faulty)


def _clashing(same: Sequence[Parsed]) -> list[Parsed]:
    """Make each of the files with one slug a faulty one that names the others."""
    return [
        replace(
            parsed,
            qa=None,
            findings=(
                Finding(
                    id="content/duplicate-slug",
                    level=Level.ERROR,
                    source=parsed.source,
                    message=f"the slug `{parsed.slug}` is also that of "
                    + ", ".join(other.source for other in same if other is not parsed),
                    remedy="rename one of the files",
                ),
                *parsed.findings,
            ),
        )
        for parsed in same
    ]


def _why(parsed: Parsed) -> str:
    """Say in a few words why a file holds no usable QA."""
    worst = min(parsed.findings, key=lambda finding: list(Level).index(finding.level))
    return f"{worst.place}: {worst.message}"
