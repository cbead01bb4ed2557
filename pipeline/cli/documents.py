"""The documents of ``--json`` that several commands share; keys may be added, never renamed."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pipeline.app.warm_ups import PlanToday
from pipeline.cli.output import finding_document
from pipeline.content.selection import Selection
from pipeline.delivery.message_ids import message_id_of
from pipeline.delivery.reasons import explain
from pipeline.delivery.relay_ids import relay_id
from pipeline.delivery.unreached import why
from pipeline.model.delivery import Delivery, Due, Sums
from pipeline.model.record import IssueRecord, Revision
from pipeline.model.subscriber import Standing, Subscriber
from pipeline.workflow.finishing import Sent
from pipeline.workflow.looking import Look
from pipeline.workflow.outlook import Outlook
from pipeline.workflow.planning import Plan
from pipeline.workflow.rehearsing import Rehearsal

SUM_NAMES = (
    "planned",
    "accepted",
    "deferred",
    "rejected",
    "suppressed",
    "expired",
    "cancelled",
    "in_doubt",
    "queued",
)


def sums_document(sums: Sums) -> dict[str, int]:
    return {name: getattr(sums, name) for name in SUM_NAMES}


def look_document(look: Look) -> dict[str, Any]:
    """``build``, and the file ``edition.json`` that it writes."""
    edition = look.edition
    return {
        "number": edition.number,
        "slot": edition.slot.isoformat(),
        "subject": edition.subject,
        "preheader": edition.preheader,
        "slugs": list(edition.slugs),
        "sha256": edition.sha256,
        "html_bytes": edition.html_bytes,
        "images": [
            {"name": image.name, "url": image.url, "attached": image.attached}
            for image in edition.images
        ],
        "findings": [finding_document(finding) for finding in edition.findings],
        "replaces": look.replaces or None,
    }


def unusable(plan: Plan) -> str:
    """Say which file keeps a plan's issue back."""
    first, *others = plan.errors
    count = f" (and {len(others)} more)" if others else ""
    return f"{first.source} cannot be used: {first.message}{count}"


def plan_document(plan: Plan, view: Outlook) -> dict[str, Any]:
    selection: Selection = plan.selection
    return {
        "slot": plan.slot.at.isoformat(),
        "number": plan.number,
        "chosen": [{"slug": choice.qa.slug, "why": choice.why} for choice in selection.chosen],
        "passed": [{"slug": passed.slug, "why": passed.why} for passed in selection.passed],
        "approval": {"state": view.approval.value, "why": view.void},
        "assumptions": list(plan.assumptions),
        "findings": [finding_document(finding) for finding in (*plan.faults, *plan.findings)],
    }


def send_document(
    sent: Sequence[Sent],
    notes: Sequence[str] = (),
    unreached: Mapping[int, Sequence[Delivery]] = MappingProxyType({}),
) -> dict[str, Any]:
    """``send``: sums over the issues touched, and the same for each issue.

    ``unreached`` has those who did not get an issue, by its number.
    """
    issues: list[dict[str, Any]] = [
        {
            "issue": one.record.number,
            **sums_document(one.sums),
            "seconds": round(one.run.seconds, 3) if one.run else 0,
            "waits_for": "; ".join(one.waits) or None,
            "unreached": [_unreached_document(it) for it in unreached.get(one.record.number, ())],
        }
        for one in sent
    ]
    return {
        "issue": issues[0]["issue"] if len(issues) == 1 else None,
        **{name: sum(int(issue[name]) for issue in issues) for name in SUM_NAMES},
        "seconds": round(sum(float(issue["seconds"]) for issue in issues), 3),
        "issues": issues,
        "notes": list(notes),
    }


def plan_today_document(plan: PlanToday) -> dict[str, Any]:
    """Give a relay's warm-up plan as it stands today."""
    return {"relay": plan.relay, "day": plan.day, "limit": plan.limit, "used": plan.used}


def _unreached_document(delivery: Delivery) -> dict[str, Any]:
    return {
        "address": delivery.address,
        "state": delivery.state.value,
        "code": delivery.code,
        "reply": delivery.reply,
        "reason": delivery.reason,
        "why": why(delivery),
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
    }


def rehearsal_document(found: Sequence[Rehearsal], seconds: Sequence[float]) -> dict[str, Any]:
    """``send --dry-run``: as ``send``, of what would be handed over, and how long each takes."""
    issues = [
        {
            "issue": one.number,
            **sums_document(_of_due([one.due])),
            "seconds": takes,
            "waits_for": one.waits_for or None,
            "state": one.record.state.value if one.record else None,
            "why": one.record.why if one.record else "",
        }
        for one, takes in zip(found, seconds, strict=True)
    ]
    return {
        "issue": found[0].number if len(found) == 1 else None,
        "dry_run": True,
        **sums_document(_of_due([one.due for one in found])),
        "seconds": sum(seconds),
        "issues": issues,
    }


def _of_due(due: Sequence[Due]) -> Sums:
    now, later = sum(it.now for it in due), sum(it.later for it in due)
    return Sums(planned=now + later, queued=now, deferred=later)


def status_document(record: IssueRecord, sums: Sums) -> dict[str, Any]:
    return {
        "issue": record.number,
        **sums_document(sums),
        "state": record.state.value,
        "slot": record.slot.at.isoformat(),
        "slugs": list(record.slugs),
        "sha256": record.sha256,
        "subject": record.subject,
        "why": record.why,
        "frozen_at": record.frozen_at.isoformat(),
        "expires_at": record.expires_at.isoformat(),
        "candidates": record.candidates,
        "excluded": dict(record.excluded),
    }


def revisions_document(editions: Sequence[Revision]) -> list[dict[str, Any]]:
    """Give the editions of an issue: the one it began with, and those that mended it."""
    return [
        {
            "edition": it.number,
            "sha256": it.sha256,
            "subject": it.subject,
            "pinned_at": it.pinned_at.isoformat(),
        }
        for it in editions
    ]


def subscriber_document(reader: Subscriber) -> dict[str, Any]:
    return {
        "address": reader.address.addr_spec,
        "name": reader.address.display_name,
        "status": reader.status.value,
        "since": reader.since.isoformat(),
    }


def listed_document(reader: Subscriber) -> dict[str, Any]:
    """Give a reader of the list, and whether the address is suppressed."""
    return {**subscriber_document(reader), "suppressed": reader.is_suppressed}


def standing_document(standing: Standing) -> Mapping[str, Any]:
    suppression = standing.suppression
    return {
        **subscriber_document(standing.subscriber),
        "suppression": None
        if suppression is None
        else {
            "reason": suppression.reason.value,
            "since": suppression.since.isoformat(),
            "note": suppression.note,
        },
        "strikes": [
            {
                "issue": strike.issue,
                "reason": strike.reason,
                "meaning": str(explain(strike.reason) or ""),
                "at": strike.at.isoformat(),
            }
            for strike in standing.strikes
        ],
    }


def delivery_document(record: IssueRecord, delivery: Delivery, domain: str) -> Mapping[str, Any]:
    reason = explain(delivery.reason)
    return {
        "address": delivery.address,
        "state": delivery.state.value,
        "message_id": message_id_of(
            record,
            delivery.subscriber_id,
            domain,
            record.revision if delivery.edition is None else delivery.edition,
        ),
        "edition": delivery.edition,
        "attempts": delivery.attempts,
        "code": delivery.code,
        "reply": delivery.reply,
        "relay": delivery.relay,
        "relay_id": relay_id(delivery.code, delivery.reply),
        "reason": delivery.reason,
        "meaning": str(reason or ""),
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
    }
