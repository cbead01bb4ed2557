"""Groups of commands: those that show the whole of each sentence, and the one at the top."""

import difflib
import importlib
from collections.abc import Sequence
from typing import Any

import click

#: Heading -> command -> module that holds it. A module is imported when its command is called, so
#: that none pays for another's libraries (the MJML compiler and the inliner take half a second).
SECTIONS: dict[str, dict[str, str]] = {
    "Begin": {
        "init": "sites",
        "demo": "sites",
        "new": "column",
        "import": "importing",
        "words": "wording",
        "template": "theme",
    },
    "Look at the next issue": {
        "plan": "column",
        "check": "checking",
        "preview": "web",
        "build": "editing",
        "approve": "editing",
    },
    "Send": {
        "send": "sending",
        "run": "running",
        "worker": "working",
        "pause": "ledger",
        "resume": "ledger",
        "stop": "ledger",
        "revise": "revising",
    },
    "See what became of it": {
        "issues": "ledger",
        "status": "ledger",
        "deliveries": "ledger",
        "resolve": "ledger",
        "published": "published",
    },
    "Look after it": {
        "subscribers": "subscribers",
        "serve": "web",
        "doctor": "care",
        "dkim": "dkim",
        "backup": "care",
        "db": "database",
        "manual": "manual",
    },
}
_MODULES = {name: module for section in SECTIONS.values() for name, module in section.items()}

#: More than any first sentence has: a sentence cut short helps nobody.
_WHOLE = 1000


class Group(click.Group):
    """A group whose help shows whole sentences, and that knows what a misspelled word meant."""

    def sections(self, ctx: click.Context) -> dict[str, Sequence[str]]:
        """Give the headings of the help, and the commands under each."""
        return {"Commands": self.list_commands(ctx)}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in self.sections(ctx).items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str(_WHOLE))
                        for name, command in commands
                        if command is not None
                    ]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if not word.startswith("-") and self.get_command(ctx, word) is None:
            near = difflib.get_close_matches(word, self.list_commands(ctx), n=1)
            meant = f". Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"there is no command {word!r}{meant}", ctx)
        return super().resolve_command(ctx, args)


class ReaderLeft(Exception):  # noqa: N818 - no error: whoever reads us, such as `head`, has enough
    """Nobody reads what the command prints."""


class TopGroup(Group):
    """The command ``mailbag``, which imports a command when somebody names it."""

    def sections(self, ctx: click.Context) -> dict[str, Sequence[str]]:  # noqa: ARG002 - see Group
        return {heading: list(names) for heading, names in SECTIONS.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        found = getattr(importlib.import_module(f"pipeline.cli.{module}"), f"{cmd_name}_command")
        assert isinstance(found, click.Command)  # noqa: S101 - a slip of ours, found by the tests
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error  # click would leave with 1
