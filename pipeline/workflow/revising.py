"""A mistake found mid-send: a paused issue made anew, for whoever it was not handed over to.

::

    paused -> the editor mends the files -> prepare: the would-be revision -> revise: it is pinned

Number, slot and Q&As stay. Until the pin is committed the old edition is in force, whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.content import composition, library, selection
from pipeline.content.issue_file import IssueFile
from pipeline.errors import ContentError
from pipeline.model.edition import Edition
from pipeline.model.finding import Level
from pipeline.model.issue import Slot
from pipeline.model.qa import QA
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import editing, illustrating
from pipeline.workflow.editing import Prepared
from pipeline.workflow.planning import Plan
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """An issue as it is in force, and as its files make it now."""

    record: IssueRecord
    before: Edition
    prepared: Prepared
    #: How many readers wait for the issue, and would get the revision.
    waiting: int

    @property
    def edition(self) -> Edition:
        return self.prepared.edition

    @property
    def differs(self) -> bool:
        """Whether there is anything to pin."""
        return self.edition.sha256 != self.before.sha256


def prepare(shop: Workshop, store: Store, number: int) -> Revised:
    """Make a paused issue anew of what its files are now; changes nothing.

    Raises ConflictError for one that is not paused; ContentError when it would hold other Q&As,
    or one of them cannot be used any more; RenderError.
    """
    record = store.issues.revisable(number)
    before = Edition.from_json(store.issues.edition(number))
    plan = _plan(shop, store, record, before.slot)
    edition = editing.render(shop, plan)
    committed = plan.issue_file.approved if plan.issue_file else None
    is_approved = edition.sha256 in {before.sha256, committed}
    return Revised(
        record=record,
        before=before,
        prepared=Prepared(plan, edition, is_approved=is_approved, approved=committed or ""),
        waiting=store.outbox().sums(number).unfinished,
    )


def revise(  # noqa: PLR0913 - who approves what, and what else is asked
    shop: Workshop,
    store: Store,
    revised: Revised,
    sha256: str | None,
    *,
    now: datetime,
    check: Callable[[Edition], None] = lambda _edition: None,
) -> IssueRecord:
    """Pin a revision, as an approval does; the next hand-over is of it.

    ``sha256`` is what an editor looked at, ``check`` raises when a mail would name an image that
    is not found. Without a difference nothing is done.
    Raises ContentError when the bytes are others, may not go out, or nobody approved them.
    """
    edition, number = revised.edition, revised.record.number
    if sha256 is not None and edition.sha256 != sha256:
        raise ContentError(
            f"the revision of issue {number} is {edition.sha256} now, not {sha256}",
            remedy=f"look at it again with {look_command(number)}, then revise what you saw",
        )
    if not revised.differs:
        return revised.record
    if shop.approval_required and sha256 is None and not revised.prepared.is_approved:
        raise ContentError(
            f"the revision of issue {number} is not approved",
            remedy=f"look at it with {look_command(number)}, then {revise_command(edition)}",
        )
    editing.refuse_findings(revised.prepared, shop.fail_on)
    illustrating.keep(shop, edition)
    check(edition)
    return store.issues.revise(
        number,
        replaces=revised.before.sha256,
        edition_json=edition.to_json(),
        sha256=edition.sha256,
        subject=edition.subject,
        slugs=edition.slugs,
        now=now,
    )


def look_command(number: int) -> str:
    """Give the command that shows a would-be revision."""
    return f"`mailbag preview --issue {number}`"


def revise_command(edition: Edition) -> str:
    """Give the command that pins a would-be revision."""
    return f"`mailbag revise {edition.number} --sha256 {edition.sha256}`"


def _plan(shop: Workshop, store: Store, record: IssueRecord, at: datetime) -> Plan:
    """Plan the issue once more: its own Q&As, its own slot, and what its file says besides."""
    number = record.number
    reading = library.read_issue_file(shop.folder, number)
    file = reading.readable if reading else None
    slugs = _same(record, file)
    slot = Slot(record.slot.rule, at.astimezone(shop.zone).date(), at)
    column = library.read(shop.content, site=shop.folder, cache=shop.cache)
    named = replace(file or IssueFile(number=number), slugs=slugs)
    chosen, problems = selection.choose_named(
        column.qas,
        named,
        published=store.published.all(),
        today=slot.local_date,
        faulty=column.faulty,
        unfit=lambda qa: _unfit(shop, qa),
    )
    faults = reading.findings if reading else ()
    for fault in (*faults, *problems):
        if fault.level is Level.ERROR:
            raise ContentError(
                fault.message,
                place=fault.place or f"issue {number}",
                remedy=f"bring back what issue {number} was made of"
                if fault in problems
                else fault.remedy,
            )
    issue = composition.compose(
        number=number,
        slot=slot,
        title=shop.title,
        qas=chosen.qas,
        overrides=file,
        also=lambda: shop.words().also,
    )
    return Plan(
        number=number,
        slot=slot,
        selection=chosen,
        issue=issue,
        findings=(),
        faults=faults,
        issue_file=file,
        assumptions=(),
        minimum=len(slugs),
        ready=len(slugs),
        waiting=(),
    )


def _unfit(shop: Workshop, qa: QA) -> str | None:
    found = shop.renderer().examine(qa)
    return found.message if found else None


def _same(record: IssueRecord, file: IssueFile | None) -> tuple[str, ...]:
    """Give the Q&As in the order of the file; refuse others than those that went out."""
    slugs = file.slugs if file and file.slugs else record.slugs
    others = sorted(set(slugs) ^ set(record.slugs))
    if file is not None and others:
        what = "is not" if others[0] in slugs else "is"
        raise ContentError(
            f"a revision of issue {record.number} has the same Q&As,"
            f" and `{others[0]}` {what} one of them",
            place=file.source,
            remedy=f"name {', '.join(record.slugs)}; what else there is to say is for the next"
            " issue",
        )
    return slugs
