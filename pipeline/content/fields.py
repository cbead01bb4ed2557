"""The entries of a front matter by their keys, each key spelled as the tables spell it."""

from dataclasses import dataclass

from pipeline.content import entries, keys
from pipeline.content.front_matter import FrontMatter
from pipeline.content.report import Report
from pipeline.content.yaml_nodes import Entry


@dataclass(frozen=True, slots=True)
class Fields:
    """The entries of a front matter."""

    by_key: dict[str, Entry]
    #: Every entry was understood; otherwise a key that is not there may stand in a faulty line.
    is_whole: bool


def read(
    parts: FrontMatter,
    report: Report,
    *,
    own: tuple[str, ...],
    others: frozenset[str] = frozenset(),
) -> Fields:
    """Read a front matter, and report what is faulty, doubled or unknown in it.

    ``own`` are the keys that a slip may have been meant for,
    ``others`` those that somebody else looks after.
    """
    document = entries.read(parts.yaml, parts.first_line, texts=keys.TEXTS)
    for fault in document.faults:
        report.error("front-matter", fault.line, fault.message, fault.remedy)
    found: dict[str, Entry] = {}
    for entry in document.entries:
        key = keys.canonical(entry.key)
        first = found.setdefault(key, entry)
        if first is not entry:
            report.error(
                "front-matter",
                entry.line,
                f"`{entry.key}` is written a second time, after line {first.line}",
                "keep one of them",
            )
        elif key not in own and key not in others:
            _report_unknown(key, entry, own, report)
        _report_swallowed(entry, parts, report)
    return Fields(found, is_whole=not document.faults)


def _report_unknown(key: str, entry: Entry, own: tuple[str, ...], report: Report) -> None:
    near = None if key in keys.KEPT else keys.nearest(key, own)
    if near is not None:
        report.warning(
            "unknown-key", entry.line, f"unknown key `{entry.key}`", f"did you mean `{near}`?"
        )
    else:
        report.note("other-key", entry.line, f"`{entry.key}` is kept and not used")


def _report_swallowed(entry: Entry, parts: FrontMatter, report: Report) -> None:
    swallowed = entries.swallowed_comment(entry, parts.yaml, parts.first_line)
    if swallowed:
        report.warning(
            "comment",
            entry.line,
            f"`{swallowed}` is taken as a comment, not as a part of `{entry.key}`",
            "put the value in quotes, or write a blank after the `#`",
        )
