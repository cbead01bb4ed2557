"""Bare ``mailbag``: one screen - where the newsletter stands, and what to do now."""

from pathlib import Path

from pipeline.cli import documents, output
from pipeline.cli.session import Session
from pipeline.config.reading import FILE_NAME
from pipeline.errors import MailbagError
from pipeline.model.delivery import DeliveryState
from pipeline.model.finding import Level
from pipeline.model.issue import IssueState
from pipeline.model.record import SlotRecord, SlotState
from pipeline.store.opening import Store
from pipeline.workflow import editing, outlook, planning
from pipeline.workflow.outlook import Approval, Outlook
from pipeline.workflow.planning import Plan


def show_overview(session: Session) -> None:
    """Print the one screen; outside a newsletter, how to begin."""
    try:
        site = session.site
    except MailbagError as error:
        here = Path.cwd()
        if any((folder / FILE_NAME).is_file() for folder in (here, *here.parents)):
            raise
        if session.names_a_folder:
            raise
        output.say("mailbag turns a reader-question column into a weekly email newsletter.\n")
        output.say("  mailbag demo        see the whole of it, on this machine alone")
        output.say("  mailbag init DIR    make your own newsletter")
        output.say("  mailbag --help      every command")
        output.say(f"\n({error.message})")
        return
    shop = site.workshop
    with session.store_if_there() as store:
        plan = planning.plan(shop, store, now=session.clock.now())
        readers = store.subscribers.reachable() if store else 0
        view = outlook.look(shop, store, plan)
        lost = _slot_without_issue(store) if store else None
        due = shop.today(plan.slot.at)
        rows = [
            ("next issue", f"{plan.number}: {_subject(plan)}"),
            ("due", f"{due:%A}, {due.day} {due:%B %Y, %H:%M} ({shop.zone.key})"),
            ("Q&As ready", str(plan.ready)),
            ("readers", f"{readers:,}"),
            ("approval", view.words),
            ("last result", _last(store)),
            *([("last slot", f"{_fate(lost)}: {lost.why}")] if lost else []),
        ]
        output.say(f"{shop.title}\n")
        output.table([(f"  {name}", value) for name, value in rows])
        advice = (
            (_about_ledger(store) if store else "")
            or _about_issue(plan, view)
            or _about_files(session, plan)
            or _about_sending(plan, view, readers)
            or (_about_slot(lost) if lost else "")
            or "look at the next issue with `mailbag preview`; cron sends it when it is due"
        )
        output.say(f"\nNow: {advice}")


def _subject(plan: Plan) -> str:
    if plan.issue is not None:
        return plan.issue.subject
    return documents.unusable(plan) if plan.errors else "too few Q&As"


def _last(store: Store | None) -> str:
    records = sorted(store.issues.all(), key=lambda r: r.number) if store else []
    if not records or store is None:
        return "nothing was sent yet"
    record = records[-1]
    sums = store.outbox().sums(record.number)
    parts = [f"{sums.accepted:,} of {sums.planned:,} accepted"]
    named = (("rejected", sums.rejected), ("in doubt", sums.in_doubt), ("deferred", sums.deferred))
    parts += [f"{count:,} {name}" for name, count in named if count]
    return f"issue {record.number} is {record.state.value}: {', '.join(parts)}"


def _slot_without_issue(store: Store) -> SlotRecord | None:
    """Give the last due slot if it brought no issue, and none went out after it."""
    entry = max(store.slots.all(), key=lambda it: it.slot.at, default=None)
    if entry is None or entry.state is SlotState.TAKEN:
        return None
    is_over = any(record.frozen_at > entry.slot.at for record in store.issues.all())
    return None if is_over else entry


def _fate(entry: SlotRecord) -> str:
    verb = "waits" if entry.state is SlotState.WAITING else f"was {entry.state.value}"
    return f"that of {entry.slot.local_date} {verb}"


def _about_ledger(store: Store) -> str:
    for record in store.issues.unfinished():
        number = record.number
        if record.state is IssueState.PAUSED:
            why = f" ({record.why})" if record.why else ""
            return f"issue {number} is paused{why}; `mailbag send --issue {number}` goes on with it"
        return f"issue {number} is not finished; `mailbag send --due` goes on with it"
    for record in store.issues.all():
        if next(store.outbox().deliveries(record.number, DeliveryState.IN_DOUBT), None):
            return (
                f"issue {record.number} has messages in doubt; `mailbag deliveries"
                f" {record.number} --state in_doubt` lists them, `mailbag resolve` decides"
            )
    return ""


def _about_issue(plan: Plan, view: Outlook) -> str:
    """What keeps the next issue back, whenever its slot comes."""
    if plan.errors:
        return f"mend {plan.errors[0]}"
    if view.obstacle:
        return f"mend {view.obstacle}"
    if view.void and view.edition is not None:
        return (
            "what was approved has changed; look at it again (`mailbag preview`), then"
            f" {editing.approve_command(view.edition)}"
        )
    return ""


def _about_files(session: Session, plan: Plan) -> str:
    errors = [finding for finding in plan.findings if finding.level is Level.ERROR]
    if errors:
        return f"mend {errors[0]}"
    try:
        session.site.refuse_placeholders()
    except MailbagError as error:
        return f"edit {error}"
    return ""


def _about_sending(plan: Plan, view: Outlook, readers: int) -> str:
    if plan.issue is None:
        return "write an answer and set its `status: ready`; `mailbag plan` says what is missing"
    if view.approval is Approval.MISSING:
        return f"look at it (`mailbag preview`) and approve it (`mailbag approve {plan.number}`)"
    if view.approval is Approval.GIVEN and plan.assumptions and plan.issue_file is not None:
        # The readers are on the machine that sends.
        return f"commit {plan.issue_file.source} and push it to where issues are sent"
    return "" if readers else "bring readers: `mailbag subscribers import FILE`"


def _about_slot(entry: SlotRecord) -> str:
    """What to do about a slot whose issue did not go out, though nothing keeps it now."""
    if entry.state is SlotState.WAITING:
        return f"`mailbag send --due` sends the issue of {entry.slot.local_date}, which waits"
    return (
        f"no issue went out on {entry.slot.local_date}; `mailbag send --now` sends the next one at"
        " once, else it goes out when it is due"
    )
