"""What a command says when a send is over: sums that add up, and who did not get it and why."""

import contextlib
import sys
from collections.abc import Iterator

from pipeline.cli import documents, output, streams
from pipeline.cli.events import Events
from pipeline.delivery import unreached
from pipeline.errors import DatabaseError, MailbagError
from pipeline.model.delivery import Delivery, DeliveryState, Sums
from pipeline.model.issue import IssueState
from pipeline.store.opening import Store
from pipeline.workflow import telling
from pipeline.workflow.finishing import Sent
from pipeline.workflow.sending import Day

#: So many readers are named; a command lists all.
_MOST = 50

#: Most addresses are shorter.
_WIDTH = 32

#: What counts as in doubt in the sums.
_DOUBT = frozenset({DeliveryState.IN_DOUBT, DeliveryState.HANDING, DeliveryState.CLOSED})


def report(
    day: Day, store: Store, *, silent: bool, as_json: bool, events: Events | None = None
) -> int:
    """Print what was done; give 4 when a reader was lost, doubt left or the relay unusable.

    The code is that of the send also where the report could not be written.
    """
    trouble, code = judge(day)
    is_told = True
    try:
        if as_json or code or not silent:
            _print(day, store, is_quiet=not trouble, as_json=as_json)
            sys.stdout.flush()
    except OSError as error:
        streams.print_no_more()
        is_told = isinstance(error, BrokenPipeError)
        if not is_told:  # who reads us has enough of it
            said = _unprinted(day, error)
            if events is not None:
                events.note(said)
            else:
                output.warn(f"mailbag: {said}")
    if events is not None:
        _tell(day, trouble, code, events)
    else:
        for fault in trouble:
            output.warn(f"mailbag: {fault}")
    if is_told:
        with contextlib.suppress(DatabaseError):  # then it is told once more
            for sent in day.sent:
                goes_on = sent.run is not None and sent.run.by_workers and sent.sums.unfinished > 0
                telling.told(store, sent.record.number, goes_on=goes_on)
    return code


def _unprinted(day: Day, error: OSError) -> str:
    """Say that it is the report that failed: who took it for the send might send once more."""
    states = [f"issue {sent.record.number} is {sent.record.state.value}" for sent in day.sent]
    return (
        f"{', '.join(states) or 'nothing was due'}; only the report could not be written:"
        f" {error.strerror or error}; `mailbag status` shows what it came to"
    )


def _print(day: Day, store: Store, *, is_quiet: bool, as_json: bool) -> None:
    if as_json:
        output.document(
            documents.send_document(day.sent, day.notes, _unreached_by_issue(day, store))
        )
        return
    for sent in day.sent:
        _say(sent, store)
    for note in day.notes:
        output.say(note)
    if not (day.sent or day.notes) and is_quiet:
        output.say("nothing is due")


def judge(day: Day) -> tuple[list[MailbagError], int]:
    """Give what went wrong, and the exit code that follows."""
    runs = [sent.run for sent in day.sent if sent.run is not None]
    trouble: list[MailbagError] = [*day.troubles] + [
        error for run in runs for error in (run.relay_error, run.database_error) if error
    ]
    lost = any(run.rejected or run.expired or run.unrecorded for run in runs)
    # A person is waited for, even where everybody who was refused waits as well.
    lost = lost or day.paused or any(run.pause_because for run in runs)
    # The sender that a kill ended could not say what it left in doubt; who finds it does.
    lost = lost or any(sent.new_doubt for sent in day.sent)
    return trouble, max([4 if lost else 0, *(error.exit for error in trouble)])


def unreached_of(store: Store, number: int, sums: Sums) -> Iterator[Delivery]:
    """Give the readers who did not get an issue, though somebody tried or will not try again.

    Each state is looked up only where the sums say that there is somebody in it.
    """
    for state in unreached.STATES:
        count = sums.in_doubt if state in _DOUBT else getattr(sums, state.value)
        if count:
            yield from store.outbox().deliveries(number, state)


def _unreached_by_issue(day: Day, store: Store) -> dict[int, list[Delivery]]:
    return {
        sent.record.number: list(unreached_of(store, sent.record.number, sent.sums))
        for sent in day.sent
    }


def _tell(day: Day, trouble: list[MailbagError], code: int, events: Events) -> None:
    for sent in day.sent:
        for remark in sent.run.remarks if sent.run is not None else ():
            events.note(remark)
        for why in sent.waits:
            events.note(why)
        events.end(sent.record, sent.sums)
    for note in day.notes:
        events.note(note)
    for error in trouble:
        events.trouble(error)
    events.done(code)


def _say(sent: Sent, store: Store) -> None:
    sums, record = sent.sums, sent.record
    output.say(f"Issue {record.number} is {record.state.value}{record.why and f': {record.why}'}")
    parts = [
        f"{getattr(sums, name):,} {name.replace('_', ' ')}"
        for name in documents.SUM_NAMES[1:]
        if getattr(sums, name)
    ]
    output.say(f"  {sums.planned:,} planned = {' + '.join(parts) or '0'}")
    _say_unreached(sent, store)
    for remark in sent.run.remarks if sent.run is not None else ():
        output.say(f"  {remark}")
    for why in sent.waits:
        output.say(f"  {why}")
    if sent.run is not None and sums.unfinished:
        wait = "reader waits" if sums.unfinished == 1 else "readers wait"
        is_paused = record.state is IssueState.PAUSED
        what = f"`mailbag send --issue {record.number}`" if is_paused else "`mailbag send --due`"
        if sent.run.by_workers and not is_paused:
            output.say(
                f"  {sums.unfinished:,} {wait}; workers go on,"
                f" and `mailbag status {record.number}` tells how far they are"
            )
        else:
            output.say(f"  {sums.unfinished:,} {wait} for a later {what}")


def _say_unreached(sent: Sent, store: Store) -> None:
    """Name who did not get it, and why, up to so many."""
    sums, number = sent.sums, sent.record.number
    count = sums.planned - sums.accepted - sums.queued
    if not count:
        return
    output.say(f"  {output.plural(count, 'reader')} did not get it:")
    for shown, delivery in enumerate(unreached_of(store, number, sums)):
        if shown == _MOST:
            output.say(f"    and {count - _MOST:,} more")
            break
        state = delivery.state.value.replace("_", " ")
        why = " ".join(unreached.why(delivery).split())
        output.say(f"    {state:<10}  {delivery.address:<{_WIDTH}}  {why}")
    output.say(f"  `mailbag deliveries {number}` lists who got it, who did not, and why")
