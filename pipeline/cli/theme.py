"""The command ``template``: the files of the theme, and a copy of one to be changed."""

import click

from pipeline.app import theme_files
from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session


@click.command("template")
@click.argument("name", required=False)
@json_option
@pass_session
def template_command(session: Session, name: str | None, *, as_json: bool) -> None:
    """Copy a file of the theme, such as footer.mjml, into templates/, to be changed there.

    Without NAME the theme's files are listed, with those that the site has of its own.
    """
    site = session.site
    if name is None:
        theme = site.settings.document.newsletter.theme
        rows = []
        for each, path in sorted(theme_files.of_theme(theme).items()):
            mine = theme_files.own(site, each)
            shown = mine.relative_to(site.folder).as_posix() if mine else path.parent.name
            rows.append((each, shown))
        if as_json:
            output.document({"files": [{"name": each, "from": shown} for each, shown in rows]})
            return
        output.table(rows)
        return
    copied = theme_files.copy(site, name).relative_to(site.folder).as_posix()
    if as_json:
        output.document({"path": copied})
        return
    output.say(copied)
