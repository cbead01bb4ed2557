"""Commands of an edition: ``build`` and ``approve``."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pipeline.app import letters
from pipeline.cli import documents, output
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.content import writing
from pipeline.errors import MailbagError
from pipeline.model.edition import Edition
from pipeline.model.verdict import is_at
from pipeline.rendering import personal
from pipeline.workflow import editing, illustrating, looking, planning, revising
from pipeline.workflow.looking import Look


@click.command("build")
@click.option(
    "--issue",
    "number",
    type=issue_number,
    metavar="N",
    help="An issue of the ledger, a paused one as it would be revised; else the next one.",
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
def build_command(session: Session, number: int | None, out: Path, *, as_json: bool) -> int:
    """Write an edition as index.html, message.txt, message.eml, web.html and edition.json.

    They are written also when a finding keeps the issue back; the exit code is 3 then.
    """
    fail_on = session.site.workshop.fail_on
    with _naming_what_is_stale(out):
        look, files = _made(session, number)
    edition = look.edition
    for name, data in files.items():
        writing.write_bytes_atomically(out / name, data)
    report = documents.look_document(look)
    back = any(is_at(finding, fail_on) for finding in edition.findings)
    if as_json:
        output.document(report)
        return 3 if back else 0
    output.say(f"Issue {edition.number}: {edition.subject}")
    output.say(f"  {edition.html_bytes:,} bytes of HTML, sha256 {edition.sha256}")
    output.findings(edition.findings)
    if look.replaces:
        how = revising.revise_command(edition)
        output.say(f"It would replace {look.replaces[:12]}; {how} pins it")
    output.say(f"Look at {out / 'index.html'}")
    if back:
        output.warn(f"It does not go out like this: `[checks] fail_on` is {fail_on.value!r}.")
        return 3
    return 0


@contextmanager
def _naming_what_is_stale(folder: Path) -> Iterator[None]:
    """Say of a page that a refused build leaves there that it is not the one asked for."""
    try:
        yield
    except MailbagError:
        page = folder / "index.html"
        if page.exists():
            output.warn(f"{page} is of an earlier build; this one was refused.")
        raise


def _made(session: Session, number: int | None) -> tuple[Look, dict[str, bytes]]:
    """Render the edition, and give its files by their names."""
    from pipeline.rendering.pages import web_page  # noqa: PLC0415 - it reads lxml

    site, now = session.site, session.clock.now()
    shop = site.workshop
    with session.store_if_there() as store:
        look = looking.look(shop, store, number, now=now)
    edition = look.edition
    images = illustrating.load(shop, edition)
    names = {image.url: image.name for image in edition.images}
    # The page shows its images from beside it, offline as well.
    beside = {url: f"images/{name}" for url, name in names.items()}
    page = edition.html_with(beside)
    values = letters.sample_values(site)
    listed = site.settings.document.web.search_engines
    web = web_page.render(
        edition,
        site.render_options,
        listed=listed,
        images=beside,
        corrected_at=look.corrected_at,
    )
    report = documents.look_document(look)
    return look, {
        "index.html": page.join(personal.for_html(**values)).encode(),
        "web.html": web.encode(),
        "message.txt": edition.text.join(personal.for_text(**values)).encode(),
        "message.eml": letters.sample_message(site, edition, now=edition.slot),
        "edition.json": json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n",
        **{f"images/{names[url]}": data for url, data in images.items()},
    }


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
