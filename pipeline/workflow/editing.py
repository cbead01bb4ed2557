"""From plan to edition: rendering, and what an editor's approval is worth."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.content import issue_file as issue_files
from pipeline.content import library, writing
from pipeline.errors import ConflictError, ContentError, NotFoundError
from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.model.record import Draft
from pipeline.store.opening import Store
from pipeline.workflow import planning
from pipeline.workflow.planning import Plan
from pipeline.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Prepared:
    """An issue's edition, and whether it may go out as far as approval goes."""

    plan: Plan
    edition: Edition
    #: The inputs the edition was made of: name -> sha256.
    inputs: Mapping[str, str]
    #: Its bytes are pinned by an editor.
    is_approved: bool
    #: Why an approval that somebody gave does not hold; empty when none was given or it holds.
    void: str = ""

    def findings_at(self, level: Level) -> tuple[Finding, ...]:
        """Give the edition's findings that are at least so bad."""
        bad = {Level.ERROR} if level is Level.ERROR else {Level.ERROR, Level.WARNING}
        return tuple(finding for finding in self.edition.findings if finding.level in bad)


def prepare(shop: Workshop, store: Store | None, plan: Plan) -> Prepared:
    """Render a plan's issue, or take the bytes an editor approved for it.

    Raises ContentError, NotEnoughContentError or RenderError.
    """
    issue = plan.require_issue()
    inputs = _inputs(shop, plan)
    draft = store.drafts.find(plan.slot) if store else None
    if draft is not None:
        changed = _changed(draft.inputs, inputs)
        pinned = Edition.from_json(draft.edition)
        if not changed and pinned.number == issue.number:
            return Prepared(plan, pinned, inputs, is_approved=True)
        why = ", ".join(changed) or f"its number {pinned.number}"
        edition = shop.renderer().render(issue, nonce=shop.nonce())
        if edition.sha256 == draft.sha256:
            return Prepared(plan, edition, inputs, is_approved=True)
        void = f"the approval of {draft.sha256[:12]} is void: {why} changed since"
        return Prepared(plan, edition, inputs, is_approved=False, void=void)
    edition = shop.renderer().render(issue, nonce=shop.nonce())
    wanted = plan.issue_file.approved if plan.issue_file else None
    if not wanted:
        return Prepared(plan, edition, inputs, is_approved=False)
    if wanted == edition.sha256:
        return Prepared(plan, edition, inputs, is_approved=True)
    void = (
        f"{plan.issue_file.source if plan.issue_file else 'the issue file'} approves"
        f" {wanted[:12]}, and the edition made here is {edition.sha256[:12]}: a Q&A, the issue"
        " file, the theme, newsletter.toml or a locked library differs from where it was approved"
    )
    return Prepared(plan, edition, inputs, is_approved=False, void=void)


def approve(shop: Workshop, store: Store, plan: Plan, sha256: str, *, now: datetime) -> Draft:
    """Pin the bytes of the next issue: in its file, which travels with git, and in the ledger."""
    issue = plan.require_issue()
    edition = shop.renderer().render(issue, nonce=shop.nonce())
    if edition.sha256 != sha256:
        raise ConflictError(
            f"issue {issue.number} is {edition.sha256} now, not {sha256}",
            remedy="look at it again with `mailbag preview`, then approve what you saw",
        )
    bad = [finding for finding in edition.findings if finding.level is Level.ERROR]
    if bad:
        raise ContentError(bad[0].message, place=bad[0].place, remedy=bad[0].remedy)
    path = library.issue_path(shop.folder, issue.number)
    text = (
        path.read_bytes().decode()
        if path.exists()
        else issue_files.write(planning.as_file(plan, issue))
    )
    writing.write_text_atomically(path, issue_files.with_approval(text, sha256))
    draft = Draft(
        slot=plan.slot,
        edition=edition.to_json(),
        sha256=sha256,
        approved_at=now,
        inputs=_inputs(shop, plan),
    )
    store.drafts.save(draft)
    return draft


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


def _inputs(shop: Workshop, plan: Plan) -> dict[str, str]:
    """Name everything that decides the bytes of an issue, with the hash of each."""
    inputs = dict(shop.render_inputs())
    if plan.issue is None:
        return inputs
    for qa in plan.issue.qas:
        inputs[qa.source] = library.digest(shop.folder / qa.source)
    head = (
        plan.issue.title,
        plan.issue.subject,
        plan.issue.preheader,
        plan.issue.intro,
        plan.issue.slugs,
    )
    inputs["the issue's subject, preheader, intro or Q&As"] = hashlib.sha256(
        repr(head).encode()
    ).hexdigest()
    inputs["its slot"] = plan.issue.slot.at.isoformat()
    return inputs


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def edition_of(
    shop: Workshop, store: Store | None, number: int | None, *, now: datetime
) -> Edition:
    """Give the edition of an issue of the ledger, or of the next one."""
    if (
        number is not None
        and store is not None
        and number in {record.number for record in store.issues.all()}
    ):
        return Edition.from_json(store.issues.edition(number))
    plan = planning.plan(shop, store, now=now)
    if number is not None:
        require_next(plan, number)
    return prepare(shop, store, plan).edition


def require_next(plan: Plan, number: int) -> None:
    """Refuse a number that is neither in the ledger nor the next."""
    if number != plan.number:
        raise NotFoundError(
            f"there is no issue {number}; the next one is {plan.number}",
            remedy="`mailbag issues` lists them",
        )
