"""``mailbag db``: the ledger as a whole."""

import click

from pipeline.cli import output
from pipeline.cli.groups import Group
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.errors import ConfigError
from pipeline.store import location
from pipeline.store.copying import CopiedTable, copy
from pipeline.store.sides import open_side


@click.group("db", cls=Group)
def db_command() -> None:
    """Move the ledger to another database."""


@db_command.command("copy")
@click.argument("source_url", metavar="SRC")
@click.argument("target_url", metavar="DST")
@json_option
@pass_session
def copy_command(session: Session, source_url: str, target_url: str, *, as_json: bool) -> None:
    """Move the ledger from the database SRC to the empty one DST, and retire SRC.

    Both are URLs as in [database] url. Nobody may be sending. Every row is read back and compared;
    after that all that writes to SRC refuses and names DST. If it is broken off, call it again.
    """
    for url in (source_url, target_url):
        _refuse_password(url)
    folder, began = session.site.folder, session.clock.boot_time()
    with (
        open_side(source_url, folder=folder) as source,
        open_side(target_url, folder=folder, makes=True) as target,
    ):
        copied = copy(source, target, clock=session.clock)
        seconds = session.clock.boot_time() - began
    if as_json:
        output.document(
            {
                "from": source.url,
                "to": target.url,
                "rows": sum(it.rows for it in copied),
                "tables": [
                    {
                        "table": it.name,
                        "rows": it.rows,
                        "sha256": it.sha256,
                        "replaced": it.replaced,
                    }
                    for it in copied
                ],
                "seconds": seconds,
            }
        )
        return
    _tell(copied, seconds)
    output.say(f'Now set [database] url = "{target.url}", and start anew what runs here.')


def _refuse_password(url: str) -> None:
    location.check(url)
    if location.is_server(url) and location.holds_password(url):
        raise ConfigError(
            "a password on a command line is seen by everybody on the machine",
            remedy="leave it out of the URL; it is read from ~/.pgpass, the file that PGPASSFILE "
            "names, or PGPASSWORD",
        )


def _tell(copied: tuple[CopiedTable, ...], seconds: float) -> None:
    if not copied:
        output.say("The copy was there already and only had to be opened.")
        return
    filled = [it for it in copied if it.rows]
    output.table(
        [(it.name, f"{it.rows:,}", it.sha256[:12]) for it in filled],
        head=("table", "rows", "sha256"),
    )
    replaced = sum(it.replaced for it in copied)
    if replaced:
        output.say(
            f"In {output.plural(replaced, 'row')} the character NUL, which PostgreSQL cannot keep, "
            "became U+FFFD."
        )
    rows = sum(it.rows for it in copied)
    output.say(f"{rows:,} rows were copied and compared in {seconds:.1f} s.")
