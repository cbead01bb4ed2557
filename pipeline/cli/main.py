"""Edge: the command ``mailbag``: one group, one door through which every error leaves."""

import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from pipeline import __version__
from pipeline.cli import output, streams
from pipeline.cli.groups import ReaderLeft, TopGroup
from pipeline.cli.session import Session
from pipeline.errors import ConfigError, MailbagError, StateError

#: Set to anything: a bug ends with its traceback.
_DEBUG = "MAILBAG_DEBUG"

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


@click.group(
    cls=TopGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    envvar="MAILBAG_SITE",
    help="The newsletter's folder, also as MAILBAG_SITE; else looked for from here upwards.",
)
@click.version_option(__version__, prog_name="mailbag")
@click.pass_context
def cli(ctx: click.Context, site: Path | None) -> None:
    """Turn a reader-question column into a weekly email newsletter.

    In a newsletter's folder, without a command: where it stands and what to do now.
    """
    ctx.obj = Session(site)
    if ctx.invoked_subcommand is None:
        from pipeline.cli.overview import show_overview  # noqa: PLC0415 - see TopGroup

        show_overview(ctx.obj)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    streams.open_missing()
    streams.never_refuse_a_character()
    as_json = "--json" in arguments
    code = 0
    try:
        found = cli.main(args=arguments, prog_name="mailbag", standalone_mode=False)
        code = found if isinstance(found, int) else 0
        sys.stdout.flush()
    except MailbagError as error:
        _leave(error, error.exit, as_json=as_json)
    except click.UsageError as error:
        _leave(_of_usage(error), 2, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        _leave(ConfigError("stopped before it was done"), 2, as_json=as_json)
    except (ReaderLeft, BrokenPipeError):
        streams.print_no_more()
    except OSError as error:
        _leave(*_of_system(error), as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the one door
        _leave(*_of_bug(error), as_json=as_json)
    sys.exit(code)


def _of_usage(error: click.UsageError) -> ConfigError:
    """Say it as everything else is said; click writes whole sentences."""
    path = error.ctx.command_path if error.ctx else "mailbag"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        assert isinstance(error.ctx.command, click.Group)  # noqa: S101 - only groups have it
        choices = error.ctx.command.list_commands(error.ctx)
        said = f"`{path}` needs a command: {', '.join(choices)}"
    else:
        said = error.format_message()
    fact, _, meant = said.rstrip(".").partition(". Did you mean ")
    remedy = f"did you mean {meant}" if meant else f"see `{path} --help`"
    if isinstance(error, click.NoSuchOption) and "passw" in error.option_name.lower():
        # What stands on a command line is seen by everybody on the machine.
        remedy = "a password is read from [smtp] password_file, or MAILBAG_SMTP_PASSWORD"
    return ConfigError(fact[:1].lower() + fact[1:], remedy=remedy)


def _of_system(error: OSError) -> tuple[MailbagError, int]:
    """Say what the operating system refused; without a file or a disk to name it is a bug."""
    if error.errno in _DISK:
        streams.print_no_more()
        said = StateError(
            error.strerror or str(error),
            place=str(error.filename or ""),
            remedy="make room on the disk, or name another one",
        )
        return said, said.exit
    if error.filename is None:
        return _of_bug(error)
    return (
        ConfigError(
            error.strerror or str(error),
            place=str(error.filename),
            remedy="see that it is there and that you may use it",
        ),
        2,
    )


def _of_bug(error: Exception) -> tuple[MailbagError, int]:
    if os.environ.get(_DEBUG):
        raise error
    said = MailbagError(
        f"a bug in mailbag: {type(error).__name__}: {error}",
        remedy=f"set {_DEBUG}=1 and report what it prints",
    )
    return said, 1


def _leave(error: MailbagError, code: int, *, as_json: bool) -> NoReturn:
    if as_json:
        output.document(
            {
                "error": {
                    "exit": code,
                    "place": error.place,
                    "message": error.message,
                    "remedy": error.remedy,
                    **({"others": list(error.others)} if error.others else {}),
                }
            }
        )
    output.warn(f"mailbag: {error}")
    sys.exit(code)
