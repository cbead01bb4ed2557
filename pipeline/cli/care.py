"""Commands that look after a site: ``doctor`` and ``backup``."""

from pathlib import Path

import click

from pipeline.app import health, signing
from pipeline.app.health import Health
from pipeline.app.site import IMAGES
from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session

_COLOURS = {Health.GOOD: "green", Health.LOOK: "yellow", Health.BAD: "red"}


@click.command("doctor")
@click.option(
    "--accept-clock", is_flag=True, help="The clock is right now, whatever the ledger has seen."
)
@json_option
@pass_session
def doctor_command(session: Session, *, accept_clock: bool, as_json: bool) -> int:
    """Look at the relay, the domains, the keys, the database and the clock."""
    if accept_clock:
        with session.store() as store:
            store.meta.reset_clock(session.clock.now())
    lines = list(health.examine(session.site, session.environment))
    if as_json:
        output.document(
            {
                "checks": [
                    {
                        "subject": line.subject,
                        "state": line.state.value,
                        "fact": line.fact,
                        "remedy": line.remedy,
                    }
                    for line in lines
                ]
            }
        )
    else:
        width = max(len(line.subject) for line in lines)
        for line in lines:
            state = click.style(f"{line.state.value:<4}", fg=_COLOURS[line.state], bold=True)
            remedy = f"; {line.remedy}" if line.remedy else ""
            said = output.plain(f"{line.subject:<{width}}  {line.fact}{remedy}")
            click.echo(f"{state}  {said}")
    return max((line.exit for line in lines if line.state is Health.BAD), default=0)


@click.command("backup")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_session
def backup_command(session: Session, path: Path, *, as_json: bool) -> None:
    """Write the ledger to one file, also while a send is running.

    The secret keys are never in it: keep .secrets/ elsewhere, in a safe place.
    """
    with session.store() as store:
        store.backup(path)
    document = session.site.settings.document
    missing = [
        document.keys.token_file,
        *document.keys.old_token_files,
        document.keys.suppression_file,
        *(it.password_file for it in (document.smtp, *document.smtp_backup) if it.password_file),
        *(str(file.path) for file in signing.key_files(session.site)),
    ]
    if session.site.image_files.folder.is_dir():
        # Mails that were sent name them for years.
        missing.append(f"{IMAGES}/")
    if as_json:
        output.document({"file": str(path), "bytes": path.stat().st_size, "not_in_it": missing})
        return
    output.say(f"{path}: {path.stat().st_size:,} bytes")
    output.say(f"Not in it, keep them as well: {', '.join(missing)}")
