"""Commands that hand over mail: ``send`` and ``run``."""

import sys
from collections.abc import Callable
from datetime import timedelta

import click

from pipeline.app import posting
from pipeline.cli import documents, output
from pipeline.cli.progress import Progress
from pipeline.cli.session import Session, issue_number, json_option, pass_session
from pipeline.cli.signals import end_at_once, stop_on_signals
from pipeline.errors import BusyError, ConfigError, MailbagError
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.record import IssueRecord
from pipeline.schedule import runner
from pipeline.store.opening import Store
from pipeline.workflow import looking, planning, rehearsing, sending
from pipeline.workflow.finishing import Sent
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
@click.option("--yes", is_flag=True, help="With --now: do not ask.")
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
    yes: bool,
    as_json: bool,
) -> int:
    """Send what is due, one issue, or the next one at once."""
    if sum((due, number is not None, at_once)) > 1:
        raise click.UsageError("choose one of --due, --issue and --now")
    if test is not None and (due or at_once or dry_run):
        raise click.UsageError("--test goes with --issue or alone")
    if yes and not at_once:
        raise click.UsageError("--yes goes with --now")
    if test is not None:
        return _send_test(session, test, number, as_json=as_json)
    if dry_run:
        return _rehearse(session, number, due=due, as_json=as_json)
    if not (due or number is not None or at_once):
        raise click.UsageError(
            "say what to send: --due, --issue N, --now, --test ADDR or --dry-run"
        )
    patience = 0.0 if due else _PATIENCE_SECONDS
    with session.store() as store, stop_on_signals(session.clock) as stop:
        if not store.sender_lock.acquire(patience, session.clock):
            if due:
                if as_json:
                    output.document(documents.send_document(()))
                return 0
            raise BusyError(
                f"another sender is at work (process {store.sender_lock.holder()})",
                remedy="wait for it to end, or pause its issue",
            )
        try:
            with Progress(quiet=due or as_json) as progress:
                hooks = posting.Hooks(
                    stop=stop.reason,
                    progress=progress.show,
                    begins=_announcing(session, store, quiet=due),
                )
                post = posting.make_post(session.site, store, session.environment, hooks)
                ask = _question(session, progress) if _asks(as_json=as_json, yes=yes) else None
                day = _send(session, post, number, due=due, ask=ask)
        finally:
            store.sender_lock.release()
    return _report(day, silent=due and not sys.stdout.isatty(), as_json=as_json)


def _send(
    session: Session,
    post: Post,
    number: int | None,
    *,
    due: bool,
    ask: Callable[[Edition, int], None] | None,
) -> Day:
    shop, now = session.site.workshop, session.clock.now()
    if due:
        return sending.send_due(shop, post, now=now)
    if number is not None:
        return sending.send_issue(shop, post, number, now=now)
    return sending.send_now(shop, post, now=now, **({"confirm": ask} if ask else {}))


def _asks(*, as_json: bool, yes: bool) -> bool:
    """A script is not asked; a person at a terminal is, unless ``--yes`` says so."""
    return not (as_json or yes) and sys.stdin.isatty() and sys.stderr.isatty()


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


def _announcing(
    session: Session, store: Store, *, quiet: bool
) -> Callable[[IssueRecord, int], None]:
    """Say before an issue how long it takes and how much can be in doubt; cron hears nothing."""
    limits = session.site.settings.document.smtp.rate

    def announce(record: IssueRecord, doubt: int) -> None:
        if quiet and not sys.stderr.isatty():
            return
        left = store.outbox().sums(record.number).unfinished
        output.warn(
            f"Issue {record.number}: {output.plural(left, 'message')} to hand over,"
            f" at most {doubt} in doubt at any time"
        )
        if limits:
            takes = timedelta(seconds=round(limits.seconds_for(left)))
            output.warn(f"At the set rate this takes about {takes}")

    return announce


def _report(day: Day, *, silent: bool, as_json: bool) -> int:
    """Print what was done; give 4 when a reader was lost, doubt left or the relay unusable."""
    runs = [sent.run for sent in day.sent if sent.run is not None]
    trouble: list[MailbagError] = [*day.troubles] + [
        error for run in runs for error in (run.relay_error, run.database_error) if error
    ]
    lost = any(run.rejected or run.expired or run.unrecorded for run in runs)
    # The sender that a kill ended could not say what it left in doubt; who finds it does.
    lost = lost or any(sent.new_doubt for sent in day.sent)
    code = max([4 if lost else 0, *(error.exit for error in trouble)])
    if as_json:
        output.document(documents.send_document(day.sent, day.notes))
    elif code or not silent:
        for sent in day.sent:
            _say_sums(sent)
        for note in day.notes:
            output.say(note)
        if not (day.sent or day.notes or trouble):
            output.say("nothing is due")
    for error in trouble:
        output.warn(f"mailbag: {error}")
    return code


