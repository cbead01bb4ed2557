"""The next issue: which slot, which number, which Q&As, and why."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.content import composition, library, selection, writing
from pipeline.content import issue_file as issue_files
from pipeline.content.column import Column
from pipeline.content.issue_file import IssueFile
from pipeline.content.selection import Selection
from pipeline.errors import ContentError, NotEnoughContentError, RenderError
from pipeline.model.finding import Finding, Level, of_error
from pipeline.model.issue import Issue, Slot
from pipeline.model.published import Published
from pipeline.model.qa import QA, QAStatus
from pipeline.store.opening import Store
from pipeline.workflow import slots
from pipeline.workflow.workshop import Workshop

#: So many faults are told with an issue that they leave too few Q&As for.
_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the next issue holds, and why each Q&A was chosen or passed over."""

    number: int
    slot: Slot
    selection: Selection
    #: ``None`` when there are too few Q&As, or the issue file names one that cannot be used.
    issue: Issue | None
    #: What is wrong with the column's files, and with the names of issue files.
    findings: tuple[Finding, ...]
    #: What is wrong with the issue file, its Q&As or the whole folder; any error stops the issue.
    faults: tuple[Finding, ...]
    issue_file: IssueFile | None
    #: What was taken for granted because there is no ledger here.
    assumptions: tuple[str, ...]
    minimum: int
    #: How many Q&As may be chosen now, those of this issue included.
    ready: int
    #: The ready ones that are for a later issue.
    waiting: tuple[QA, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the issue waiting, whatever Q&As there are."""
        return tuple(fault for fault in self.faults if fault.level is Level.ERROR)

    def require_issue(self) -> Issue:
        """Give the issue, or say what keeps it from being made."""
        if self.errors:
            first, *others = self.errors
            raise ContentError(
                first.message,
                place=first.place,
                remedy=first.remedy,
                others=[
                    str(ContentError(it.message, place=it.place, remedy=it.remedy)) for it in others
                ],
            )
        if self.issue is None:
            raise self._too_few()
        return self.issue

    def _too_few(self) -> NotEnoughContentError:
        found = len(self.selection.chosen)
        faults = [it for it in self.findings if it.level is Level.ERROR]
        # What no edition could hold was passed over for what its finding says.
        said = {fault.message for fault in faults}
        drafts = sum(passed.why not in said for passed in self.selection.passed)
        broken = len({fault.source for fault in faults})
        remedy = "`mailbag plan` says why; set one to `status: ready`"
        others = [
            str(ContentError(it.message, place=it.place, remedy=it.remedy)) for it in faults[:_TOLD]
        ]
        if broken:
            remedy = "mend what is broken, or set another one to `status: ready`"
        if len(faults) > _TOLD:
            others.append(f"and {len(faults) - _TOLD:,} more, which `mailbag check` tells")
        return NotEnoughContentError(
            f"issue {self.number} needs {self.minimum} Q&As and found {found}"
            f" ({drafts} passed over{f', {broken:,} broken' if broken else ''})",
            place="content/",
            remedy=remedy,
            others=others,
        )


def plan(shop: Workshop, store: Store | None, *, now: datetime, slot: Slot | None = None) -> Plan:
    """Plan the issue of a slot (of the next one when none is given); changes nothing."""
    number, published, assumptions = _known(shop, store)
    reading = library.read_issue_file(shop.folder, number)
    file = reading.readable if reading else None
    faults = list(reading.findings) if reading else []
    wanted = slots.fixed(shop, file)
    slot = slot or slots.upcoming(shop, store, now=now, wanted=wanted)
    if file is not None and wanted is not None:
        if wanted.local_date < slot.local_date:
            faults.append(_over(file, wanted, slot))
        else:
            slot = wanted
    column = library.read(shop.content, site=shop.folder, cache=shop.cache)
    faults += _no_column(column, shop)
    today = slot.local_date
    examination = _Examination(shop)
    if file is not None and file.slugs:
        chosen, named = selection.choose_named(
            column.qas,
            file,
            published=published,
            today=today,
            faulty=column.faulty,
            unfit=examination,
        )
        faults += named
        minimum = len(file.slugs)
    else:
        chosen = selection.choose(
            column.qas, published=published, rule=shop.rule, today=today, unfit=examination
        )
        minimum = shop.rule.minimum
    is_refused = any(fault.level is Level.ERROR for fault in faults)
    issue = None
    if is_refused:
        # What the rule would choose instead goes nowhere: the issue waits.
        chosen = Selection((), ())
    elif len(chosen.chosen) >= minimum:
        try:
            issue = composition.compose(
                number=number,
                slot=slot,
                title=shop.title,
                qas=chosen.qas,
                overrides=file,
                also=lambda: shop.words().also,
            )
        except RenderError as error:
            # A catalogue of the site's is broken, or lacks the word.
            faults += [
                of_error(fault, "template/error", Level.ERROR) for fault in (error, *error.faults)
            ]
    unpublished = [
        qa
        for qa in column.qas
        if qa.status is QAStatus.READY
        and published.find(qa) is None
        and qa.slug not in examination.refused
    ]
    return Plan(
        number=number,
        slot=slot,
        selection=chosen,
        issue=issue,
        findings=(
            *(finding for finding in column.findings if finding not in faults),
            *library.misnamed_issue_files(shop.folder),
            *examination.findings,
        ),
        faults=tuple(faults),
        issue_file=reading.file if reading else None,
        assumptions=assumptions,
        minimum=minimum,
        ready=sum(1 for qa in unpublished if qa.not_before is None or qa.not_before <= today),
        waiting=tuple(qa for qa in unpublished if qa not in chosen.qas),
    )


class _Examination:
    """Asks the rendering stage about each Q&A that is about to be chosen."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        #: By the slug of the Q&A that no edition could hold.
        self.refused: dict[str, Finding] = {}

    def __call__(self, qa: QA) -> str | None:
        finding = self._shop.renderer().examine(qa)
        if finding is None:
            return None
        self.refused[qa.slug] = finding
        return finding.message

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.refused.values())


