"""The entries of a front matter by their keys, each key spelled as the tables spell it."""

from dataclasses import dataclass

from pipeline.content import entries, keys
from pipeline.content.front_matter import FrontMatter
from pipeline.content.report import Report
from pipeline.content.yaml_nodes import Entry, Mapping


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
        within = entry.value.entries if isinstance(entry.value, Mapping) else ()
        for one in (entry, *within):
            if "#" in parts.yaml:
                _report_swallowed(one, parts, report)
            _report_open_quote(one, parts, report)
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
    key = keys.ours(entry.key)
    swallowed = entries.swallowed_comment(
        entry, parts.yaml, parts.first_line, is_text=key in keys.TEXTS
    )
    if not swallowed:
        return
    message = f"`{swallowed}` is taken as a comment, not as a part of `{entry.key}`"
    if key in keys.EXAMPLES or key in keys.DRAFT_SWITCHES:
        # No such value holds a `#`.
        report.warning("comment", entry.line, message, "write a blank after the `#`")
    elif swallowed[1:2].isspace():
        remedy = "put the value in quotes, or write two blanks before a comment"
        report.note("comment", entry.line, message, remedy)
    else:
        remedy = "put the value in quotes; if it is a comment, write `  # ` before it"
        report.warning("comment", entry.line, message, remedy)


def _report_open_quote(entry: Entry, parts: FrontMatter, report: Report) -> None:
    if entries.has_open_quote(entry, parts.yaml, parts.first_line):
        report.warning(
            "quote",
            entry.line,
            f"the `'` before `{entry.key}` is taken as a part of it: none ends the quotation",
            "end the quotation, or put all of it in double quotes",
        )
