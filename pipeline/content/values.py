"""The value of one key -> what it stands for, or a finding that says what to write instead.

Every reader gives ``None`` for a key that is not there, is empty, or is faulty.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from pipeline.content import directions, keys
from pipeline.content.report import Report
from pipeline.content.yaml_nodes import Entry, Node, Scalar, Sequence
from pipeline.model.controls import has_control
from pipeline.model.language import canonical, is_language_tag, nearest_tag
from pipeline.model.qa import Inspiration, QAStatus

#: Characters of a title or a subject: more is cut by every mail program.
LONGEST_TITLE = 200
#: Characters of a name or a topic.
LONGEST_NAME = 100
#: Characters of a sentence about somebody, or of a preheader.
LONGEST_SENTENCE = 1_000
LONGEST_URL = 2_000

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"(?:T|[ \t]+)\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?[ \t]*(?:Z|[+-]\d{2}:?\d{2})?")
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)

#: Words by which other YAML readers mean "nothing"; here they are words.
_NOTHING = frozenset({"null", "~", "none"})


def is_empty(entry: Entry | None) -> bool:
    return entry is None or (isinstance(entry.value, Scalar) and not entry.value.text.strip())


def one_line(entry: Entry | None, report: Report, longest: int = LONGEST_SENTENCE) -> str | None:
    """Read a text; its line breaks become blanks."""
    if entry is None:
        return None
    if not isinstance(entry.value, Scalar):
        kind = "list" if isinstance(entry.value, Sequence) else "mapping"
        message = f"`{entry.key}` has a {kind} where a text belongs"
        report.error("text", entry.line, message, _in_its_own_shape(entry))
        return None
    text = " ".join(entry.value.text.split())
    if has_control(text):
        # Only an escape such as "\0" or an encoded-word brings it here; the file itself was
        # looked through.
        report.error("control", entry.line, f"`{entry.key}` holds a control character", "delete it")
        return None
    directions.check_value(entry.key, text, entry.line, report)
    if len(text) > longest:
        report.error(
            "text",
            entry.line,
            f"`{entry.key}` has {len(text)} characters, {longest} are the most",
            "shorten it",
        )
        return None
    if text.casefold() in _NOTHING:
        report.warning(
            "null",
            entry.line,
            f"`{entry.key}` reads {text!r}, which is taken as a word",
            "leave the key out when there is nothing to say",
        )
    return text or None


def _in_its_own_shape(entry: Entry) -> str:
    """Say how the value of a key is written."""
    key = keys.ours(entry.key)
    example = keys.LIST_EXAMPLES.get(key) or keys.EXAMPLES.get(key)
    if example is not None:
        return f"write it as in `{entry.key}: {example}`"
    return f'write `{entry.key}: "the text"`, in quotes'


def name(entry: Entry | None, report: Report) -> str | None:
    """Read a name, or a list of names."""
    if entry is not None and isinstance(entry.value, Sequence):
        names = [one_line(item, report, LONGEST_NAME) for item in _items(entry, entry.value)]
        return ", ".join(filter(None, names)) or None
    return one_line(entry, report, LONGEST_NAME)


def day(entry: Entry | None, report: Report) -> date | None:
    """Read a date such as 2026-10-02; a time of day after it does not count."""
    text = one_line(entry, report, LONGEST_NAME)
    if entry is None or text is None:
        return None
    match = _DATE.match(text)
    rest = text[match.end() :] if match else ""
    value = _as_date(match) if match else None
    if match is None or value is None or (rest and not _TIME.fullmatch(rest)):
        remedy = "write it as year-month-day, such as 2026-10-02"
        report.error("date", entry.line, f"`{entry.key}` is not a date: {text!r}", remedy)
        return None
    if match[0] != value.isoformat():
        report.error(
            "date",
            entry.line,
            f"`{entry.key}` is not a date in full: {text!r}",
            f"write `{entry.key}: {value}`",
        )
        return None
    if rest:
        report.note("date", entry.line, f"the time of day in `{entry.key}` does not count")
    return value


def moment(entry: Entry | None, report: Report) -> date | datetime | None:
    """Read a date, or a date with a time; without an offset the time is the newsletter's."""
    text = one_line(entry, report, LONGEST_NAME)
    if entry is None or text is None:
        return None
    match = _DATE.match(text)
    if match is not None and _TIME.fullmatch(text, match.end()):
        try:
            return datetime.fromisoformat(re.sub(r"\s+(?=Z|[+-]\d{2}:?\d{2}$)", "", text))
        except ValueError:
            remedy = "write it as 2026-10-02 09:00"
            report.error("date", entry.line, f"`{entry.key}` is no moment: {text!r}", remedy)
            return None
    return day(entry, report)


