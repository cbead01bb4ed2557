"""Edge: the command ``worker``: one of many senders on a shared PostgreSQL."""

import os

import click

from pipeline.app import engines
from pipeline.cli import output
from pipeline.cli.session import Session, pass_session
from pipeline.cli.signals import stop_on_signals
from pipeline.errors import ConfigError

#: Who ends at once leaves what it has in hand in doubt, and says so.
_LEFT_DOUBT = 4


@click.command("worker")
@click.option(
    "--slots",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    metavar="N",
    help="Senders in this process, each with its own connections to the relay.",
)
@pass_session
def worker_command(session: Session, *, slots: int) -> int:
    """Send with other workers what `send` and `run` ring for, until a signal ends it."""
    site = session.site
    if not engines.has_workers(site):
        raise ConfigError(
            "this newsletter has no workers",
            place=site.settings.place("engine", "kind"),
            remedy='set kind = "procrastinate" in [engine], or use `mailbag send` or `run`',
        )
    engines.check(site)
    # Procrastinate is an extra.
    from pipeline.app import working  # noqa: PLC0415

    with session.store() as store, stop_on_signals(session.clock) as stop:
        stop.again = lambda: os._exit(_LEFT_DOUBT)
        work = working.Work(
            site=site, store=store, environment=session.environment, stop=stop, say=output.warn
        )
        worker = working.make_worker(site, work, slots=slots)
        output.warn(f"mailbag: worker with {output.plural(slots, 'slot')} on {work.database.place}")
        worker.work(stop)
    return 0
