"""The bytes of a QA file -> the QA, or everything that is wrong with it."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from pipeline.content import decoding, front_matter, metadata, sections
from pipeline.content.front_matter import Unfenced
from pipeline.content.report import Report
from pipeline.model.controls import has_control
from pipeline.model.finding import Finding, Level
from pipeline.model.qa import QA, Answer, KeyLines, QAStatus, Question

#: What a person must still replace, as in a new site's configuration.
PLACEHOLDER = "CHANGE-ME"

#: What a shell takes for something else than a part of a name.
_SHELL = re.compile(r"[\s!\"#$&'()*;<>?\[\\\]^`{|}~]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a QA file came to."""

    slug: str
    #: The file, relative to the site.
    source: str
    #: ``None`` when an error was found, or when a draft is not finished.
    qa: QA | None
    findings: tuple[Finding, ...]


def parse(data: bytes, source: str) -> Parsed:
    """Read a QA file; ``source`` is its path relative to the site, and names the QA.

    Nothing is raised: all problems of the file are findings.
    """
    report = Report(source)
    slug = slug_of(source)
    _check_name(source, slug, report)
    qa = _read(data, source, slug, report)
    return Parsed(slug, report.source, None if report.has_errors else qa, report.findings)


def slug_of(source: str) -> str:
    """Give the identity of the QA in a file: its name, in Unicode's composed form."""
    return normalize("NFC", PurePosixPath(source).stem)


def _read(data: bytes, source: str, slug: str, report: Report) -> QA | None:
    text = decoding.decode(data, report)
    if text is None:
        return None
    parts = front_matter.split(text)
    if isinstance(parts, Unfenced):
        report.error("front-matter", parts.line, parts.message, parts.remedy)
        return None
    about = metadata.read(parts, report)
    # A draft is still being written, so what it lacks is no error.
    unfinished = Level.WARNING if about.status is QAStatus.DRAFT else Level.ERROR
    texts = sections.split(parts.body, parts.body_line, report, unfinished)
    if about.status is QAStatus.READY:
        _check_placeholders(text, report)
    if about.title is None or texts.question is None or texts.answer is None:
        return None
    return QA(
        slug=slug,
        title=about.title,
        question=Question(texts.question, about.asked_by, about.asked_on, texts.question_line),
        answer=Answer(texts.answer, about.answered_by, about.bio, texts.answer_line),
        status=about.status,
        topics=about.topics,
        not_before=about.not_before,
        priority=about.priority,
        inspired_by=about.inspired_by,
        language=about.language,
        source=source,
        lines=KeyLines(
            title=about.lines.get("title", 0),
            bio=about.lines.get("bio", 0),
            inspired_by=about.lines.get("inspired_by", 0),
            language=about.lines.get("language", 0),
            answered_by=about.lines.get("answered_by", 0),
            topics=about.lines.get("topics", 0),
        ),
    )


def _check_name(source: str, slug: str, report: Report) -> None:
    remedy = "name the file with letters, digits and hyphens, such as the-long-meeting.md"
    if has_control(source) or "\N{REPLACEMENT CHARACTER}" in source or not slug.isprintable():
        # U+FFFD stands for bytes that are no text: by this name the file is not found again.
        report.error("slug", 0, "its name or folder holds characters that cannot be seen", remedy)
    elif not slug.strip(". "):
        report.error("slug", 0, "the file has no name before its ending", remedy)
    elif _SHELL.search(slug):
        report.note("slug", 0, f"the name {slug!r} must be quoted on a command line", remedy)
    elif slug.startswith("-"):
        report.note(
            "slug",
            0,
            f"the name {slug!r} is taken for an option on a command line",
            f"write `-- {slug}` there, or begin the name with a letter",
        )


def _check_placeholders(text: str, report: Report) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if PLACEHOLDER in line:
            report.error(
                "placeholder",
                number,
                f"`{PLACEHOLDER}` still stands in a Q&A that is ready",
                "write what belongs there, or set `status: draft`",
            )
