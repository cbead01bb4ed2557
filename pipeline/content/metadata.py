"""The front matter of a QA file -> what it says about the QA."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.content import fields, keys, values
from pipeline.content.front_matter import FrontMatter
from pipeline.content.report import Report
from pipeline.content.yaml_nodes import Entry
from pipeline.model.qa import Inspiration, QAStatus

_OTHERS = frozenset(keys.TAKEN_AS.keys() | keys.DRAFT_SWITCHES.keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Everything about a QA but its two texts; values that are faulty or missing are ``None``."""

    title: str | None
    asked_by: str | None
    asked_on: date | None
    answered_by: str | None
    topics: tuple[str, ...]
    status: QAStatus
    not_before: date | None
    priority: int
    inspired_by: Inspiration | None
    bio: str | None
    language: str | None
    #: The line of each key, as our tables spell it.
    lines: Mapping[str, int]


def read(parts: FrontMatter, report: Report) -> Metadata:
    """Read the front matter of a QA file."""
    written = fields.read(parts, report, own=keys.QA_KEYS, others=_OTHERS)
    found = _with_borrowed(written.by_key, report)
    if written.is_whole:
        _report_missing(found, parts.first_line - 1, report)
    return Metadata(
        title=values.one_line(found.get("title"), report, values.LONGEST_TITLE),
        asked_by=values.name(found.get("asked_by"), report),
        asked_on=values.day(found.get("asked_on"), report),
        answered_by=values.name(found.get("answered_by"), report),
        topics=values.words(_topics(written.by_key), report),
        status=_status(found, report),
        not_before=values.day(found.get("not_before"), report),
        priority=values.whole_number(found.get("priority"), report, "priority") or 0,
        inspired_by=values.inspiration(found.get("inspired_by"), report),
        bio=values.one_line(found.get("bio"), report),
        language=values.language(found.get("language"), report),
        lines={key: entry.line for key, entry in found.items()},
    )


def _topics(written: Mapping[str, Entry]) -> list[Entry]:
    """Give what names the topics: our own key, else every key that other tools have for them."""
    if "topics" in written:
        return [written["topics"]]
    return [entry for key, entry in written.items() if keys.TAKEN_AS.get(key) == "topics"]


def _with_borrowed(written: Mapping[str, Entry], report: Report) -> dict[str, Entry]:
    """Let the keys of other tools stand in for ours where ours are not written."""
    found = dict(written)
    for key, entry in written.items():
        ours = keys.TAKEN_AS.get(key)
        if ours is None:
            continue
        if ours in written:
            report.note("other-key", entry.line, f"`{entry.key}` is not used beside `{ours}`")
        else:
            found.setdefault(ours, entry)
            report.note("other-key", entry.line, f"`{entry.key}` is taken as `{ours}`")
    return found


def _report_missing(found: Mapping[str, Entry], fence_line: int, report: Report) -> None:
    title, status = found.get("title"), found.get("status")
    if values.is_empty(title):
        line = title.line if title else fence_line
        report.error("title", line, "there is no title", "write `title:` and the title after it")
    switches = [found[key] for key in keys.DRAFT_SWITCHES if key in found]
    if not values.is_empty(status) or any(_makes_draft(switch) for switch in switches):
        return
    where = status or next(iter(switches), None)
    beside = f" (`{switches[0].key}` alone does not make it ready)" if switches else ""
    report.warning(
        "status",
        where.line if where else fence_line,
        f"there is no status, so it counts as a draft{beside}",
        "write `status: ready` when it may go out",
    )


def _makes_draft(switch: Entry) -> bool:
    """Tell whether a switch of another tool says "draft"."""
    return values.as_switch(switch) is keys.DRAFT_SWITCHES[keys.canonical(switch.key)]


def _status(found: Mapping[str, Entry], report: Report) -> QAStatus:
    """Read the status; nothing goes out unless its file says ``ready``, and nothing against it."""
    status = values.status(found.get("status"), report)
    for key, makes_draft in keys.DRAFT_SWITCHES.items():
        entry = found.get(key)
        if entry is None or values.switch(entry, report) is not makes_draft:
            continue
        switch = f"`{entry.key}: {str(makes_draft).lower()}`"
        if status is None or status is QAStatus.DRAFT:
            report.note("other-key", entry.line, f"{switch} makes it a draft")
        else:
            report.warning(
                "status",
                entry.line,
                f"{switch} makes it a draft, although its status is `{status}`",
                "delete one of the two",
            )
        return QAStatus.DRAFT
    return status or QAStatus.DRAFT
