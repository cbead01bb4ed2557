"""``issues/NNNN.md``: what an editor fixed by hand about one issue."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePosixPath

from pipeline.content import decoding, directions, fields, front_matter, keys, sections, values
from pipeline.content.front_matter import FrontMatter, Unfenced
from pipeline.content.parsing import slug_of
from pipeline.content.report import Report
from pipeline.content.yaml_nodes import Entry, Mapping, Scalar, Sequence
from pipeline.content.yaml_writing import scalar
from pipeline.errors import ContentError
from pipeline.model import finding_ids
from pipeline.model.finding import Finding
from pipeline.model.verdict import Silence

#: What announces a block of text on the lines below its key.
_BLOCK = re.compile(r":\s+[|>][-+0-9]*\s*(?:#.*)?$")

_SHA256 = re.compile(r"[0-9a-f]{64}")

#: The key with its value, which may stand on the lines below it; then a comment.
_APPROVED = re.compile(
    r"^(?P<key>[\"']?approved[\"']?[ \t]*:)[^#\n]*?(?P<comment>[ \t]+#.*)?$(?:\n[ \t]+[^\s#].*)*",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """What an editor fixed; ``None`` leaves it to the program."""

    number: int
    title: str | None = None
    subject: str | None = None
    preheader: str | None = None
    #: Markdown; empty when there is none.
    intro: str = ""
    #: The Q&As in their order.
    slugs: tuple[str, ...] | None = None
    #: A day, or a moment; a moment without an offset is in the newsletter's time zone.
    slot: date | datetime | None = None
    #: The findings an editor knows of, each with the reason why it is right.
    silences: tuple[Silence, ...] = ()
    #: The sha256 of the edition that an editor approved.
    approved: str | None = None
    #: The file it was read from, relative to the site.
    source: str = ""
    #: The line in which the intro begins; 0 when there is none.
    intro_line: int = field(default=0, compare=False, repr=False)
    #: The lines of the subject and the preheader; 0 where it fixes none.
    subject_line: int = field(default=0, compare=False, repr=False)
    preheader_line: int = field(default=0, compare=False, repr=False)
    #: The line that each slug stands in, for messages to people.
    slug_lines: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def line_of(self, slug: str) -> int:
        """Give the line that names a slug; 0 when none does."""
        return dict(zip(self.slugs or (), self.slug_lines, strict=False)).get(slug, 0)


@dataclass(frozen=True, slots=True)
class ParsedIssueFile:
    """What an issue file came to."""

    #: ``None`` when an error was found.
    file: IssueFile | None
    findings: tuple[Finding, ...]
    #: What could be read, errors or not, so that all that is wrong can be said at once.
    readable: IssueFile | None = None


def file_name(number: int) -> str:
    return f"{number:04}.md"


def number_in(name: str) -> int | None:
    """Give the number in the name of an issue file; ``None`` when it is not named like one."""
    stem = PurePosixPath(name).stem
    number = int(stem) if re.fullmatch(r"\d{1,9}", stem, re.ASCII) else 0
    return number if number and name == file_name(number) else None


def check_name(source: str) -> tuple[Finding, ...]:
    """Say what an issue file must be called, unless it is; another name is never read."""
    path = PurePosixPath(source)
    if number_in(path.name) is not None:
        return ()
    digits = re.fullmatch(r"0*([1-9]\d{0,8})", path.stem, re.ASCII)
    name = file_name(int(digits[1])) if digits else ""
    report = Report(source)
    report.error(
        "issue-number",
        0,
        "the file is never read: its name is not an issue's number in four digits",
        f"rename it to {name}" if name else f"name it after the issue, such as {file_name(12)}",
    )
    return report.findings


def parse(data: bytes, source: str) -> ParsedIssueFile:
    """Read an issue file; ``source`` is its path relative to the site, and names the issue."""
    report = Report(source)
    file = _read(data, report)
    return ParsedIssueFile(None if report.has_errors else file, report.findings, file)


def write(file: IssueFile) -> str:
    """Write a new issue file; read again it is the same."""
    lines = [
        f"{key}: {scalar(value)}"
        for key in ("title", "subject", "preheader")
        if (value := getattr(file, key)) is not None
    ]
    if file.slugs is not None:
        lines += ["slugs:", *(f"  - {scalar(slug)}" for slug in file.slugs)]
    if isinstance(file.slot, datetime):
        lines.append(f"slot: {file.slot.isoformat(sep=' ')}")
    elif file.slot is not None:
        lines.append(f"slot: {file.slot}")
    if file.silences:
        lines += [
            "silence:",
            *(f"  {scalar(one.name)}: {scalar(one.reason)}" for one in file.silences),
        ]
    if file.approved is not None:
        lines.append(f"approved: {file.approved}")
    intro = f"\n{file.intro}\n" if file.intro else ""
    return "\n".join(["---", *lines, "---", intro])


def with_approval(text: str, sha256: str) -> str:
    """Give the text of an issue file with ``approved`` set, and everything else as it was.

    Raises:
        ContentError: the text has no front matter that the key can be written into.
    """
    mark = text[: text.startswith("\N{BOM}")]
    parts = front_matter.split(text.removeprefix(mark).replace("\r\n", "\n"))
    if isinstance(parts, Unfenced):
        raise ContentError(parts.message, remedy=parts.remedy)
    line = f"approved: {sha256}"
    yaml, count = _APPROVED.subn(lambda match: line + (match["comment"] or ""), parts.yaml, count=1)
    parts = replace(parts, yaml=yaml if count else f"{yaml}{line}\n")
    approved = fields.read(parts, Report(""), own=keys.ISSUE_KEYS).by_key.get("approved")
    if approved is None or not isinstance(approved.value, Scalar) or approved.value.text != sha256:
        raise ContentError(
            "`approved` cannot be written into this front matter",
            remedy="write one key per line, as `mailbag plan --write` does",
        )
    changed = mark + front_matter.join(parts)
    return changed.replace("\n", "\r\n") if "\r\n" in text else changed


def _read(data: bytes, report: Report) -> IssueFile | None:
    number = _number_of(report)
    text = decoding.decode(data, report)
    if text is None:
        return None
    parts = front_matter.split(text)
    if isinstance(parts, Unfenced):
        report.error("front-matter", parts.line, parts.message, parts.remedy)
        return None
    found = fields.read(parts, report, own=keys.ISSUE_KEYS).by_key
    _check_number(number, found.get("number"), report)
    slugs = _slugs(found.get("slugs"), report)
    intro, intro_line = _intro(found.get("intro"), parts, report)
    return IssueFile(
        number=number,
        title=values.one_line(found.get("title"), report, values.LONGEST_TITLE),
        subject=values.one_line(found.get("subject"), report, values.LONGEST_TITLE),
        preheader=values.one_line(found.get("preheader"), report),
        intro=intro,
        intro_line=intro_line,
        subject_line=found["subject"].line if "subject" in found else 0,
        preheader_line=found["preheader"].line if "preheader" in found else 0,
        slugs=tuple(slugs) if slugs is not None else None,
        slot=values.moment(found.get("slot"), report),
        silences=tuple(_silences(found.get("silence"), report)),
        approved=_approved(found.get("approved"), report),
        source=report.source,
        slug_lines=tuple((slugs or {}).values()),
    )


def _number_of(report: Report) -> int:
    """Read the number in the file's name; 0 when there is none."""
    stem = PurePosixPath(report.source).stem
    number = int(stem) if re.fullmatch(r"\d{1,9}", stem, re.ASCII) else 0
    if number < 1:
        remedy = f"name it after the issue, such as {file_name(12)}"
        report.error("issue-number", 0, f"the file's name {stem!r} is no number", remedy)
    return number


