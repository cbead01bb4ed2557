"""The chosen Q&As, and what an editor fixed -> the issue."""

from collections.abc import Callable, Sequence

from pipeline.content.issue_file import IssueFile
from pipeline.content.plain_words import plain_words, shorten
from pipeline.model.issue import Issue, Slot
from pipeline.model.qa import QA

#: Characters of a preheader made here. Phones show about 90, large screens twice as many.
PREHEADER = 140


def compose(  # noqa: PLR0913 - an issue's own fields
    number: int,
    slot: Slot,
    title: str,
    qas: Sequence[QA],
    overrides: IssueFile | None = None,
    *,
    also: Callable[[], str] = lambda: "Also: {titles}",
) -> Issue:
    """Make the issue; an editor's word counts more than what is made here.

    ``title`` is the newsletter's, ``also`` gives what a preheader says before other titles,
    in its language; it is asked only when there is need.
    """
    fixed = overrides or IssueFile(number=number)
    return Issue(
        number=number,
        slot=slot,
        title=fixed.title or title,
        subject=fixed.subject or qas[0].title,
        preheader=fixed.preheader or _preheader(qas, also),
        intro=fixed.intro,
        qas=tuple(qas),
        source=fixed.source,
        intro_line=fixed.intro_line,
        subject_line=fixed.subject_line if fixed.subject else 0,
        preheader_line=fixed.preheader_line if fixed.preheader else 0,
    )


def _preheader(qas: Sequence[QA], also: Callable[[], str]) -> str:
    """Name the other Q&As; when there is none, begin the question."""
    others = [qa.title for qa in qas[1:]]
    if not others:
        return shorten(plain_words(qas[0].question.text), PREHEADER)
    return shorten(also().format(titles=" · ".join(others)), PREHEADER)
