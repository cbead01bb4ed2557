"""Q&As, what has been published, and a rule -> which go into the next issue, and why.

::

    choose          by the rule: every Q&A is either chosen or passed over
    choose_named    by an editor: the slugs of an issue file, in their order
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.content.issue_file import IssueFile
from pipeline.content.report import Report
from pipeline.model.finding import Finding
from pipeline.model.published import Published
from pipeline.model.qa import QA, QAStatus


class Order(StrEnum):
    """Which of the unpublished Q&As goes first."""

    #: Asked first; without a date last.
    OLDEST = "oldest"
    #: Asked last; without a date last.
    NEWEST = "newest"
    #: The highest number, then the oldest.
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRule:
    """How the Q&As of an issue are chosen."""

    #: The most an issue holds.
    count: int = 3
    #: With fewer there is no issue.
    minimum: int = 1
    order: Order = Order.OLDEST
    #: The most that share one topic.
    topic_limit: int = 2

    def __post_init__(self) -> None:
        if not (1 <= self.minimum <= self.count and self.topic_limit >= 1):
            raise ValueError("a rule needs 1 <= minimum <= count, and a topic limit from 1")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A Q&A of the issue."""

    qa: QA
    why: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A Q&A that was passed over."""

    slug: str
    why: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What became of each Q&A."""

    #: In the order of the issue.
    chosen: tuple[Chosen, ...]
    #: In the order of the rule.
    passed: tuple[Passed, ...]

    @property
    def qas(self) -> tuple[QA, ...]:
        return tuple(chosen.qa for chosen in self.chosen)

    def is_enough(self, rule: SelectionRule) -> bool:
        return len(self.chosen) >= rule.minimum


#: Says why a Q&A cannot be used, whatever the ledger and the rule say; ``None`` when it can.
Unfit = Callable[[QA], str | None]


def _fit(_qa: QA) -> None:
    """Take every Q&A for one that can be used."""


def choose(
    qas: Iterable[QA],
    *,
    published: Published,
    rule: SelectionRule,
    today: date,
    unfit: Unfit = _fit,
) -> Selection:
    """Choose by the rule; ``today`` is the day of the slot in the newsletter's time zone.

    ``unfit`` is asked last, of those alone that would be chosen otherwise.
    Too few are no error here: :meth:`Selection.is_enough` tells.
    The order in which the Q&As come does not matter.
    """
    shelf = _Shelf()
    passed: list[Passed] = []
    for qa in sorted(qas, key=_sort_key(rule.order)):
        obstacle = (
            _obstacle(qa, published, today)
            or shelf.twin(qa)
            or shelf.lack_of_room(qa, rule)
            or unfit(qa)
        )
        if obstacle:
            passed.append(Passed(qa.slug, obstacle))
        else:
            shelf.put(qa, _merit(qa, rule.order, is_first=not shelf.chosen))
    return Selection(tuple(shelf.chosen), tuple(passed))


def choose_named(  # noqa: PLR0913 - what a Q&A is held against
    qas: Iterable[QA],
    file: IssueFile,
    *,
    published: Published,
    today: date,
    faulty: Mapping[str, str],
    unfit: Unfit = _fit,
) -> tuple[Selection, tuple[Finding, ...]]:
    """Choose what an issue file names, in its order; what cannot go out is an error there.

    ``faulty`` has the files that hold no usable QA: slug -> what is wrong.
    An issue may name again what it has published itself.
    """
    by_slug = {qa.slug: qa for qa in qas}
    report = Report(file.source)
    shelf = _Shelf()
    for slug in file.slugs or ():
        qa = by_slug.get(slug)
        problem: str | None
        if qa is None:
            problem = faulty.get(slug, "there is no such Q&A")
        elif any(chosen.qa is qa for chosen in shelf.chosen):
            problem = "named twice"
        else:
            problem = (
                _obstacle(qa, published, today, issue=file.number) or shelf.twin(qa) or unfit(qa)
            )
        if problem:
            report.error(
                "issue-slug",
                file.line_of(slug),
                f"`{slug}` cannot go into this issue: {problem}",
                "mend it, or take it out of `slugs`",
            )
        elif qa is not None:
            shelf.put(qa, f"named in {file.source}")
    named = frozenset(file.slugs or ())
    passed = tuple(
        Passed(slug, f"not named in {file.source}") for slug in sorted(by_slug.keys() - named)
    )
    return Selection(tuple(shelf.chosen), passed), report.findings


class _Shelf:
    """The Q&As chosen so far, and what speaks against one more."""

    def __init__(self) -> None:
        self.chosen: list[Chosen] = []
        self._slug_of_question: dict[str, str] = {}
        self._topics: dict[str, int] = {}

    def put(self, qa: QA, why: str) -> None:
        self.chosen.append(Chosen(qa, why))
        self._slug_of_question[qa.question.hash] = qa.slug
        for topic in _topics_of(qa):
            self._topics[topic] = self._topics.get(topic, 0) + 1

    def twin(self, qa: QA) -> str | None:
        slug = self._slug_of_question.get(qa.question.hash)
        return f"same question as `{slug}`" if slug is not None else None

    def lack_of_room(self, qa: QA, rule: SelectionRule) -> str | None:
        if len(self.chosen) >= rule.count:
            return "the issue is full"
        for topic, name in _topics_of(qa).items():
            if self._topics.get(topic, 0) >= rule.topic_limit:
                return f"topic `{name}` already has {rule.topic_limit}"
        return None


def _obstacle(qa: QA, published: Published, today: date, *, issue: int | None = None) -> str | None:
    """Say why a Q&A may not go out, whatever else is in the issue."""
    entry = published.find(qa)
    if entry is not None and (issue is None or entry.issue != issue):
        when = "published before" if entry.issue is None else f"published in issue {entry.issue}"
        return when if entry.slug == qa.slug else f"{when} (same question as `{entry.slug}`)"
    if qa.status is not QAStatus.READY:
        return qa.status.value
    if qa.not_before is not None and today < qa.not_before:
        return f"not before {qa.not_before}"
    return None


def _topics_of(qa: QA) -> dict[str, str]:
    """Give the topics as they are compared, each with its name as written."""
    return {topic.casefold(): topic for topic in qa.topics}


def _sort_key(order: Order) -> Callable[[QA], tuple[int, int, str]]:
    def key(qa: QA) -> tuple[int, int, str]:
        asked_on = qa.question.asked_on
        day = asked_on.toordinal() if asked_on else date.max.toordinal()
        if order is Order.NEWEST:
            return (0, -day if asked_on else 0, qa.slug)
        return (-qa.priority if order is Order.PRIORITY else 0, day, qa.slug)

    return key


def _merit(qa: QA, order: Order, *, is_first: bool) -> str:
    """Say why a Q&A was chosen at this point."""
    asked_on = qa.question.asked_on
    date_or_none = f"asked on {asked_on}" if asked_on else "undated"
    if order is Order.PRIORITY:
        return f"priority {qa.priority}, {date_or_none}"
    return f"{'' if is_first else 'next '}{order} unpublished question, {date_or_none}"
