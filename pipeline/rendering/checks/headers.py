"""What an inbox shows of a mail before it is opened: the subject and the preheader."""

from collections.abc import Iterator

from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.model.issue import Issue
from pipeline.rendering.checks import left_over

#: Columns of a header line (RFC 5322, section 2.1.1).
LONG_SUBJECT = 78
LONG_PREHEADER = 150


def check(edition: Edition, issue: Issue) -> Iterator[Finding]:
    """Look at both, in the issue's file or in the Q&A that gives its title."""
    subject = _place_of_subject(issue)
    preheader = (issue.source, issue.preheader_line) if issue.preheader_line else ("", 0)
    yield from _subject(edition.subject, *subject)
    yield from _preheader(edition.preheader, *preheader)
    for name, text, (source, line) in (
        ("subject", edition.subject, subject),
        ("preheader", edition.preheader, preheader),
    ):
        # What is made of titles and questions is told where they stand, or is a reader's.
        if (name == "subject" and text != issue.qas[0].title) or source == issue.source != "":
            yield from left_over.check(left_over.words(text, line), name, source)


def _place_of_subject(issue: Issue) -> tuple[str, int]:
    if issue.subject_line:
        return issue.source, issue.subject_line
    first = issue.qas[0]
    return (first.source, first.lines.title) if issue.subject == first.title else ("", 0)


def _subject(subject: str, source: str, line: int) -> Iterator[Finding]:
    if not subject:
        yield Finding(
            id="subject/empty",
            level=Level.ERROR,
            source=source,
            line=line,
            message="the subject is empty",
            remedy="write `subject` into the issue file",
        )
    if len(subject) > LONG_SUBJECT:
        yield Finding(
            id="subject/length",
            level=Level.NOTE,
            source=source,
            line=line,
            message=f"the subject has {len(subject)} characters, and mail programs cut it",
            remedy=f"say it in {LONG_SUBJECT}",
        )


def _preheader(preheader: str, source: str, line: int) -> Iterator[Finding]:
    if not preheader:
        yield Finding(
            id="preheader/empty",
            level=Level.WARNING,
            source=source,
            line=line,
            message="the preheader is empty, so mail programs show the masthead beside the subject",
            remedy="write `preheader` into the issue file",
        )
    if len(preheader) > LONG_PREHEADER:
        yield Finding(
            id="preheader/length",
            level=Level.NOTE,
            source=source,
            line=line,
            message=f"the preheader has {len(preheader)} characters; few are shown",
            remedy="put what matters into the first 90",
        )
