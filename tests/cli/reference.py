"""The page of every command, made of their ``--help``.

``python -m tests.cli.reference`` writes it; a test holds it to the commands.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.cli.groups import SECTIONS
from pipeline.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

_HEAD = """\
# Commands

Made of the commands' own help by `python -m tests.cli.reference`; a test holds it to them.

`mailbag` alone shows, in a site, one screen: where the newsletter stands and what to do now.
Commands find the site from the current folder upwards, or by `--site DIR` or `MAILBAG_SITE`.
[JSON](json.md) says what `--json` prints, [exit codes](exit-codes.md) how a command ends.
"""


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Give each command with the words that call it, the groups too."""
    yield "mailbag", cli
    for names in SECTIONS.values():
        for name in names:
            yield from _below(f"mailbag {name}", _found(cli, name))


def _below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            yield from _below(f"{path} {name}", _found(command, name))


def _found(group: click.Group, name: str) -> click.Command:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    return command


def page() -> str:
    """Write the page."""
    parts = [_HEAD]
    headings = {f"mailbag {next(iter(names))}": heading for heading, names in SECTIONS.items()}
    for path, command in every_command():
        if path in headings:
            parts.append(f"## {headings[path]}\n")
        if path != "mailbag":
            parts.append(f"### {path}\n")
        parts.append(f"```\n{_help_of(path, command)}\n```\n")
    return "\n".join(parts)


def _help_of(path: str, command: click.Command) -> str:
    # A terminal of 80 columns, whatever this one has.
    context = click.Context(command, info_name=path, terminal_width=80, max_content_width=80)
    context.help_option_names = ["-h", "--help"]
    return command.get_help(context)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
