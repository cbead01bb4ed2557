"""How bad a site holds what the checks found, and what an editor silenced."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.model.finding import Finding, Level
from pipeline.model.finding_ids import GUARDS, covers


@dataclass(frozen=True, slots=True)
class Silence:
    """An editor's word that a finding of one issue is known and right."""

    #: A finding's name, or that of a group.
    name: str
    reason: str
    #: The line of the issue's file that says so.
    line: int = field(default=0, compare=False)


def settle(
    findings: Iterable[Finding],
    levels: Mapping[str, Level | None],
    silences: Iterable[Silence] = (),
) -> tuple[Finding, ...]:
    """Give each finding the site's level, and silence what an editor silenced.

    ``None`` is the level of what the site does not want to hear of. An error guards the send: what
    the checks hold for one is not lowered, and one that the site made is not silenced either.
    """
    said = tuple(silences)
    return tuple(
        settled if settled.level is Level.ERROR else _silenced(settled, said)
        for finding in findings
        if (settled := _with_level(finding, levels)) is not None
    )


def unused(
    findings: Iterable[Finding], silences: Iterable[Silence], source: str
) -> Iterator[Finding]:
    """Report the silences of an issue's file that silence nothing."""
    names = tuple((finding.id, finding.level) for finding in findings)
    for silence in silences:
        meant = {level for name, level in names if covers(silence.name, name)}
        if silence.name in GUARDS and not meant:
            yield Finding(
                id="issue/silence",
                level=Level.WARNING,
                source=source,
                line=silence.line,
                message=f"`silence` names {silence.name}, which is always an error and cannot be"
                " silenced",
                remedy="take it out",
            )
        elif not meant:
            yield Finding(
                id="issue/silence",
                level=Level.NOTE,
                source=source,
                line=silence.line,
                message=f"`silence` names {silence.name}, which this issue does not have",
                remedy="take it out",
            )
        elif meant == {Level.ERROR}:
            yield Finding(
                id="issue/silence",
                level=Level.WARNING,
                source=source,
                line=silence.line,
                message=f"`silence` names {silence.name}, an error here, which guards the send",
                remedy="mend what it says, and take it out here",
            )


def is_at(finding: Finding, level: Level) -> bool:
    """Tell whether a finding is at least so bad, and nobody silenced it."""
    order = list(Level)
    return not finding.silenced and order.index(finding.level) <= order.index(level)


def _with_level(finding: Finding, levels: Mapping[str, Level | None]) -> Finding | None:
    # The longest name is the one that says most.
    name = max((name for name in levels if covers(name, finding.id)), key=len, default=None)
    if name is None or finding.level is Level.ERROR:
        return finding
    level = levels[name]
    return None if level is None else replace(finding, level=level)


def _silenced(finding: Finding, silences: tuple[Silence, ...]) -> Finding:
    for silence in sorted(silences, key=lambda one: -len(one.name)):
        if covers(silence.name, finding.id):
            return replace(finding, silenced=silence.reason)
    return finding
