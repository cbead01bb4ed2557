"""The command that hands over mail: ``send``."""

import sys
from collections.abc import Callable

import click

from pipeline.app import engines, posting
from pipeline.cli import closing, documents, output, rehearsing
from pipeline.cli.events import Events
from pipeline.cli.progress import Progress
from pipeline.cli.session import (
    Session,
    events_option,
    issue_number,
    json_option,
    pass_session,
)
from pipeline.cli.signals import end_at_once, stop_on_signals
from pipeline.cli.watching import Watching
from pipeline.errors import BusyError, ConfigError
from pipeline.model.edition import Edition
from pipeline.workflow import sending
from pipeline.workflow.sending import Day
from pipeline.workflow.workshop import Post

#: How long ``--now`` and ``--issue`` wait for another sender to end.
_PATIENCE_SECONDS = 30.0


@click.command("send")
@click.option("--due", is_flag=True, help="Every due slot and every unfinished issue: for cron.")
@click.option(
    "--issue",
    "number",
    type=issue_number,
    metavar="N",
    help="Go on with this issue, a paused one too.",
)
@click.option("--now", "at_once", is_flag=True, help="The next issue at once, off schedule.")
@click.option("--dry-run", is_flag=True, help="Say what would go out, and send nothing.")
@click.option("--test", metavar="ADDR", help="One marked copy of the next issue to this address.")
@click.option("--detach", is_flag=True, help="Return once it is frozen; workers send it.")
@click.option("--yes", is_flag=True, help="With --now: do not ask; scripts need it.")
@events_option
@json_option
@pass_session
def send_command(  # noqa: PLR0913 - each is an option
    session: Session,
    number: int | None,
    test: str | None,
    *,
    due: bool,
    at_once: bool,
    dry_run: bool,
    detach: bool,
    yes: bool,
    events: bool,
    as_json: bool,
) -> int:
    """Send what is due, one issue, or the next one at once."""
    if sum((due, number is not None, at_once)) > 1:
        raise click.UsageError("choose one of --due, --issue and --now")
    if detach and (dry_run or test is not None):
        raise click.UsageError("--detach goes with --due, --issue and --now")
    if test is not None and (due or at_once or dry_run):
        raise click.UsageError("--test goes with --issue or alone")
    if yes and not at_once:
        raise click.UsageError("--yes goes with --now")
    if test is not None:
        return rehearsing.send_test(session, test, number, as_json=as_json)
    if dry_run:
        return rehearsing.rehearse(session, number, due=due, as_json=as_json)
    if not (due or number is not None or at_once):
        raise click.UsageError(
            "say what to send: --due, --issue N, --now, --test ADDR or --dry-run"
        )
    if at_once and not yes and not _can_ask(as_json=as_json):
        raise ConfigError(
            "it asks before it sends, and nobody is there to answer",
            place="send --now",
            remedy="add --yes to send without a question",
        )
    if detach and not engines.has_workers(session.site):
        raise ConfigError(
            "this process sends by itself, so it cannot leave",
            place="send --detach",
            remedy='set kind = "procrastinate" in [engine], or leave it out',
        )
    told = Events(session.clock) if events else None
    return _send_for_real(
        session, number, due=due, detach=detach, yes=yes, told=told, as_json=as_json
    )


def _send_for_real(  # noqa: PLR0913 - what the options say
    session: Session,
    number: int | None,
    *,
    due: bool,
    detach: bool,
    yes: bool,
    told: Events | None,
    as_json: bool,
) -> int:
    patience = 0.0 if due else _PATIENCE_SECONDS
    tell = (told.ending,) if told is not None else ()
    with session.store() as store, stop_on_signals(session.clock, *tell) as stop:
        # Read before another sender is waited for: what it ends meanwhile was meant by us as well.
        seen = sending.over(store)
        if not store.sender_lock.acquire(patience, session.clock):
            if due:
                if as_json:
                    output.document(documents.send_document(()))
                if told is not None:
                    told.done(0)
                return 0
            raise BusyError(
                f"another sender is at work (process {store.sender_lock.holder()})",
                remedy="wait for it to end, or pause its issue",
            )
        try:
            with Progress(quiet=told is not None) as progress:
                watching = Watching(
                    session=session, store=store, progress=progress, events=told, quiet=due
                )
                hooks = watching.hooks(stop.reason)
                post = engines.make_post(
                    session.site, store, session.environment, hooks, detach=detach
                )
                ask = None if yes else _question(session, progress)
                day = _send(session, post, number, due=due, ask=ask, seen=seen)
        finally:
            store.sender_lock.release()
        silent = due and not sys.stdout.isatty()
        return closing.report(day, store, silent=silent, as_json=as_json, events=told)


def _send(  # noqa: PLR0913 - what the options say
    session: Session,
    post: Post,
    number: int | None,
    *,
    due: bool,
    ask: Callable[[Edition, int], None] | None,
    seen: frozenset[int],
) -> Day:
    shop, now = session.site.workshop, session.clock.now()
    if due:
        return sending.send_due(shop, post, now=now)
    if number is not None:
        return sending.send_issue(shop, post, number, now=now)
    return sending.send_now(shop, post, now=now, seen=seen, **({"confirm": ask} if ask else {}))


def _can_ask(*, as_json: bool) -> bool:
    """Whether a person reads the question and can answer it; programs and pipes do not."""
    return not as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _question(session: Session, progress: Progress) -> Callable[[Edition, int], None]:
    def ask(edition: Edition, readers: int) -> None:
        progress.clear()
        output.warn(f"Issue {edition.number}: {edition.subject}")
        count = output.plural(readers, "reader")
        output.warn(f"to {count} {posting.route(session.site)}, at once")
        with end_at_once():
            answer = click.prompt(
                f"Type {edition.number} to send it", err=True, default="", show_default=False
            )
        if answer.strip() != str(edition.number):
            raise ConfigError("nothing was sent", remedy=f"type {edition.number} to send it")

    return ask
