"""Commands of the ledger: what went out, to whom, and what to do about the rest."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from pipeline.app import signing, warm_ups
from pipeline.cli import documents, output
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.delivery.reasons import explain
from pipeline.errors import NotFoundError
from pipeline.model.delivery import DeliveryEvent, DeliveryState, Sums
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import steering, waiting


def _steering(
    name: str, sentence: str, step: Callable[..., IssueRecord], then: str
) -> click.Command:
    @click.command(name, help=sentence)
    @click.argument("number", metavar="N", type=issue_number)
    @json_option
    @pass_session
    def command(session: Session, number: int, *, as_json: bool) -> None:
        with session.store() as store:
            record = step(store, number, now=session.clock.now())
            document = _status_document(session, store, record) if as_json else {}
        if as_json:
            output.document(document)
        else:
            output.say(f"Issue {number} is {record.state.value}; {then.format(n=number)}")

    return command


pause_command = _steering(
    "pause",
    "Hand over nothing more of an issue, within a second.",
    steering.pause,
    "`mailbag resume {n}` goes on with it",
)
resume_command = _steering(
    "resume",
    "Let the next `send --due` or `run` go on with a paused issue.",
    steering.resume,
    "the next `mailbag send --due` goes on with it",
)
stop_command = _steering(
    "stop",
    "End an issue for good: who did not get it yet never will.",
    steering.stop,
    "`mailbag status {n}` says who got it",
)


@click.command("issues")
@json_option
@pass_session
def issues_command(session: Session, *, as_json: bool) -> None:
    """List every issue, and the slots that had none."""
    with session.store_if_there() as store:
        records = list(store.issues.all()) if store else []
        sums = {r.number: store.outbox().sums(r.number) for r in records} if store else {}
        empty = [slot for slot in store.slots.all() if slot.issue is None] if store else []
        found = [_status_document(session, store, r) for r in records] if store and as_json else []
    if as_json:
        output.document(
            {
                "issues": found,
                "slots": [
                    {
                        "slot": entry.slot.at.isoformat(),
                        "date": entry.slot.local_date.isoformat(),
                        "state": entry.state.value,
                        "why": entry.why,
                    }
                    for entry in empty
                ],
            }
        )
        return
    rows = [
        (
            str(r.number),
            r.slot.local_date.isoformat(),
            r.state.value,
            f"{sums[r.number].accepted:,} of {sums[r.number].planned:,}",
            r.subject,
        )
        for r in records
    ] + [("-", e.slot.local_date.isoformat(), e.state.value, "", e.why) for e in empty]
    rows.sort(key=lambda row: row[1])
    if not rows:
        output.say("no issue yet")
        return
    output.table(rows, head=("issue", "day", "state", "accepted", "subject"))


_WHEN = "%A, %d %B %Y at %H:%M %Z"


@click.command("status")
@click.argument("number", metavar="[N]", type=issue_number, required=False)
@json_option
@pass_session
def status_command(session: Session, number: int | None, *, as_json: bool) -> None:
    """Say where an issue stands; without a number, the newest."""
    with session.store_if_there() as store:
        records = store.issues.all() if store else ()
        wanted = number or max((r.number for r in records), default=None)
        if wanted is None:
            output.document({"issue": None}) if as_json else output.say("no issue yet")
            return
        if store is None:
            raise _no_ledger(wanted)
        record = store.issues.get(wanted)
        if as_json:
            output.document(_status_document(session, store, record))
            return
        sums = store.outbox().sums(wanted)
        next_at = _next_at(store, record, session.clock.now())
        editions = store.issues.revisions(wanted)
        waits = _waits(session, store, record, sums)
        plans = tuple(warm_ups.today(session.site, store, now=session.clock.now()))
    because = f": {record.why}" if record.why else ""
    output.say(f"Issue {record.number} is {record.state.value}{because}")
    local = session.site.workshop.today
    output.table(
        [
            ("  subject", record.subject),
            ("  slot", f"{local(record.slot.at):{_WHEN}}"),
            ("  sha256", record.sha256),
            *[
                (f"  revision {it.number}", f"{local(it.pinned_at):{_WHEN}}, {it.sha256[:12]}")
                for it in editions[1:]
            ],
            *([("  goes on", f"{local(next_at):{_WHEN}}")] if next_at else []),
            *[("  waits", why) for why in waits],
            *_patience(session, record, sums),
            *[("  warm-up", str(plan)) for plan in plans],
            ("  Q&As", ", ".join(record.slugs)),
        ]
    )
    parts = [
        f"{getattr(sums, name):,} {name.replace('_', ' ')}" for name in documents.SUM_NAMES[1:]
    ]
    output.say(f"\n  {sums.planned:,} planned = {' + '.join(parts)}")
    if record.excluded:
        left = ", ".join(f"{count:,} {reason}" for reason, count in record.excluded.items())
        output.say(f"  {record.candidates:,} on the list; not planned: {left}")


def _status_document(session: Session, store: Store, record: IssueRecord) -> dict[str, Any]:
    """Give where an issue stands, the same from every command that says so."""
    now, number = session.clock.now(), record.number
    next_at, sums = _next_at(store, record, now), store.outbox().sums(number)
    return {
        **documents.status_document(record, sums),
        "waits_for": "; ".join(_waits(session, store, record, sums)) or None,
        "next_at": next_at.isoformat() if next_at else None,
        "revisions": documents.revisions_document(store.issues.revisions(number)),
        "warm_up": [
            documents.plan_today_document(plan)
            for plan in warm_ups.today(session.site, store, now=now)
        ],
    }


def _waits(session: Session, store: Store, record: IssueRecord, sums: Sums) -> tuple[str, ...]:
    shop, now = session.site.workshop, session.clock.now()
    return waiting.why_it_waits(shop, store, record, sums, now=now)


def _patience(session: Session, record: IssueRecord, sums: Sums) -> list[tuple[str, str]]:
    """Say until when readers are tried, while any is."""
    if record.state in {IssueState.COMPLETE, IssueState.STOPPED} or not sums.unfinished:
        return []
    until = session.site.workshop.today(record.expires_at)
    return [("  tried until", f"{until:{_WHEN}}")]


def _next_at(store: Store, record: IssueRecord, now: datetime) -> datetime | None:
    """Say when somebody who waits is next tried, or a limit ends, if that is still to come."""
    if record.state is not IssueState.SENDING:
        return None
    at = store.outbox().next_at(record.number)
    return at if at is not None and at > now else None


def _no_ledger(number: int) -> NotFoundError:
    return NotFoundError(
        f"there is no database here, so no issue {number}",
        remedy="ask where the newsletter is sent",
    )


@click.command("deliveries")
@click.argument("number", metavar="N", type=issue_number)
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    metavar="STATE",
    help=f"Only those in one state: {', '.join(DeliveryState)}.",
)
@json_option
@pass_session
def deliveries_command(session: Session, number: int, state: str | None, *, as_json: bool) -> None:
    """List who got an issue, who did not, and why."""
    wanted = DeliveryState(state) if state else None
    local = session.site.workshop.today
    with session.store_if_there() as store:
        if store is None:
            raise _no_ledger(number)
        record = store.issues.get(number)
        found = store.outbox().deliveries(number, wanted)
        if as_json:
            domain = session.site.from_.domain
            rows = [documents.delivery_document(record, delivery, domain) for delivery in found]
            output.document({"issue": number, "deliveries": rows})
            return
        for delivery in found:
            next_at = delivery.next_at
            later = f"; again at {local(next_at):%d %b %H:%M %Z}" if next_at else ""
            reply = " ".join(f"{delivery.code or ''} {delivery.reply}".split())
            reason = explain(delivery.reason)
            meaning = f" [{reason}]" if reason else ""
            said = f"{reply}{meaning}{later}".strip()
            line = f"{delivery.state.value:<10}  {delivery.address:<{_WIDTH}}  {said}"
            output.say(line.rstrip())


#: Most addresses are shorter; the list may be too long to look for the longest.
_WIDTH = 32

_WORDS = {
    DeliveryEvent.RESEND: "waiting for the next `mailbag send --due`",
    DeliveryEvent.ACCEPT: "counted as accepted now",
    DeliveryEvent.CLOSE: "closed now",
}


@click.command("resolve")
@click.argument("number", metavar="N", type=issue_number)
@click.argument("readers", metavar="[ADDR...]", nargs=-1)
@click.option("--resend", is_flag=True, help="Send it again.")
@click.option("--accepted", is_flag=True, help="It arrived.")
@click.option("--close", is_flag=True, help="Let it rest.")
@json_option
@pass_session
def resolve_command(  # noqa: PLR0913 - each is an option
    session: Session,
    number: int,
    readers: tuple[str, ...],
    *,
    resend: bool,
    accepted: bool,
    close: bool,
    as_json: bool,
) -> None:
    """Decide over messages in doubt, of these readers or of all.

    A message sent again has the same bytes and Message-ID, so that a mailbox may fold the two.
    """
    flags = {
        DeliveryEvent.RESEND: resend,
        DeliveryEvent.ACCEPT: accepted,
        DeliveryEvent.CLOSE: close,
    }
    chosen = [event for event, is_set in flags.items() if is_set]
    if len(chosen) != 1:
        raise click.UsageError("choose one of --resend, --accepted and --close")
    decision = chosen[0]
    with session.store() as store:
        # With the lock in hand nobody sends, so what a dead sender left in hand is in doubt now.
        store.sender_lock.acquire(0.0, session.clock)
        try:
            count = steering.resolve(store, number, readers, decision, now=session.clock.now())
        finally:
            store.sender_lock.release()
        sums = store.outbox().sums(number)
    if decision is DeliveryEvent.RESEND and count and signing.rewrites_message_id(session.site):
        output.warn(
            "the relay gives each message a Message-ID of its own, so no mailbox can fold the two: "
            "who got the first gets a second"
        )
    if as_json:
        output.document({"issue": number, "resolved": count, **documents.sums_document(sums)})
    elif count == 0:
        output.say(f"no message of issue {number} is in doubt")
    else:
        output.say(f"{output.plural(count, 'message')} {_WORDS[decision]}")