def _say_sums(sent: Sent) -> None:
    sums, record = sent.sums, sent.record
    output.say(f"Issue {record.number} is {record.state.value}{record.why and f': {record.why}'}")
    parts = [
        f"{getattr(sums, name):,} {name.replace('_', ' ')}"
        for name in documents.SUM_NAMES[1:]
        if getattr(sums, name)
    ]
    output.say(f"  {sums.planned:,} planned = {' + '.join(parts) or '0'}")
    lost = sums.rejected + sums.expired + sums.in_doubt
    if lost:
        output.say(f"  `mailbag deliveries {record.number}` lists who did not get it, and why")
    if sent.run is not None and sums.unfinished:
        wait = "reader waits" if sums.unfinished == 1 else "readers wait"
        is_paused = record.state is IssueState.PAUSED
        what = f"`mailbag send --issue {record.number}`" if is_paused else "`mailbag send --due`"
        output.say(f"  {sums.unfinished:,} {wait} for a later {what}")


def _send_test(session: Session, recipient: str, number: int | None, *, as_json: bool) -> int:
    site, now = session.site, session.clock.now()
    with session.store_if_there() as store:
        edition = looking.edition_of(site.workshop, store, number, now=now)
    reply = posting.send_test(site, edition, recipient, session.environment, now=now)
    said = f"{reply.code} {reply.text}" if reply else "written to outbox/"
    if as_json:
        output.document({"issue": edition.number, "test": recipient, "reply": said})
    else:
        output.say(f"A test of issue {edition.number} went to {recipient}: {said}")
    return 0


def _rehearse(session: Session, number: int | None, *, due: bool, as_json: bool) -> int:
    """Say what would go out now."""
    shop, now = session.site.workshop, session.clock.now()
    with session.store_if_there() as store:
        if due:
            found = rehearsing.rehearse_due(shop, store, now=now)
        elif number is not None:
            found = (rehearsing.rehearse_issue(shop, store, number, now=now),)
        else:
            found = (rehearsing.rehearse_now(shop, store, now=now),)
    limits = session.site.settings.document.smtp.rate
    if as_json:
        output.document(documents.rehearsal_document(found, limits))
        return 0
    for one in found:
        output.say(f"Issue {one.number}: {one.subject}")
        output.say(f"  to {output.plural(one.readers, 'reader')} {posting.route(session.site)}")
        if limits:
            takes = timedelta(seconds=round(limits.seconds_for(one.readers)))
            output.say(f"  at the set rate in about {takes}")
        if one.waits_for:
            output.say(f"  it would wait: {one.waits_for}")
    output.say("Nothing was sent." if found else "Nothing is due.")
    return 0


@click.command("run")
@pass_session
def run_command(session: Session) -> None:
    """Send on schedule, in the foreground; what is due is looked up twice a minute."""
    site = session.site
    with session.store() as store, stop_on_signals(session.clock) as stop:
        hooks = posting.Hooks(stop=stop.reason, begins=_announcing(session, store, quiet=False))
        post = posting.make_post(site, store, session.environment, hooks)
        for guard in post.guards:
            guard()
        upcoming = planning.next_slot(site.workshop, store, session.clock.now())
        due = site.workshop.today(upcoming.at)
        output.warn(f"Waiting; the next issue is due {due:%A, %d %B %Y at %H:%M %Z}")
        said = ""

        def tick() -> None:
            nonlocal said
            try:
                _tick(session, post)
                said = ""
            except MailbagError as error:
                # Twice a minute the same sentence would bury everything else.
                if str(error) != said:
                    said = str(error)
                    output.warn(f"mailbag: {said}")

        runner.run_forever(tick, stop=stop, clock=session.clock)


def _tick(session: Session, post: Post) -> None:
    """Look once what is due; somebody else who sends meanwhile does the same work."""
    lock = post.store.sender_lock
    if not lock.acquire(0.0, session.clock):
        return
    try:
        day = sending.send_due(session.site.workshop, post, now=session.clock.now())
    finally:
        lock.release()
    if day.sent:
        _report(day, silent=False, as_json=False)
    elif day.troubles:
        raise day.troubles[0]