def _check_number(number: int, entry: Entry | None, report: Report) -> None:
    written = values.whole_number(entry, report, "issue-number")
    if entry is not None and written is not None and written != number:
        report.error(
            "issue-number",
            entry.line,
            f"`number` is {written}, but the file's name says {number}",
            "delete the key, or rename the file",
        )


def _slugs(entry: Entry | None, report: Report) -> dict[str, int] | None:
    """Read the names of QA files, each with its line; a path or an ending is forgiven."""
    if entry is None or values.is_empty(entry):
        return None
    items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    slugs: dict[str, int] = {}
    for item in items:
        if values.one_line(Entry("slugs", item, item.line), report, values.LONGEST_TITLE) is None:
            continue
        text = item.text if isinstance(item, Scalar) else ""
        # Only a text of its own holds several: the item of a list is one name.
        for word in text.split(",") if item is entry.value else [text]:
            slug = slug_of(word.strip().removesuffix(".md") + ".md") if word.strip() else ""
            if slug in slugs:
                report.error("issue-slug", item.line, f"`{slug}` is named twice", "keep one")
            elif slug:
                slugs[slug] = item.line
    if not slugs:
        remedy = "name at least one, or delete the key to leave the choice to the rule"
        report.error("issue-slug", entry.line, "`slugs` names no Q&A", remedy)
    return slugs


def _intro(entry: Entry | None, parts: FrontMatter, report: Report) -> tuple[str, int]:
    """Give the body and its line; for a short intro a key will do."""
    body = sections.tidy(parts.body)
    if entry is None or values.is_empty(entry):
        return body, parts.body_line + sections.lines_before(parts.body) if body else 0
    if body:
        report.error(
            "issue-intro",
            entry.line,
            f"the intro stands here and in line {parts.body_line} and after it",
            "keep one of them",
        )
    if isinstance(entry.value, Scalar):
        directions.check_value(entry.key, entry.value.text, entry.line, report)
        key_line = parts.yaml.split("\n")[entry.line - parts.first_line]
        below = bool(_BLOCK.search(key_line))
        return sections.tidy(entry.value.text), entry.line + below
    return values.one_line(entry, report) or "", entry.line


def _silences(entry: Entry | None, report: Report) -> Iterator[Silence]:
    """Read ``{link/insecure: why}``; a reason is asked of everybody who silences."""
    if entry is None or values.is_empty(entry):
        return
    if not isinstance(entry.value, Mapping):
        remedy = "write `silence: {link/insecure: the archive has no https}`"
        report.error(
            "issue-silence", entry.line, "`silence` names no finding with a reason", remedy
        )
        return
    for one in entry.value.entries:
        name = one.key.strip()
        if not finding_ids.is_known(name):
            near = finding_ids.nearest(name)
            report.error(
                "issue-silence",
                one.line,
                f"there is no finding {name!r} to silence",
                f"did you mean `{near}`?" if near else "`mailbag check` shows their names",
            )
            continue
        reason = values.one_line(one, report)
        if values.is_empty(one):
            report.error(
                "issue-silence",
                one.line,
                f"{name} is silenced without a reason",
                f"write `{name}: why it is right here`",
            )
        elif reason is not None:
            yield Silence(name, reason, one.line)


def _approved(entry: Entry | None, report: Report) -> str | None:
    text = values.one_line(entry, report)
    if entry is None or text is None:
        return None
    if not _SHA256.fullmatch(text):
        report.error(
            "issue-approved",
            entry.line,
            f"`approved` is no sha256: {text!r}",
            "let `mailbag approve` write it",
        )
        return None
    return text
