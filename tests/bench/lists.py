"""Readers by the million: brought in, frozen, sent to."""

import contextlib
from dataclasses import replace
from pathlib import Path

from pipeline.app import posting
from pipeline.app.posting import Hooks
from pipeline.app.site import open_site
from pipeline.delivery.composing import Composer, Letterhead
from pipeline.delivery.report import RunReport, StopReason
from pipeline.errors import RelayError
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord
from pipeline.workflow import sending
from tests.bench.measuring import Cost, Watch


def freeze(folder: Path) -> Cost:
    """Begin the next issue and freeze it; nothing is handed over."""
    site = open_site(folder)
    with site.open_store() as store:
        post = posting.make_post(site, store, {})
        found: list[Cost] = []

        def stop_here(record: IssueRecord, edition: Edition) -> RunReport:
            found.append(watch.cost(record.candidates))
            raise RelayError("it is frozen")

        watch = Watch()
        with contextlib.suppress(RelayError):
            sending.send_now(site.workshop, replace(post, dispatch=stop_here), now=site.clock.now())
    return found[0]


def send(folder: Path, limit: int) -> Cost:
    """Send the unfinished issue, or the next one, to so many readers; freezing is not in it."""
    site = open_site(folder)
    with site.open_store() as store:
        store.sender_lock.acquire(0.0, site.clock)
        taken = 0

        def count(_: IssueRecord, report: RunReport) -> None:
            nonlocal taken
            taken = report.accepted

        hooks = Hooks(
            stop=lambda: StopReason.INTERRUPTED if taken >= limit else None, progress=count
        )
        post = posting.make_post(site, store, {}, hooks)
        found: list[Cost] = []

        def measured(record: IssueRecord, edition: Edition) -> RunReport:
            watch = Watch()
            report = post.dispatch(record, edition)
            assert report.accepted >= limit, report
            found.append(watch.cost({"accepted": report.accepted}))
            return report

        sending.send_now(site.workshop, replace(post, dispatch=measured), now=site.clock.now())
    return found[0]


def compose(folder: Path, count: int) -> Cost:
    """Compose the messages of the ledger's first issue, and do nothing with them."""
    site = open_site(folder)
    with site.open_store() as store:
        record = store.issues.get(1)
        edition = Edition.from_json(store.issues.edition(1))
    letter = site.settings.document.newsletter
    composer = Composer(
        edition,
        Letterhead(title=letter.title, from_=site.from_, list_id=letter.list_id),
        nonce=record.nonce,
        date=record.frozen_at,
        unsubscribe_url=lambda it: f"{letter.base_url}/u/{site.token_keys.mint(it.subscriber_id)}",
    )
    readers = [
        Recipient(
            issue=1,
            shard=1,
            subscriber_id=number,
            address=f"reader-{number}@mail.example",
            expires_at=record.expires_at,
        )
        for number in range(1, count + 1)
    ]
    watch = Watch()
    size = max(len(composer.compose(reader)[1].data) for reader in readers)
    return watch.cost({"message_bytes": size})
