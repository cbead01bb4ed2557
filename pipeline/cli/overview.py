"""Bare ``mailbag``: one screen - where the newsletter stands, and what to do now."""

from pathlib import Path

from pipeline.app.posting import refuse_placeholders
from pipeline.cli import output
from pipeline.cli.session import Session
from pipeline.config.reading import FILE_NAME
from pipeline.errors import MailbagError
from pipeline.model.delivery import DeliveryState
from pipeline.model.finding import Level
from pipeline.model.issue import IssueState
from pipeline.model.subscriber import SubscriberStatus
from pipeline.store.opening import Store
from pipeline.workflow import planning
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
        readers = store.subscribers.count(SubscriberStatus.ACTIVE) if store else 0
        due = shop.today(plan.slot.at)
        rows = [
            (
                "next issue",
                f"{plan.number}: {plan.issue.subject if plan.issue else 'too few Q&As'}",
            ),
            ("due", f"{due:%A}, {due.day} {due:%B %Y, %H:%M} ({shop.zone.key})"),
            ("Q&As ready", str(plan.ready)),
            ("readers", f"{readers:,}"),
            ("approval", _approval(plan, required=shop.approval_required)),
            ("last result", _last(store)),
        ]
        output.say(f"{shop.title}\n")
        output.table([(f"  {name}", value) for name, value in rows])
        output.say(f"\nNow: {_advice(session, plan, store, readers)}")


def _approval(plan: Plan, *, required: bool) -> str:
    if plan.issue_file is not None and plan.issue_file.approved:
        return f"given, {plan.issue_file.approved[:12]}"
    return "required, not given" if required else "not required"


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


def _advice(session: Session, plan: Plan, store: Store | None, readers: int) -> str:
    """The one thing to do next, the most urgent first."""
    return (
        (_about_ledger(store) if store else "")
        or _about_files(session, plan)
        or _about_sending(session, plan, readers)
    )


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


def _about_files(session: Session, plan: Plan) -> str:
    errors = [f for f in (*plan.faults, *plan.findings) if f.level is Level.ERROR]
    if errors:
        return f"mend {errors[0]}"
    try:
        refuse_placeholders(session.site)
    except MailbagError as error:
        return f"edit {error}"
    return ""


def _about_sending(session: Session, plan: Plan, readers: int) -> str:
    if plan.issue is None:
        return "write an answer and set its `status: ready`; `mailbag plan` says what is missing"
    if not readers:
        return "bring readers: `mailbag subscribers import FILE`"
    approved = plan.issue_file is not None and plan.issue_file.approved
    if session.site.workshop.approval_required and not approved:
        return f"look at it (`mailbag preview`) and approve it (`mailbag approve {plan.number}`)"
    return "look at the next issue with `mailbag preview`; cron sends it when it is due"
