"""Edge: a site's post: its relay, and everything that must be right before a send."""

import os
import random
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.app import letters, mail_hosts, relays, signing
from pipeline.app.apart import apart
from pipeline.app.links import check_images, check_links
from pipeline.app.site import Site
from pipeline.audience import addresses
from pipeline.audience.tokens import TEST_READER
from pipeline.clock import Clock
from pipeline.config.sections import Kind
from pipeline.content import writing
from pipeline.delivery import message_ids
from pipeline.delivery.composing import Composer
from pipeline.delivery.dkim.signing import Signer
from pipeline.delivery.eml import file_name
from pipeline.delivery.relays import Turn
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.retry import RetryPolicy
from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.replies import Reply
from pipeline.errors import ConfigError
from pipeline.model.delivery import Recipient, Result
from pipeline.model.edition import Edition
from pipeline.model.issue import IssueState
from pipeline.model.message import Envelope, Message
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store
from pipeline.workflow import illustrating
from pipeline.workflow.doorbells import Doorbells
from pipeline.workflow.workshop import Post

_TICK_SECONDS = 60.0


_STOPS = {IssueState.PAUSED: StopReason.PAUSED, IssueState.STOPPED: StopReason.STOPPED}


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What a command lends to a send."""

    #: Asked about twice a second: why to end now, if at all.
    stop: Callable[[], StopReason | None] = lambda: None
    #: Told how far the send is.
    progress: Callable[[IssueRecord, RunReport], None] = lambda _record, _report: None
    #: Told once before each issue: the issue, and how many messages can be in doubt at most;
    #: ``None``: that depends on how many workers are there.
    begins: Callable[[IssueRecord, int | None], None] = lambda _record, _doubt: None
    #: Told once after each issue what its run came to, before that is written down.
    ends: Callable[[IssueRecord, RunReport], None] = lambda _record, _report: None
    #: Told when another relay steps in, and when the first is tried again.
    turned: Callable[[IssueRecord, Turn], None] = lambda _record, _turn: None
    #: Told what became of each message that was not taken, once it is written down.
    heard: Callable[[Result], None] | None = None
    #: Told when work waits for a worker and none is there.
    unattended: Callable[[IssueRecord], None] = lambda _record: None


def make_post(
    site: Site,
    store: Store,
    environment: Mapping[str, str],
    hooks: Hooks | None = None,
    *,
    doorbells: Doorbells | None = None,
) -> Post:
    """Wire the delivery stage of a site; with ``doorbells`` others are woken who send as well."""
    hooks = hooks or Hooks()
    document = site.settings.document

    def dispatch(record: IssueRecord, edition: Edition) -> RunReport:
        signer = signing.signer_of(site, store, record, site.clock.now())
        first, *backups = relays.relays(site, environment)
        ring = doorbells.send_shard if doorbells else None
        outbox = store.outbox(document.delivery.on_doubt, ring=ring)
        if hooks.heard is not None:
            # SQLAlchemy comes along, as with every send.
            from pipeline.app.overhearing import Overheard  # noqa: PLC0415

            outbox = Overheard.of(outbox, hooks.heard)
        sender = Sender(
            outbox=outbox,
            compose=_by_edition(site, store, record, edition, signer),
            transport=first.transport,
            retry_policy=RetryPolicy(
                expire=document.delivery.expire,
                rng=random.Random(),  # noqa: S311 - no secret is drawn
            ),
            relay=first.name,
            limits=first.limits,
            backups=backups,
            shaping=relays.shaping(site),
            clock=site.clock,
            owner=f"{socket.gethostname()}:{os.getpid()}",
        )
        hooks.begins(record, max(it.transport.doubt for it in (first, *backups)))
        report = sender.run(
            record.number,
            stop=looking_after(store, record.number, site.clock, hooks.stop),
            progress=lambda report: hooks.progress(record, report),
            turned=lambda turn: hooks.turned(record, turn),
        )
        hooks.ends(record, report)
        return report

    return Post(
        store=store,
        dispatch=dispatch,
        guards=(
            site.refuse_placeholders,
            lambda: site.check_keys(store),
            lambda: signing.check(site, store),
        ),
        check_links=lambda: verify_links(site),
        check_edition=lambda edition: verify_edition(site, edition),
        apart=lambda work: apart(work, before=store.close),
        sort_readers=lambda: mail_hosts.look_up(site, store),
        stop=hooks.stop,
        doorbells=doorbells,
    )


def _by_edition(
    site: Site, store: Store, record: IssueRecord, newest: Edition, signer: Signer | None
) -> Callable[[Recipient], tuple[Envelope, Message]]:
    """Write each message of the edition that its reader gets.

    That is the newest, but for readers who may have got an older one and are sent it again.
    """
    composers: dict[int, Composer] = {}

    def make(revision: int, edition: Edition) -> Composer:
        pinned_at = store.issues.revisions(record.number)[revision].pinned_at
        nonce = message_ids.nonce_of(record, revision)
        composers[revision] = letters.composer(site, edition, nonce, pinned_at, signer=signer)
        return composers[revision]

    def compose(recipient: Recipient) -> tuple[Envelope, Message]:
        composer = composers.get(recipient.edition)
        if composer is None:
            content = store.issues.edition(record.number, recipient.edition)
            composer = make(recipient.edition, Edition.from_json(content))
        return composer.compose(recipient)

    # Made before anything is connected: what no message may hold ends the run here.
    make(record.revision, newest)
    return compose


def looking_after(
    store: Store, number: int, clock: Clock, stop: Callable[[], StopReason | None]
) -> Callable[[], StopReason | None]:
    """Ask what ends a run, and write down once a minute that somebody looks after the issue.

    Another process may have paused the issue while the relay keeps us waiting. And a slow send
    takes longer than ``grace``: who finds it after a crash must see that it lived until then.
    """
    ticked_at = clock.boot_time()

    def look() -> StopReason | None:
        nonlocal ticked_at
        if clock.boot_time() - ticked_at >= _TICK_SECONDS:
            ticked_at = clock.boot_time()
            store.issues.tick(number, clock.now())
        return stop() or _STOPS.get(store.issues.get(number).state)

    return look


def route(site: Site) -> str:
    """Say which way messages go: ``by mail.example:587``."""
    section = site.settings.document.smtp
    if section.kind is Kind.EML:
        return "as files in outbox/"
    return f"by {relays.name_of(section)}"


def verify_links(site: Site) -> None:
    """Refuse a send whose unsubscribe links would be dead, unless the toml says not to look."""
    document = site.settings.document
    if document.newsletter.verify_links:
        ca_file = document.smtp.ca_file
        check_links(
            document.newsletter.base_url,
            site.token_keys.fingerprints[0],
            ca_file=str(site.settings.path(ca_file)) if ca_file else None,
        )


def verify_edition(site: Site, edition: Edition) -> None:
    """Refuse an edition that no message can be written of, before an issue is made of it."""
    letters.sample_message(site, edition, now=edition.slot)
    verify_images(site, edition)


def verify_images(site: Site, edition: Edition) -> None:
    """Refuse a send whose hosted images would not be seen, unless the toml says not to look."""
    document = site.settings.document
    if document.newsletter.verify_links:
        ca_file = document.smtp.ca_file
        check_images(
            {image.url: image.sha256 for image in edition.images if not image.attached},
            ca_file=str(site.settings.path(ca_file)) if ca_file else None,
        )


def send_test(
    site: Site,
    edition: Edition,
    recipient: str,
    environment: Mapping[str, str],
    *,
    now: datetime,
) -> Reply | None:
    """Send one copy to a colleague: marked as a test, and its links change nothing.

    A fresh nonce gives it a Message-ID of its own, so that a mail client shows every test.
    """
    try:
        address = addresses.parse(recipient)
    except ValueError as error:
        raise ConfigError(
            f"no address: {error}", place="--test", remedy="write it as name@domain"
        ) from error
    signing.check(site)
    illustrating.keep(site.workshop, edition)
    composer = letters.composer(
        site,
        edition,
        secrets.token_hex(16),
        now,
        signer=signing.signer_now(site, now),
        subject_prefix=f"[Test {site.workshop.today(now):%H:%M}] ",
    )
    envelope, message = composer.compose(
        Recipient(
            issue=edition.number,
            shard=0,
            subscriber_id=TEST_READER,
            address=address.addr_spec,
            expires_at=now,
        )
    )
    if site.settings.document.smtp.kind is Kind.EML:
        writing.write_bytes_atomically(site.folder / "outbox" / file_name(message), message.data)
        return None
    from pipeline.delivery.smtp.driver import probing  # noqa: PLC0415 - as above

    return probing.send_once(relays.relay_options(site, environment), envelope, message)
