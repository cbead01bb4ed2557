"""What ``send`` does without sending: ``--test`` and ``--dry-run``."""

from datetime import timedelta

from pipeline.app import forecasts, posting
from pipeline.cli import documents, output
from pipeline.cli.session import Session
from pipeline.model.issue import IssueState
from pipeline.workflow import looking, rehearsing, waiting


def send_test(session: Session, recipient: str, number: int | None, *, as_json: bool) -> int:
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


def rehearse(session: Session, number: int | None, *, due: bool, as_json: bool) -> int:
    """Say what would go out now."""
    shop, now = session.site.workshop, session.clock.now()
    with session.store_if_there() as store:
        if due:
            found = rehearsing.rehearse_due(shop, store, now=now)
        elif number is not None:
            found = (rehearsing.rehearse_issue(shop, store, number, now=now),)
        else:
            found = (rehearsing.rehearse_now(shop, store, now=now),)
        forecast = forecasts.forecast(session.site, store, now=now)
        takes = [forecast.seconds_for(forecasts.readers_of(store, one.number)) for one in found]
    if as_json:
        output.document(documents.rehearsal_document(found, takes))
        return 0
    for one, seconds in zip(found, takes, strict=True):
        output.say(f"Issue {one.number}: {one.subject}")
        output.say(f"  to {output.plural(one.due.now, 'reader')} {posting.route(session.site)}")
        if one.due.later:
            output.say(f"  {waiting.later(one.due)}")
        if seconds:
            output.say(f"  at the set rate in about {timedelta(seconds=round(seconds))}")
        if one.record is not None and one.record.state is IssueState.PAUSED:
            output.say(f"  {waiting.paused(one.record)}")
        if one.waits_for:
            output.say(f"  it would wait: {one.waits_for}")
    output.say("Nothing was sent." if found else "Nothing is due.")
    return 0
