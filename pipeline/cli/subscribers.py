"""``mailbag subscribers``: who gets the newsletter."""

import sys
from pathlib import Path

import click

from pipeline.cli import documents, output
from pipeline.cli.groups import Group
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.delivery.reasons import explain
from pipeline.errors import ConfigError
from pipeline.model.subscriber import Subscriber, SubscriberStatus
from pipeline.workflow import listing


@click.group("subscribers", cls=Group)
def subscribers_command() -> None:
    """Add, import, export, list, show and remove readers."""


@subscribers_command.command("add")
@click.argument("address", metavar="ADDR")
@click.option("--name", default="", help="The name beside the address.")
@click.option("--again", is_flag=True, help="The reader left, and asked to come back.")
@json_option
@pass_session
def add(session: Session, address: str, name: str, *, again: bool, as_json: bool) -> None:
    """Add a reader who asked for the newsletter."""
    with session.store() as store:
        session.site.check_keys(store)
        reader, is_new = listing.add(
            store,
            address,
            name,
            key=session.site.suppression_key,
            again=again,
            now=session.clock.now(),
        )
    if as_json:
        output.document({"address": reader.addr_spec, "name": reader.display_name, "added": is_new})
    elif is_new:
        output.say(f"{reader} gets the next issue")
    else:
        output.say(f"{reader.addr_spec} is on the list already")


@subscribers_command.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@pass_session
def bring(session: Session, path: Path, *, as_json: bool) -> int:
    """Import readers from a CSV file with the headers email,name.

    All good lines go in together; the others are listed, and the command ends with 3.
    """
    with session.store() as store:
        session.site.check_keys(store)
        found = listing.bring(
            store, path, key=session.site.suppression_key, now=session.clock.now()
        )
    if as_json:
        output.document(
            {
                "added": found.added,
                "existing": found.existing,
                "refused": [{"line": line, "reason": reason} for line, reason in found.refused],
            }
        )
        return 3 if found.refused else 0
    output.say(f"{output.plural(found.added, 'reader')} added, {found.existing:,} already there")
    for line, reason in found.refused:
        click.echo(output.plain(f"{path}:{line}: {reason}"), err=True)
    if found.refused:
        click.echo(f"{output.plural(len(found.refused), 'line')} refused", err=True)
    return 3 if found.refused else 0


@subscribers_command.command("export")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file, private to you, instead of stdout.",
)
@pass_session
def export(session: Session, out: Path | None) -> None:
    """Write the list as CSV that no spreadsheet takes for formulas."""
    with session.store_if_there() as store:
        if out is None:
            for line in listing.export(store):
                sys.stdout.write(line)
            return
        if out.exists():
            raise ConfigError("is there already", place=str(out), remedy="choose another name")
        count = listing.export_to(store, out)
    output.say(f"{output.plural(count, 'reader')} written to {out}")


@subscribers_command.command("list")
@click.option(
    "--status",
    type=click.Choice([status.value for status in SubscriberStatus]),
    help="Only those who get it, or only those who left.",
)
@click.option("--review", is_flag=True, help="Only those whose servers keep letters out.")
@json_option
@pass_session
def list_(session: Session, status: str | None, *, review: bool, as_json: bool) -> None:
    """List the readers, and since when each is one."""
    wanted = SubscriberStatus(status) if status else None
    with session.store_if_there() as store:
        found = listing.listed(store, wanted, review=review) if store else iter(())
        if as_json:
            output.document({"subscribers": list(map(documents.listed_document, found))})
            return
        count = 0
        for count, reader in enumerate(found, 1):  # noqa: B007 - the last one is the sum
            word = "suppressed" if _gets_nothing(reader) else reader.status.value
            output.say(f"{word:<12}  {reader.since:%Y-%m-%d}  {reader.address}")
        if count:
            return
        if review:
            output.warn("nobody needs to be looked at")
        else:
            output.warn("nobody is on the list yet" if status is None else f"nobody is {status}")


def _gets_nothing(reader: Subscriber) -> bool:
    """Whether a reader who did not leave is kept out by the suppression of the address."""
    return reader.is_suppressed and reader.status is SubscriberStatus.ACTIVE


@subscribers_command.command("show")
@click.argument("address", metavar="ADDR")
@json_option
@pass_session
def show(session: Session, address: str, *, as_json: bool) -> None:
    """Show how a reader stands, and what counts against the address."""
    local = session.site.workshop.today
    with session.store_if_there() as store:
        standing = listing.standing(store, address)
    if as_json:
        output.document(documents.standing_document(standing))
        return
    reader, suppression = standing.subscriber, standing.suppression
    output.say(f"{reader.address}: {reader.status.value} since {local(reader.since):%d %b %Y}")
    if suppression is not None:
        why = listing.WHY_NOT[suppression.reason]
        note = f" ({suppression.note})" if suppression.note else ""
        output.say(f"suppressed since {local(suppression.since):%d %b %Y}: {why}{note}")
    for strike in standing.strikes:
        why = str(explain(strike.reason) or strike.reason)
        output.say(f"issue {strike.issue}, {local(strike.at):%d %b %Y}: {why}")


@subscribers_command.command("remove")
@click.argument("addresses", metavar="ADDR...", nargs=-1, required=True)
@json_option
@pass_session
def remove(session: Session, addresses: tuple[str, ...], *, as_json: bool) -> None:
    """Remove readers; a later import does not bring them back."""
    with session.store() as store:
        session.site.check_keys(store)
        count = listing.remove(store, addresses, now=session.clock.now())
    if as_json:
        output.document({"removed": count})
    else:
        output.say(f"{output.plural(count, 'reader')} removed; no import brings any of them back")