def whole_number(entry: Entry | None, report: Report, rule: str) -> int | None:
    """Read a whole number; ``rule`` names the finding when it is none."""
    text = one_line(entry, report, LONGEST_NAME)
    if entry is None or text is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(text):
        message = f"`{entry.key}` is not a whole number: {text!r}"
        report.error(rule, entry.line, message, "write a number such as 0 or 5")
        return None
    return int(text)


def status(entry: Entry | None, report: Report) -> QAStatus | None:
    text = one_line(entry, report, LONGEST_NAME)
    if entry is None or text is None:
        return None
    known = tuple(status.value for status in QAStatus)
    if text.casefold() in known:
        return QAStatus(text.casefold())
    near = keys.nearest(text.casefold(), known)
    report.error(
        "status",
        entry.line,
        f"unknown status {text!r}",
        f"did you mean `{near}`?" if near else f"write one of {', '.join(known)}",
    )
    return None


def switch(entry: Entry, report: Report) -> bool | None:
    """Read a yes or no; anything else is somebody else's key and no fault."""
    value = as_switch(entry)
    if value is None:
        report.note("other-key", entry.line, f"`{entry.key}` is neither yes nor no, and is kept")
    return value


def as_switch(entry: Entry) -> bool | None:
    text = entry.value.text if isinstance(entry.value, Scalar) else ""
    return keys.SWITCH.get(text.strip().casefold())


def language(entry: Entry | None, report: Report) -> str | None:
    """Read a language tag such as ``de-CH``; the habits of other tools are named in the remedy."""
    text = one_line(entry, report, LONGEST_NAME)
    if entry is None or text is None:
        return None
    if is_language_tag(text):
        return canonical(text)
    near = nearest_tag(text)
    report.error(
        "language",
        entry.line,
        f"`{entry.key}` is no language tag: {text!r}",
        f"did you mean `{near}`?" if near else "write one such as de or pt-BR",
    )
    return None


def words(entries: Iterable[Entry], report: Report) -> tuple[str, ...]:
    """Read lists of topics; one text holds several, parted by commas."""
    found: dict[str, str] = {}
    for entry in entries:
        for item in _items(entry, entry.value):
            text = one_line(item, report, LONGEST_SENTENCE) or ""
            # Only a text of its own is parted: an item of a list may hold a comma.
            is_alone = item.value is entry.value
            for part in text.split(",") if is_alone else [text]:
                # Obsidian writes a tag with its hash.
                word = part.strip().lstrip("#").strip()
                if len(word) > LONGEST_NAME:
                    report.error("topics", item.line, "a topic is too long", "shorten it")
                elif word:
                    found.setdefault(word.casefold(), word)
    return tuple(found.values())


def inspiration(entry: Entry | None, report: Report) -> Inspiration | None:
    """Read ``{title: …, url: …}``, or the title alone."""
    if entry is None:
        return None
    remedy = 'write `inspired_by: {title: "…", url: "https://…"}`'
    if isinstance(entry.value, Sequence):
        report.error("inspired-by", entry.line, "`inspired_by` is a list", remedy)
        return None
    if isinstance(entry.value, Scalar):
        title, url = one_line(entry, report, LONGEST_TITLE), None
        if title is not None and title.startswith(("http://", "https://")):
            report.error("inspired-by", entry.line, "`inspired_by` is an address only", remedy)
            return None
        return Inspiration(title) if title else None
    parts = {keys.canonical(part.key): part for part in entry.value.entries}
    for key in parts.keys() - {"title", "url"}:
        report.warning(
            "unknown-key",
            parts[key].line,
            f"`inspired_by` has no `{parts[key].key}`",
            "it has `title` and `url`",
        )
    title = one_line(parts.get("title"), report, LONGEST_TITLE)
    url = _web_address(parts.get("url"), report)
    if title is None:
        report.error("inspired-by", entry.line, "`inspired_by` has no title", remedy)
        return None
    return Inspiration(title, url)


def _web_address(entry: Entry | None, report: Report) -> str | None:
    url = one_line(entry, report, LONGEST_URL)
    if entry is None or url is None:
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or " " in url:
        report.error(
            "inspired-by",
            entry.line,
            f"`{entry.key}` is no web address: {url!r}",
            "write it in full, with https://",
        )
        return None
    return url


def _as_date(match: re.Match[str]) -> date | None:
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def _items(entry: Entry, value: Node) -> tuple[Entry, ...]:
    """Give the items of a list, or the value itself, each under the name of its key."""
    items = value.items if isinstance(value, Sequence) else (value,)
    return tuple(Entry(entry.key, item, item.line) for item in items)
