"""The next issue: which slot, which number, which Q&As, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.content import composition, library, selection, writing
from pipeline.content import issue_file as issue_files
from pipeline.content.issue_file import IssueFile
from pipeline.content.selection import Selection
from pipeline.errors import ContentError, NotEnoughContentError
from pipeline.model.finding import Finding, Level
from pipeline.model.issue import Issue, Slot
from pipeline.model.published import Published
from pipeline.model.qa import QAStatus
from pipeline.model.record import SlotState
from pipeline.schedule import calendar
from pipeline.store.opening import Store
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the next issue holds, and why each Q&A was chosen or passed over."""

    number: int
    slot: Slot
    selection: Selection
    #: ``None`` when there are too few Q&As, or the issue file names one that cannot be used.
    issue: Issue | None
    #: What is wrong with the column's files; those of the issue file are in ``faults``.
    findings: tuple[Finding, ...]
    #: What is wrong with the issue file or the Q&As it names; any error stops the issue.
    faults: tuple[Finding, ...]
    issue_file: IssueFile | None
    #: What was taken for granted because there is no ledger here.
    assumptions: tuple[str, ...]
    minimum: int
    #: How many Q&As may be chosen now, those of this issue included.
    ready: int

    def require_issue(self) -> Issue:
        """Give the issue, or say what keeps it from being made."""
        errors = [fault for fault in self.faults if fault.level is Level.ERROR]
        if errors:
            first, *others = errors
            more = "".join(f"\n{other}" for other in others)
            raise ContentError(first.message + more, place=first.place, remedy=first.remedy)
        if self.issue is None:
            found, drafts = len(self.selection.chosen), len(self.selection.passed)
            raise NotEnoughContentError(
                f"issue {self.number} needs {self.minimum} Q&As and found {found}"
                f" ({drafts} passed over)",
                place="content/",
                remedy="`mailbag plan` says why; set one to `status: ready`",
            )
        return self.issue


def next_slot(shop: Workshop, store: Store | None, now: datetime) -> Slot:
    """Find the slot an issue would be for: the earliest one due and open, else the next one."""
    if store is not None:
        since = store.meta.rule_in_force(shop.schedule.rule)
        if since is not None:
            settled = settled_slots(store)
            for due in calendar.due(shop.schedule, now=now, since=since, settled=settled):
                if not due.missed:
                    return due.slot
    return calendar.next_slot(shop.schedule, now)


def fixed_slot(shop: Workshop, store: Store) -> Slot | None:
    """Give the slot that the next issue's file fixes, if it fixes one."""
    number = store.issues.next_number(shop.first_number)
    reading = library.read_issue_file(shop.folder, number)
    if reading is None or reading.file is None or reading.file.slot is None:
        return None
    return calendar.slot_on(shop.schedule, _day(shop, reading.file.slot))


def settled_slots(store: Store) -> frozenset[tuple[str, date]]:
    """Give the slots that are over: taken, skipped or missed."""
    return frozenset(
        (entry.slot.rule, entry.slot.local_date)
        for entry in store.slots.all()
        if entry.state is not SlotState.WAITING
    )


def _day(shop: Workshop, slot: date | datetime) -> date:
    """An editor may write a day or an instant; the day in the newsletter's zone counts."""
    if isinstance(slot, datetime):
        return (slot.astimezone(shop.zone) if slot.tzinfo else slot).date()
    return slot


def plan(shop: Workshop, store: Store | None, *, now: datetime, slot: Slot | None = None) -> Plan:
    """Plan the issue of a slot (of the next one when none is given); changes nothing."""
    assumptions = []
    if store is None:
        published, number = Published(), _number_without_ledger(shop)
        assumptions.append(
            f"there is no database here: no Q&A counts as published, and the issue is number"
            f" {number}"
        )
    else:
        published, number = store.published.all(), store.issues.next_number(shop.first_number)
    slot = slot or next_slot(shop, store, now)
    column = library.read(shop.content, site=shop.folder)
    reading = library.read_issue_file(shop.folder, number)
    issue_file = reading.file if reading else None
    faults = list(reading.findings) if reading else []
    rule, today = shop.rule, slot.local_date
    if issue_file is not None and issue_file.slugs:
        chosen, named = selection.choose_named(
            column.qas, issue_file, published=published, today=today, faulty=column.faulty
        )
        faults += named
        minimum = len(issue_file.slugs)
    else:
        chosen = selection.choose(column.qas, published=published, rule=rule, today=today)
        minimum = rule.minimum
    if issue_file is not None and issue_file.slot is not None:
        slot, fault = _slot_of_file(shop, issue_file, slot)
        faults += fault
    refused = any(fault.level is Level.ERROR for fault in faults)
    issue = None
    if not refused and len(chosen.chosen) >= minimum:
        issue = composition.compose(
            number=number,
            slot=slot,
            title=shop.title,
            qas=chosen.qas,
            overrides=issue_file,
            language=shop.language,
        )
    return Plan(
        number=number,
        slot=slot,
        selection=chosen,
        issue=issue,
        findings=column.findings,
        faults=tuple(faults),
        issue_file=issue_file,
        assumptions=tuple(assumptions),
        minimum=minimum,
        ready=sum(
            1 for qa in column.qas if qa.status is QAStatus.READY and published.find(qa) is None
        ),
    )


def _number_without_ledger(shop: Workshop) -> int:
    """The highest issue file is taken for the issue being edited."""
    numbers = library.issue_numbers(shop.folder)
    return max([shop.first_number, *numbers])


def _slot_of_file(
    shop: Workshop, issue_file: IssueFile, slot: Slot
) -> tuple[Slot, tuple[Finding, ...]]:
    """The slot an editor fixed: its day is the day the issue shows."""
    if issue_file.slot is None:
        return slot, ()
    wanted, rule = _day(shop, issue_file.slot), shop.schedule.rule
    if (rule, wanted) == (slot.rule, slot.local_date):
        return slot, ()
    if wanted < slot.local_date:
        fault = Finding(
            id="issue-file/slot",
            level=Level.ERROR,
            source=issue_file.source,
            message=f"is for the slot of {wanted}, which is over; the next is {slot.local_date}",
            remedy="change its `slot`, or take that line out",
        )
        return slot, (fault,)
    return calendar.slot_on(shop.schedule, wanted), ()


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
