"""``mailbag import``: a saved column becomes Q&A files."""

from pathlib import Path

import click

from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.content.importing import files, reporting


@click.command("import")
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@json_option
@pass_session
def import_command(
    session: Session, paths: tuple[Path, ...], *, dry_run: bool, as_json: bool
) -> int:
    """Make Q&A files of a column saved as text, HTML or Markdown."""
    site = session.site
    language = site.settings.document.newsletter.language
    imported = files.import_files(paths, site.workshop.content, dry_run=dry_run, language=language)
    if as_json:
        output.document(reporting.as_json(imported))
    else:
        for line in reporting.summary(imported, dry_run=dry_run):
            output.say(line)
    return max((each.error.exit for each in imported if each.error), default=0)
