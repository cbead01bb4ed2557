"""Commands that make a site: ``init`` and ``demo``."""

import shlex
import tempfile
from pathlib import Path

import click

from pipeline.app import new_site
from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.errors import ConfigError


def _folder(text: str) -> Path:
    """Read a folder's name; an empty one, such as an unset variable, would be this folder."""
    if not text.strip():
        raise click.BadParameter("name the folder to make")
    return Path(text)


@click.command("init")
@click.argument("folder", metavar="DIR", type=_folder)
@json_option
@pass_session
def init_command(session: Session, folder: Path, *, as_json: bool) -> None:
    """Make a new newsletter's folder."""
    made = new_site.make_site(folder, today=session.clock.now().date())
    cron = new_site.cron_line(made.folder)
    if as_json:
        output.document({"folder": str(made.folder), "made": list(made.made), "cron": cron})
        return
    output.say(f"{made.folder}")
    for name in made.made:
        output.say(f"  {name}")
    output.say("\nNow")
    output.say("  1. decide what stands as CHANGE-ME in newsletter.toml")
    output.say("  2. write a question and its answer in content/, and set `status: ready`")
    output.say("  3. mailbag preview")
    output.say("  4. mailbag subscribers import FILE")
    output.say("\nFor cron, when you are ready:")
    output.say(f"  {cron}")


@click.command("demo")
@click.argument("folder", metavar="[DIR]", type=_folder, required=False)
@click.pass_context
def demo_command(ctx: click.Context, folder: Path | None) -> None:
    """Run the whole pipeline on the sample newsletter, to a mail server on this machine."""
    from pipeline import demo  # noqa: PLC0415 - the mail server is needed by this command alone

    session: Session = ctx.obj
    folder = (folder or Path(tempfile.mkdtemp(prefix="mailbag-demo-"))).absolute()
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError("is not empty", place=str(folder), remedy="name a new folder")
    port = demo.free_port()
    column, readers = demo.make_sample_site(folder, today=session.clock.now().date(), port=port)
    run = _Commands(ctx, folder)
    with demo.mail_server(folder / "Maildir", port) as received:
        run("import", str(column))
        run("subscribers", "import", str(readers))
        run("plan")
        run("check")
        run("build", "--out", str(folder / "edition"))
        run("send", "--now", "--yes")
        first = len(received)
        run("send", "--due")
        second = len(received) - first
    output.say(f"\nThe mail server got {output.plural(first, 'message')}, then {second} more.\n")
    message = next(iter(sorted((folder / "Maildir" / "new").iterdir())), folder / "Maildir")
    output.say(f"The edition   {folder / 'edition' / 'index.html'}")
    output.say(f"A message     {message}")
    output.say(f"The desk      {new_site.program()} --site {shlex.quote(str(folder))} preview")


class _Commands:
    """Runs commands as a person would type them, and shows what was typed."""

    def __init__(self, ctx: click.Context, folder: Path) -> None:
        self._group = ctx.find_root().command
        self._folder = folder

    def __call__(self, *words: str) -> None:
        click.echo(click.style(f"\n$ mailbag {shlex.join(words)}", bold=True))
        code = self._group.main(
            ["--site", str(self._folder), *words], prog_name="mailbag", standalone_mode=False
        )
        if code:
            raise ConfigError(f"`mailbag {words[0]}` ended with {code}", place=str(self._folder))
