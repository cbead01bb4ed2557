"""The command ``manual``: the pages of the documentation, and what each finding means."""

import click

from pipeline.app import manual
from pipeline.cli import output


@click.command("manual")
@click.argument("name", required=False)
def manual_command(name: str | None) -> None:
    """Show a page of the manual, or what a finding such as image/heavy means and what to do.

    Without NAME the pages are listed.
    """
    if name is None:
        output.table([(stem, manual.title_of(path)) for stem, path in manual.pages().items()])
        return
    output.say(manual.look_up(name))
