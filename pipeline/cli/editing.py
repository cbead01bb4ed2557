"""Commands of an edition: ``check``, ``build``, ``approve``."""

import json
import re
from pathlib import Path

import click

from pipeline.app import posting
from pipeline.cli import documents, output
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.content import writing
from pipeline.errors import ContentError, NotEnoughContentError, RenderError
from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.rendering import personal
from pipeline.workflow import editing, planning


@click.command("check")
@json_option
@pass_session
def check_command(session: Session, *, as_json: bool) -> int:
    """List every finding in content, templates and the next edition."""
    shop = session.site.workshop
    with session.store_if_there() as store:
        plan = planning.plan(shop, store, now=session.clock.now())
        found = [*plan.faults, *plan.findings]
        try:
            prepared = editing.prepare(shop, store, plan)
            found += prepared.edition.findings
            void = editing.void_finding(prepared)
            found += [void] if void else []
        except NotEnoughContentError as error:
            found.append(_as_finding(error, "issue/too-few", Level.WARNING))
        except RenderError as error:
            found.append(_as_finding(error, "template/error", Level.ERROR))
        except ContentError as error:
            if not plan.errors:  # else they say it already
                found.append(_as_finding(error, "issue/unusable", Level.ERROR))
    if as_json:
        output.document({"findings": [output.finding_document(finding) for finding in found]})
    else:
        output.findings(found)
        counts = {level: sum(1 for f in found if f.level is level) for level in Level}
        output.say(
            ", ".join(output.plural(count, level.value) for level, count in counts.items())
            if found
            else "nothing to mend"
        )
    bad = {Level.ERROR} if shop.fail_on is Level.ERROR else {Level.ERROR, Level.WARNING}
    return 3 if any(finding.level in bad for finding in found) else 0


def _as_finding(error: ContentError | RenderError, name: str, level: Level) -> Finding:
    source, _, rest = error.place.partition(":")
    line = rest.partition(":")[0]
    return Finding(
        id=name,
        level=level,
        source=source,
        line=int(line) if line.isdigit() else 0,
        message=error.message,
        remedy=error.remedy,
    )


@click.command("build")
@click.option(
    "--issue",
    "number",
    type=issue_number,
    metavar="N",
    help="An issue of the ledger; else the next one.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write to; made when it is not there.",
)
@json_option
@pass_session
def build_command(session: Session, number: int | None, out: Path, *, as_json: bool) -> None:
    """Write an edition as index.html, message.txt, message.eml and edition.json."""
    site, now = session.site, session.clock.now()
    shop = site.workshop
    with session.store_if_there() as store:
        edition = editing.edition_of(shop, store, number, now=now)
    values = posting.sample_values(site)
    report = documents.edition_document(edition, edition.findings)
    _write(
        out,
        {
            "index.html": edition.html.join(personal.for_html(**values)).encode(),
            "message.txt": edition.text.join(personal.for_text(**values)).encode(),
            "message.eml": posting.sample_message(site, edition, now=edition.slot),
            "edition.json": json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n",
        },
    )
    if as_json:
        output.document(report)
        return
    output.say(f"Issue {edition.number}: {edition.subject}")
    output.say(f"  {edition.html_bytes:,} bytes of HTML, sha256 {edition.sha256}")
    output.findings(edition.findings)
    output.say(f"Look at {out / 'index.html'}")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        writing.write_bytes_atomically(folder / name, data)


@click.command("approve")
@click.argument("number", metavar="N", type=issue_number)
@click.option("--sha256", required=True, metavar="HASH", help="What you looked at.")
@json_option
@pass_session
def approve_command(session: Session, number: int, sha256: str, *, as_json: bool) -> None:
    """Pin the bytes of the next issue; any later change voids it."""
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise click.BadParameter(
            "it is the 64 digits that `mailbag build` and the desk show", param_hint="--sha256"
        )
    site, now = session.site, session.clock.now()
    with session.store_if_there() as store:
        plan = planning.plan(site.workshop, store, now=now)
        editing.require_next(plan, number)
        draft = editing.approve(site.workshop, store, plan, sha256.lower(), now=now)
    edition = Edition.from_json(draft.edition)
    if as_json:
        output.document({"number": number, "sha256": draft.sha256, "subject": edition.subject})
        return
    output.say(f"Issue {number} is approved: {edition.subject}")
    output.say(f"issues/{number:04}.md carries {draft.sha256}; commit it where others send.")
