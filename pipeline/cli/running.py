"""The command ``run``: what cron and ``send --due`` do, in the foreground."""

import click

from pipeline.app import engines
from pipeline.cli import closing, output
from pipeline.cli.events import Events
from pipeline.cli.progress import Progress
from pipeline.cli.session import Session, events_option, pass_session
from pipeline.cli.signals import stop_on_signals
from pipeline.cli.watching import Watching
from pipeline.errors import DatabaseMovedError, MailbagError
from pipeline.schedule import runner
from pipeline.workflow import planning, sending
from pipeline.workflow.workshop import Post


@click.command("run")
@events_option
@pass_session
def run_command(session: Session, *, events: bool) -> int:
    """Send on schedule, in the foreground; what is due is looked up twice a minute."""
    site = session.site
    told = Events(session.clock) if events else None
    tell = (told.ending,) if told is not None else ()
    with (
        session.store() as store,
        stop_on_signals(session.clock, *tell) as stop,
        Progress(quiet=events) as progress,
    ):
        watching = Watching(session=session, store=store, progress=progress, events=told)
        hooks = watching.hooks(stop.reason)
        post = engines.make_post(site, store, session.environment, hooks)
        for guard in post.guards:
            guard()
        upcoming = planning.next_slot(site.workshop, store, session.clock.now())
        if told is not None:
            told.waiting(upcoming.at)
        else:
            due = site.workshop.today(upcoming.at)
            output.warn(f"Waiting; the next issue is due {due:%A, %d %B %Y at %H:%M %Z}")
        said, code = "", 0
        moved: DatabaseMovedError | None = None

        def tick() -> None:
            nonlocal said, code, moved
            try:
                found = _tick(session, post, told)
                code = found if stop.is_set() else 0
                said = ""
            except DatabaseMovedError as error:
                # It never comes back; whoever looks after this program is to see it end.
                moved = error
                stop.end()
            except MailbagError as error:
                # Twice a minute the same sentence would bury everything else.
                if str(error) != said:
                    said = str(error)
                    _complain(error, told)

        runner.run_forever(tick, stop=stop, clock=session.clock)
    if moved is not None:
        raise moved
    return code  # what the signal made of the send that it ended


def _tick(session: Session, post: Post, told: Events | None) -> int:
    """Look once what is due; somebody else who sends meanwhile does the same work."""
    lock = post.store.sender_lock
    if not lock.acquire(0.0, session.clock):
        return 0
    try:
        day = sending.send_due(session.site.workshop, post, now=session.clock.now())
    finally:
        lock.release()
    if day.sent:
        return closing.report(day, post.store, silent=False, as_json=False, events=told)
    if day.troubles:
        raise day.troubles[0]
    return 0


def _complain(error: MailbagError, told: Events | None) -> None:
    if told is not None:
        told.trouble(error)
    else:
        output.warn(f"mailbag: {error}")
