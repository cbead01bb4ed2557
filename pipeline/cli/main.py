"""Edge: the command ``mailbag``: one group, one door through which every error leaves."""

import importlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from pipeline import __version__
from pipeline.cli.session import Session
from pipeline.errors import MailbagError

_LOG = logging.getLogger("mailbag")

#: Command -> module that holds it. Imported when called, so that no command pays for another's
#: libraries (the MJML compiler and the inliner take half a second).
_COMMANDS = {
    "approve": "editing",
    "backup": "care",
    "build": "editing",
    "check": "editing",
    "deliveries": "ledger",
    "demo": "sites",
    "doctor": "care",
    "import": "column",
    "init": "sites",
    "issues": "ledger",
    "new": "column",
    "pause": "ledger",
    "plan": "column",
    "preview": "web",
    "published": "published",
    "resolve": "ledger",
    "resume": "ledger",
    "run": "sending",
    "send": "sending",
    "serve": "web",
    "status": "ledger",
    "stop": "ledger",
    "subscribers": "subscribers",
}


class LazyGroup(click.Group):
    """A group that imports a command when somebody names it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(importlib.import_module(f"pipeline.cli.{module}"), f"{cmd_name}_command")
        assert isinstance(found, click.Command)  # noqa: S101 - a slip of ours, found by the tests
        return found


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MAILBAG_SITE",
    help="The newsletter's folder; else it is looked for from here upwards.",
)
@click.version_option(__version__, prog_name="mailbag")
@click.pass_context
def cli(ctx: click.Context, site: Path | None) -> None:
    """Turn a reader-question column into a weekly email newsletter.

    In a newsletter's folder, without a command: where it stands and what to do now.
    """
    ctx.obj = Session(site)
    if ctx.invoked_subcommand is None:
        from pipeline.cli.overview import show_overview  # noqa: PLC0415 - see _COMMANDS

        show_overview(ctx.obj)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    try:
        code = cli.main(args=arguments, prog_name="mailbag", standalone_mode=False)
        sys.stdout.flush()
    except MailbagError as error:
        _leave(error.exit, str(error), error.place, error.message, error.remedy, as_json=as_json)
    except click.UsageError as error:
        usage = f"\n{error.ctx.get_usage()}" if error.ctx else ""
        message = error.format_message()
        _leave(2, message + usage, "", message, "see --help", as_json=as_json)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _leave(2, "stopped", "", "stopped", "", as_json=as_json)
    except BrokenPipeError:
        # Whoever reads us, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        _LOG.debug("a bug", exc_info=True)
        sentence = f"a bug in mailbag: {type(error).__name__}: {error}"
        if os.environ.get("MAILBAG_DEBUG"):
            raise
        remedy = "set MAILBAG_DEBUG=1 and report what it prints"
        _leave(1, f"{sentence}; {remedy}", "", sentence, remedy, as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _leave(  # noqa: PLR0913 - the keys of the document
    code: int, sentence: str, place: str, message: str, remedy: str, *, as_json: bool
) -> NoReturn:
    if as_json:
        document: dict[str, Any] = {
            "error": {"exit": code, "place": place, "message": message, "remedy": remedy}
        }
        click.echo(json.dumps(document, ensure_ascii=False))
    click.echo(f"mailbag: {sentence}", err=True)
    sys.exit(code)
