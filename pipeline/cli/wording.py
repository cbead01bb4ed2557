"""The command ``words``: the interface in a language that the program does not speak."""

import click

from pipeline.app import wording
from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.language.english import MAIL
from pipeline.model.language import is_language_tag


@click.command("words")
@click.argument("language", required=False)
@json_option
@pass_session
def words_command(session: Session, language: str | None, *, as_json: bool) -> None:
    """Write the interface's words into templates/locale/LANGUAGE.po, to be translated or changed.

    Without LANGUAGE that of the newsletter is meant. What is translated there stays.
    """
    site = session.site
    tag = language or site.settings.document.newsletter.language
    if not is_language_tag(tag):
        raise click.BadParameter(f"{tag!r} is no language tag such as nl or pt-BR")
    written = wording.write_catalogue(site, tag)
    path = written.path.relative_to(site.folder).as_posix()
    if as_json:
        output.document(
            {"path": path, "lacking": list(written.lacking), "unknown": list(written.unknown)}
        )
        return
    click.echo(path)
    if written.lacking:
        output.warn(f"{output.plural(len(written.lacking), 'word')} without a translation.")
    if written.unknown:
        output.warn(
            f"None of the program's words: {', '.join(written.unknown)}. What your templates do"
            " not say may go; `mailbag check` names it."
        )
    if any(message.name in written.lacking for message in MAIL):
        output.warn(
            f"Until those of the mail are there, no issue with a text in {tag!r} goes out;"
            f" `mailbag check` names them. Without {path} it goes out, in other words."
        )
