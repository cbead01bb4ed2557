"""``mailbag published``: what has been mailed and is not mailed again."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli import output
from pipeline.cli.groups import Group
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.content import parsing, writing
from pipeline.errors import ConfigError
from pipeline.workflow import publishing


@click.group("published", cls=Group, invoke_without_command=True)
@json_option
@pass_session
@click.pass_context
def published_command(ctx: click.Context, session: Session, *, as_json: bool) -> None:
    """List what counts as published, by slug or by its question's text."""
    if ctx.invoked_subcommand is not None:
        return
    with session.store_if_there() as store:
        entries = sorted(store.published.all().entries, key=lambda e: e.slug) if store else []
    if as_json:
        output.document({"published": [{"slug": e.slug, "issue": e.issue} for e in entries]})
        return
    output.table([(e.slug, f"issue {e.issue}" if e.issue else "before") for e in entries])
    if not entries:
        output.say("nothing is published yet")


@published_command.command("add")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True)
@click.option("--issue", type=issue_number, metavar="N", help="The issue it was in.")
@json_option
@pass_session
def add(session: Session, slugs: tuple[str, ...], issue: int | None, *, as_json: bool) -> None:
    """Count Q&As as published, such as a back catalogue mailed by other means."""
    with session.store() as store:
        change = publishing.add(
            session.site.workshop,
            store,
            _named(slugs),
            issue=issue,
            now=session.clock.now(),
        )
    _say(change, "counts as published now", "count as published now", as_json=as_json)


@published_command.command("remove")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True)
@json_option
@pass_session
def remove(session: Session, slugs: tuple[str, ...], *, as_json: bool) -> None:
    """Let Q&As be chosen again."""
    with session.store() as store:
        change = publishing.remove(store, _named(slugs))
    _say(change, "may be chosen again", "may be chosen again", as_json=as_json)


@published_command.command("export")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file, which may be there, instead of stdout.",
)
@pass_session
def export(session: Session, out: Path | None) -> None:
    """Print what has been published as one small JSON document."""
    with session.store_if_there() as store:
        document = publishing.export(store)
    if out is None:
        output.document(document)
        return
    if not out.parent.is_dir():
        raise ConfigError(
            "there is no such folder", place=str(out.parent), remedy="make it, or name another one"
        )
    writing.write_text_atomically(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    output.say(f"{output.plural(len(document['published']), 'Q&A')} written to {out}")


@published_command.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@pass_session
def bring(session: Session, path: Path, *, as_json: bool) -> None:
    """Take over what another machine has published."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            "is no list made by `mailbag published export`: it is not UTF-8",
            place=str(path),
            remedy="make it anew where the issues were sent",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})",
            place=str(path),
            remedy="name a file that `mailbag published export --out FILE` made",
        ) from error
    with session.store() as store:
        change = publishing.bring(store, text, source=str(path), now=session.clock.now())
    _say(change, "counts as published now", "count as published now", as_json=as_json)


def _named(words: Sequence[str]) -> tuple[str, ...]:
    """Give each slug once; a person may name the file as well."""
    return tuple(
        dict.fromkeys(parsing.slug_of(word) if word.endswith(".md") else word for word in words)
    )


def _say(change: publishing.Change, one: str, many: str, *, as_json: bool) -> None:
    if as_json:
        output.document({"changed": change.changed, "unchanged": change.unchanged})
        return
    if change.changed:
        output.say(f"{output.plural(change.changed, 'Q&A')} {one if change.changed == 1 else many}")
    if change.unchanged:
        verb = "counts" if change.unchanged == 1 else "count"
        output.say(f"{output.plural(change.unchanged, 'Q&A')} {verb} as published already")
