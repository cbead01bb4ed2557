"""From plan to edition: rendering, and what an editor's approval is worth."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.content import issue_file as issue_files
from pipeline.content import library, writing
from pipeline.errors import ContentError, NotFoundError
from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.model.issue import Issue, Slot
from pipeline.model.record import Draft
from pipeline.model.verdict import is_at, settle
from pipeline.store.opening import Store
from pipeline.workflow import illustrating, inputs, planning
from pipeline.workflow.planning import Plan
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Void:
    """An approval that was given and does not hold, where no edition can be made."""

    approved: str
    why: str
    #: The issue's file; empty when there is none.
    source: str

    @property
    def finding(self) -> Finding:
        """Give it as what a check noticed."""
        return Finding(
            id="issue/approval",
            level=Level.ERROR,
            source=self.source,
            message=f"the approval of {self.approved[:12]} is void: {self.why}",
            remedy="mend what keeps the issue from being made; if its bytes are the same then,"
            " the approval holds again",
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """An issue's edition, and whether it may go out as far as approval goes."""

    plan: Plan
    edition: Edition
    #: Its bytes are pinned by an editor.
    is_approved: bool
    #: Why an approval that somebody gave does not hold; empty when none was given or it holds.
    void: str = ""
    #: The bytes that somebody approved, these or others; empty when nobody did.
    approved: str = ""

    @property
    def refusal(self) -> str:
        """Say that the approval is void, and why."""
        return f"the approval of {self.approved[:12]} is void: {self.void}"

    def findings_at(self, level: Level) -> tuple[Finding, ...]:
        """Give the edition's findings that are at least so bad."""
        return tuple(finding for finding in self.edition.findings if is_at(finding, level))


def prepare(shop: Workshop, store: Store | None, plan: Plan) -> Prepared:
    """Render a plan's issue, or take the bytes an editor approved for it.

    Raises ContentError, NotEnoughContentError or RenderError.
    """
    issue = plan.require_issue()
    draft = _draft(store, plan.slot) if store else None
    changes = inputs.changed(draft.inputs, inputs.of(shop, issue)) if draft else ()
    if draft is not None and not changes:
        edition = Edition.from_json(draft.edition)
        return Prepared(plan, edition, is_approved=True, approved=edition.sha256)
    edition = render(shop, plan)
    committed = plan.issue_file.approved if plan.issue_file else None
    if edition.sha256 in {committed, draft.sha256 if draft else None}:
        return Prepared(plan, edition, is_approved=True, approved=edition.sha256)
    if draft is not None:
        void, approved = inputs.in_words(shop, changes), draft.sha256
    elif committed:
        approved = committed
        void = (
            f"the edition made here is {edition.sha256[:12]}; a Q&A, the issue file, the theme,"
            " newsletter.toml or a locked library differs from where it was approved"
        )
    else:
        void = approved = ""
    return Prepared(plan, edition, is_approved=False, void=void, approved=approved)


def void_unmade(shop: Workshop, store: Store | None, plan: Plan) -> Void | None:
    """Say why an approval does not hold when no edition can be made; ``None``: none was given."""
    draft = _draft(store, plan.slot) if store else None
    committed = plan.issue_file.approved if plan.issue_file else None
    approved = draft.sha256 if draft else committed
    if not approved:
        return None
    changes = inputs.changed_files(shop, draft.inputs) if draft else ()
    why = inputs.in_words(shop, changes) or "the issue cannot be made as its files are now"
    return Void(approved, why, plan.issue_file.source if plan.issue_file else "")


def render(shop: Workshop, plan: Plan) -> Edition:
    """Render a plan's issue, its findings judged as the site does and silenced as its editor does.

    Raises ContentError, NotEnoughContentError or RenderError.
    """
    edition = shop.renderer().render(plan.require_issue(), nonce=shop.nonce())
    silences = plan.issue_file.silences if plan.issue_file else ()
    return replace(edition, findings=settle(edition.findings, shop.levels, silences))


def _draft(store: Store, slot: Slot) -> Draft | None:
    """Find what was approved here for a slot, unless another machine has sent it since."""
    draft = store.drafts.find(slot)
    if draft is None:
        return None
    edition = Edition.from_json(draft.edition)
    published = {entry.slug: entry.issue for entry in store.published.all().entries}
    is_spent = all(published.get(slug) == edition.number for slug in edition.slugs)
    return None if is_spent else draft


def approve(
    shop: Workshop, store: Store | None, plan: Plan, sha256: str, *, now: datetime
) -> Draft:
    """Pin the bytes of the next issue: in the ledger if there is one, and in the issue's file.

    The file travels with git, so that an editor without the ledger approves as well.
    Raises ContentError when the bytes are not those of ``sha256``.
    """
    issue = plan.require_issue()
    made_of = inputs.of(shop, issue)
    prepared = prepare(shop, store, plan)
    edition = prepared.edition
    if edition.sha256 != sha256:
        raise ContentError(
            f"issue {issue.number} is {edition.sha256} now, not {sha256}",
            remedy="look at it again with `mailbag preview`, then approve what you saw",
        )
    refuse_findings(prepared, shop.fail_on)
    illustrating.keep(shop, edition)
    path = library.issue_path(shop.folder, issue.number)
    text = issue_files.with_approval(_file_text(plan, issue, path), sha256)
    draft = Draft(
        slot=plan.slot,
        edition=edition.to_json(),
        sha256=sha256,
        approved_at=now,
        inputs=made_of,
    )
    if store is None:
        writing.write_text_atomically(path, text)
        return draft
    store.drafts.save(draft)
    try:
        writing.write_text_atomically(path, text)
    except ContentError:
        store.drafts.drop(plan.slot)
        raise
    return draft


def _file_text(plan: Plan, issue: Issue, path: Path) -> str:
    """Give the issue's file as it is, or as it would be written."""
    if path.exists():
        return path.read_bytes().decode()
    return issue_files.write(planning.as_file(plan, issue))


def refuse_findings(prepared: Prepared, level: Level) -> None:
    """Refuse an edition whose findings are too bad to go out."""
    bad = prepared.findings_at(level)
    if bad:
        first, *others = bad
        more = f" (and {len(others)} more)" if others else ""
        raise ContentError(
            first.message + more,
            place=first.place or f"issue {prepared.edition.number}",
            remedy=first.remedy or "`mailbag check` lists them all",
        )


def void_finding(prepared: Prepared) -> Finding | None:
    """Give a void approval as what a check noticed; ``None`` when there is no such."""
    if not prepared.void:
        return None
    edition, file = prepared.edition, prepared.plan.issue_file
    return Finding(
        id="issue/approval",
        level=Level.ERROR,
        source=file.source if file else "",
        message=prepared.refusal,
        remedy=f"look at it again with `mailbag preview`, then {approve_command(edition)}",
    )


def refuse_void(prepared: Prepared) -> None:
    """Refuse other bytes than those that somebody approved, even where nobody had to."""
    found = void_finding(prepared)
    if found is not None:
        raise ContentError(
            found.message, place=f"issue {prepared.edition.number}", remedy=found.remedy
        )


def approve_command(edition: Edition) -> str:
    """Give the command that pins an edition's bytes."""
    return f"`mailbag approve {edition.number} --sha256 {edition.sha256}`"


def require_next(plan: Plan, number: int) -> None:
    """Refuse a number that is neither in the ledger nor the next."""
    if number != plan.number:
        raise NotFoundError(
            f"there is no issue {number}; the next one is {plan.number}",
            remedy="`mailbag issues` lists them",
        )
