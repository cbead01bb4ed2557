"""Commands of the ledger: what went out, to whom, and what to do about the rest."""

from collections.abc import Callable

import click

from pipeline.cli import documents, output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.model.delivery import DeliveryEvent, DeliveryState
from pipeline.model.record import IssueRecord
from pipeline.workflow import steering


def _steering(
    name: str, sentence: str, step: Callable[..., IssueRecord], then: str
) -> click.Command:
    @click.command(name, help=sentence)
    @click.argument("number", type=int)
    @json_option
    @pass_session
    def command(session: Session, number: int, *, as_json: bool) -> None:
        with session.store() as store:
            record = step(store, number, now=session.clock.now())
            sums = store.outbox().sums(number)
        if as_json:
            output.document(documents.status_document(record, sums))
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
    if as_json:
        output.document(
            {
                "issues": [documents.status_document(r, sums[r.number]) for r in records],
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
    output.table(rows, head=("issue", "day", "state", "accepted", "subject"))


@click.command("status")
@click.argument("number", type=int, required=False)
@json_option
@pass_session
def status_command(session: Session, number: int | None, *, as_json: bool) -> None:
    """Say where an issue stands; without a number, the newest."""
    with session.store() as store:
        if number is None:
            newest = max((r.number for r in store.issues.all()), default=None)
            if newest is None:
                output.document({"issue": None}) if as_json else output.say("no issue yet")
                return
            number = newest
        record = store.issues.get(number)
        sums = store.outbox().sums(number)
    if as_json:
        output.document(documents.status_document(record, sums))
        return
    because = f": {record.why}" if record.why else ""
    output.say(f"Issue {number} is {record.state.value}{because}")
    slot = session.site.workshop.today(record.slot.at)
    output.table(
        [
            ("  subject", record.subject),
            ("  slot", f"{slot:%A, %d %B %Y at %H:%M %Z}"),
            ("  sha256", record.sha256),
            (
                "  given up",
                f"{session.site.workshop.today(record.expires_at):%d %B %Y at %H:%M %Z}",
            ),
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


@click.command("deliveries")
@click.argument("number", type=int)
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]))
@json_option
@pass_session
def deliveries_command(session: Session, number: int, state: str | None, *, as_json: bool) -> None:
    """List who got an issue, who did not, and why."""
    wanted = DeliveryState(state) if state else None
    with session.store() as store:
        record = store.issues.get(number)
        found = store.outbox().deliveries(number, wanted)
        if as_json:
            domain = session.site.from_.domain
            rows = [documents.delivery_document(record, delivery, domain) for delivery in found]
            output.document({"issue": number, "deliveries": rows})
            return
        for delivery in found:
            later = f" again at {delivery.next_at:%d %b %H:%M} UTC" if delivery.next_at else ""
            reply = " ".join(f"{delivery.code or ''} {delivery.reply}".split())
            output.say(f"{delivery.state.value:<10} {delivery.address}  {reply}{later}".rstrip())


_WORDS = {
    DeliveryEvent.RESEND: "will be sent again with the next `mailbag send --due`",
    DeliveryEvent.ACCEPT: "count as accepted now",
    DeliveryEvent.CLOSE: "are closed now",
}


@click.command("resolve")
@click.argument("number", type=int)
@click.argument("readers", metavar="[ADDR...]", nargs=-1)
@click.option("--resend", "event", flag_value=DeliveryEvent.RESEND.value, help="Send it again.")
@click.option("--accepted", "event", flag_value=DeliveryEvent.ACCEPT.value, help="It arrived.")
@click.option("--close", "event", flag_value=DeliveryEvent.CLOSE.value, help="Let it rest.")
@json_option
@pass_session
def resolve_command(
    session: Session, number: int, readers: tuple[str, ...], event: str | None, *, as_json: bool
) -> None:
    """Decide over messages in doubt, of these readers or of all.

    A message sent again has the same bytes and Message-ID, so that a mailbox may fold the two.
    """
    if event is None:
        raise click.UsageError("choose one of --resend, --accepted and --close")
    decision = DeliveryEvent(event)
    with session.store() as store:
        # With the lock in hand nobody sends, so what a dead sender left in hand is in doubt now.
        store.sender_lock.acquire(0.0, session.clock)
        try:
            count = steering.resolve(store, number, readers, decision, now=session.clock.now())
        finally:
            store.sender_lock.release()
        sums = store.outbox().sums(number)
    if as_json:
        output.document({"issue": number, "resolved": count, **documents.sums_document(sums)})
    else:
        output.say(f"{output.plural(count, 'message')} {_WORDS[decision]}")
