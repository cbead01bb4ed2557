"""The command ``revise``: a mended edition for whoever has not got the issue yet."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import click

from pipeline.app import posting
from pipeline.cli import output
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.model.edition import Edition, Placeholder
from pipeline.workflow import revising
from pipeline.workflow.revising import Revised

#: Changed lines of the text part that are shown; the desk shows the rest.
_MOST_LINES = 20


@click.command("revise")
@click.argument("number", metavar="N", type=issue_number)
@click.option("--sha256", metavar="HASH", help="What you looked at; it is refused if it changed.")
@click.option("--dry-run", is_flag=True, help="Show what would differ, and pin nothing.")
@json_option
@pass_session
def revise_command(
    session: Session, number: int, sha256: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Give readers who wait for a paused issue a mended edition."""
    if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise click.BadParameter(
            "it is the 64 digits that `mailbag build` and the desk show", param_hint="--sha256"
        )
    site = session.site
    with session.store() as store:
        revised = revising.prepare(site.workshop, store, number)
        if not as_json:
            _say_what_differs(revised)
        record = revised.record
        if not dry_run:
            record = revising.revise(
                site.workshop,
                store,
                revised,
                sha256.lower() if sha256 else None,
                now=session.clock.now(),
                check=lambda edition: posting.verify_images(site, edition),
            )
    if as_json:
        output.document({**_document(revised), "revision": record.revision, "dry_run": dry_run})
    elif not revised.differs:
        output.say(f"Issue {number} goes out as it is; `mailbag resume {number}` goes on with it")
    elif dry_run:
        output.say("Nothing was pinned.")
    else:
        output.say(
            f"Issue {number} has revision {record.revision} now,"
            f" for {output.plural(revised.waiting, 'reader')} who {_waits(revised.waiting)};"
            f" `mailbag resume {number}` goes on with it"
        )


def _waits(readers: int) -> str:
    return "waits" if readers == 1 else "wait"


def _document(revised: Revised) -> dict[str, Any]:
    before, after = revised.before, revised.edition
    return {
        "issue": after.number,
        "differs": revised.differs,
        "waiting": revised.waiting,
        "before": {"sha256": before.sha256, "subject": before.subject},
        "after": {"sha256": after.sha256, "subject": after.subject},
        "findings": [output.finding_document(finding) for finding in after.findings],
    }


def _say_what_differs(revised: Revised) -> None:
    """Show old and new, one above the other."""
    before, after = revised.before, revised.edition
    if not revised.differs:
        output.say(f"Nothing differs from what goes out now, sha256 {before.sha256}")
        return
    output.say(f"Issue {after.number}")
    rows = [("  sha256", before.sha256), ("      ->", after.sha256)]
    for name, old, new in (
        ("subject", before.subject, after.subject),
        ("preheader", before.preheader, after.preheader),
    ):
        if old != new:
            rows += [(f"  {name}", old), ("      ->", new)]
    output.table(rows)
    if before.subject == after.subject:
        output.say(f"  The subject stays: {after.subject}")
    lines = list(_changed_lines(before, after))
    for line in lines[:_MOST_LINES]:
        output.say(f"  {line}")
    if len(lines) > _MOST_LINES:
        left = output.plural(len(lines) - _MOST_LINES, "changed line")
        output.say(f"  and {left} more; {revising.look_command(after.number)} shows all")
    if not lines:
        output.say("  The text part is the same; the HTML part differs.")
    output.findings(after.findings)


def _changed_lines(before: Edition, after: Edition) -> Iterator[str]:
    """Give the lines of the text part that are gone (``-``) and new (``+``)."""
    old, new = (_lines(edition) for edition in (before, after))
    for line in difflib.unified_diff(old, new, n=0, lineterm=""):
        if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"}:
            yield line.rstrip()


def _lines(edition: Edition) -> list[str]:
    names = {placeholder: f"{{{placeholder.value}}}" for placeholder in Placeholder}
    return edition.text.join(names).splitlines()