def fixed_slot(shop: Workshop, store: Store | None) -> Slot | None:
    """Give the slot that the next issue's file fixes, if it fixes one."""
    number, _, _ = _known(shop, store)
    reading = library.read_issue_file(shop.folder, number)
    return slots.fixed(shop, reading.readable if reading else None)


def next_slot(shop: Workshop, store: Store | None, now: datetime) -> Slot:
    """Find the slot the next issue would be for."""
    return slots.upcoming(shop, store, now=now, wanted=fixed_slot(shop, store))


def _known(shop: Workshop, store: Store | None) -> tuple[int, Published, tuple[str, ...]]:
    """Give the next number, what is published, and what is assumed where there is no ledger."""
    if store is not None:
        number, published = store.issues.next_number(shop.first_number), store.published.all()
        return number, published, _of_another_machine(shop, store, number)
    # The highest issue file is taken for the issue being edited.
    number = max([shop.first_number, *library.issue_numbers(shop.folder)])
    assumption = (
        f"there is no database here: no Q&A counts as published, and the issue is number {number}"
    )
    return number, Published(), (assumption,)


def _of_another_machine(shop: Workshop, store: Store, number: int) -> tuple[str, ...]:
    """Say that a number comes from what was brought here, not from an issue of this ledger."""
    if number == shop.first_number or store.issues.all():
        return ()
    assumption = (
        "the database here holds no issue, and the last one that counts as published is"
        f" {number - 1}; if one went out since, bring the list with `mailbag published import`"
    )
    return (assumption,)


def _over(file: IssueFile, wanted: Slot, slot: Slot) -> Finding:
    return Finding(
        id="issue-file/slot",
        level=Level.ERROR,
        source=file.source,
        message=f"is for the slot of {wanted.local_date}, which is over;"
        f" the next is {slot.local_date}",
        remedy="change its `slot`, or take that line out",
    )


def _no_column(column: Column, shop: Workshop) -> list[Finding]:
    """A folder that cannot be read is not an empty one: its slot must not be skipped for it."""
    source = shop.content.relative_to(shop.folder).as_posix()
    return [finding for finding in column.findings if finding.source == source]


def write_issue_file(shop: Workshop, plan: Plan) -> Path:
    """Write the plan as ``issues/NNNN.md``, for an editor to change; never over one there."""
    issue = plan.require_issue()
    path = library.issue_path(shop.folder, plan.number)
    if path.exists():
        raise ContentError(
            "is there already",
            place=path.relative_to(shop.folder).as_posix(),
            remedy="edit it, or remove it first",
        )
    writing.create_text(path, issue_files.write(as_file(plan, issue)))
    return path


def as_file(plan: Plan, issue: Issue) -> IssueFile:
    """Give an issue as the file in which an editor fixes it."""
    return IssueFile(
        number=issue.number,
        subject=issue.subject,
        preheader=issue.preheader,
        intro=issue.intro,
        slugs=issue.slugs,
        slot=plan.slot.local_date,
    )
