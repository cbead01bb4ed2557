"""From a slot to an issue of the ledger: its number, bytes and Q&As fixed; or why there is none."""

from collections.abc import Callable
from datetime import datetime

from pipeline.model.edition import Edition
from pipeline.model.issue import Slot
from pipeline.model.published import PublishedQA
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import editing, illustrating, planning
from pipeline.workflow.editing import Prepared
from pipeline.workflow.workshop import Post, Workshop

#: Shown an edition and how many get it; raises when the person says no.
Confirm = Callable[[Edition, int], None]


def unasked(_edition: Edition, _readers: int) -> None:
    """Go ahead without a question."""


def begin(  # noqa: PLR0913 - what a slot and a call off schedule differ in
    shop: Workshop,
    post: Post,
    slot: Slot,
    *,
    now: datetime,
    scheduled: bool,
    confirm: Confirm = unasked,
) -> IssueRecord | str:
    """Make a slot's issue, in one transaction; or say what it waits for.

    Raises ContentError or RenderError when no edition can be made or it must not go out, that
    of a void approval among them; NotEnoughContentError when there are too few Q&As, and LinkError.
    """
    prepared: Prepared = post.apart(lambda: _prepare(shop, post.store, slot, now=now))
    editing.refuse_void(prepared)
    waits_for = missing(shop, post.store, prepared)
    if waits_for:
        return waits_for
    editing.refuse_findings(prepared, shop.fail_on)
    edition = prepared.edition
    confirm(edition, post.store.subscribers.reachable())
    post.check_links()
    # Kept first: they are asked for where they are given out from.
    illustrating.keep(shop, edition)
    post.check_edition(edition)
    return post.store.issues.begin(
        number=edition.number,
        slot=slot,
        edition_json=edition.to_json(),
        sha256=edition.sha256,
        subject=edition.subject,
        published=[
            PublishedQA(slug=qa.slug, question_hash=qa.question.hash, issue=edition.number)
            for qa in prepared.plan.require_issue().qas
        ],
        nonce=shop.nonce(),
        now=now,
        expires_at=shop.expire_after(now),
        scheduled=scheduled,
    )


def _prepare(shop: Workshop, store: Store, slot: Slot, *, now: datetime) -> Prepared:
    """Plan and render a slot's issue; writes nothing into the ledger."""
    return editing.prepare(shop, store, planning.plan(shop, store, now=now, slot=slot))


def missing(shop: Workshop, store: Store, prepared: Prepared) -> str:
    """Say what an issue waits for; empty when nothing."""
    edition = prepared.edition
    if prepared.void:
        return f"{prepared.refusal}; look at it again, then {editing.approve_command(edition)}"
    if shop.approval_required and not prepared.is_approved:
        return (
            f"issue {edition.number} is not approved; look at it with `mailbag preview`,"
            f" then {editing.approve_command(edition)}"
        )
    if not store.issues.has_readers():
        return "there are no readers; `mailbag subscribers import FILE` brings them"
    return ""
