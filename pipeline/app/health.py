"""Edge: a site's health: what is examined, one line each."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from pipeline.app import letters, relays, signing, warm_ups
from pipeline.app.posting import verify_links
from pipeline.app.site import Site
from pipeline.config.sections import LOOPBACK, Kind, Security, Smtp
from pipeline.delivery import classify, restraining
from pipeline.delivery.dkim.alignment import Alignment, alignment
from pipeline.delivery.quoting import quoted
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.smtp.driver import probing
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import ConfigError, MailbagError, RelayError
from pipeline.model.edition import Edition
from pipeline.store.opening import Store
from pipeline.workflow import waiting
from pipeline.workflow.sending import CLOCK_TOLERANCE

#: Domains for documents and tests (RFC 2606): nobody's.
_NOBODYS = (".example", ".test", ".invalid", ".localhost")

_SOON = timedelta(days=14)

#: Octets of a message where no issue tells: as much HTML as Gmail shows whole.
_USUAL_SIZE = 102_400

#: What to do when a relay does not take our sender, and where that is not what it minds.
_LET_IN = (
    "have this address or its domain let in there, or set [newsletter] return_path, or from, to"
    " one that is"
)
_REMEDIES = {
    ReplyClass.SIZE: "attach no images ([images] delivery), make the issue shorter, or ask who"
    " runs it for a larger limit",
    ReplyClass.AUTH_SELF: "mend what the reply names in the DNS: SPF, DKIM, DMARC or PTR",
    ReplyClass.REPUTATION: "have this machine's address or the domain taken off the block list"
    " that is meant",
    ReplyClass.MESSAGE_BROKEN: "please report it, with the reply and what the relay offers",
}


class Health(StrEnum):
    """What a line says."""

    GOOD = "ok"
    #: It works; somebody should look.
    LOOK = "look"
    #: A send would fail or do harm.
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing examined: state, fact, remedy."""

    subject: str
    state: Health
    fact: str
    remedy: str = ""
    #: The exit code that a command would end with for it.
    exit: int = 0


def examine(site: Site, environment: Mapping[str, str]) -> Iterator[Line]:
    """Look at everything that a send needs, in the order it needs it."""
    yield from _settings(site)
    yield from _keys(site)
    yield from _database(site)
    yield from _clock(site)
    yield from _domains(site)
    yield from _signing(site)
    yield from _relays(site, environment)
    yield from _limits(site)
    yield from _links(site)


def _bad(subject: str, error: MailbagError) -> Line:
    place = f"{error.place}: " if error.place else ""
    return Line(subject, Health.BAD, f"{place}{error.message}", error.remedy, error.exit)


def _settings(site: Site) -> Iterator[Line]:
    try:
        site.refuse_placeholders()
        theme = site.theme_path[0].name
        own = " with templates of the site's own" if (site.folder / "templates").is_dir() else ""
    except MailbagError as error:
        yield _bad("settings", error)
    else:
        yield Line("settings", Health.GOOD, f"newsletter.toml is whole, theme {theme}{own}")


def _keys(site: Site) -> Iterator[Line]:
    try:
        fingerprint = site.token_keys.fingerprints[0]
        site.suppression_key  # noqa: B018 - reading it is the check
        store = site.store_if_there()
        if store is not None:
            with store:
                site.check_keys(store)
    except MailbagError as error:
        yield _bad("keys", error)
    else:
        yield Line(
            "keys", Health.GOOD, f"both are there and private; links are signed by {fingerprint}"
        )


def _database(site: Site) -> Iterator[Line]:
    try:
        store = site.store_if_there()
        if store is None:
            yield Line(
                "database",
                Health.LOOK,
                "there is none yet",
                "it is made by the first command that needs it",
            )
            return
        with store:
            state = store.check_whole()
            readers = store.subscribers.reachable()
            issues = sum(1 for _ in store.issues.all())
    except MailbagError as error:
        yield _bad("database", error)
    else:
        yield Line("database", Health.GOOD, f"{state}; {readers:,} readers, {issues:,} issues")


def _clock(site: Site) -> Iterator[Line]:
    now = site.clock.now()
    try:
        store = site.store_if_there()
        seen = None
        if store is not None:
            with store:
                seen = store.meta.seen_at()
    except MailbagError:
        return  # said by the line of the database
    if seen is not None and now < seen - CLOCK_TOLERANCE:
        yield Line(
            "clock",
            Health.BAD,
            f"it says {now:%Y-%m-%d %H:%M} UTC, the ledger has seen {seen:%Y-%m-%d %H:%M} UTC",
            "set the clock, or run `mailbag doctor --accept-clock` if it is right now",
            exit=5,
        )
    else:
        yield Line("clock", Health.GOOD, f"{now:%Y-%m-%d %H:%M} UTC")


def _domains(site: Site) -> Iterator[Line]:
    letter = site.settings.document.newsletter
    for subject, domain in (
        ("from", site.from_.domain),
        ("base_url", urlsplit(letter.base_url).hostname or ""),
    ):
        if f".{domain}".endswith(_NOBODYS):
            yield Line(
                subject,
                Health.LOOK,
                f"{domain} is a domain for rehearsals; no real reader gets mail from it",
                "write your own before you send to real readers",
            )
        elif subject == "base_url" and not letter.base_url.startswith("https://"):
            yield Line(
                subject,
                Health.LOOK,
                f"{letter.base_url} is not https, so mails go without one-click unsubscribe",
                "use https (RFC 8058, section 3.1)",
            )
        else:
            yield Line(subject, Health.GOOD, domain)


def _ledger_if_sound(site: Site) -> AbstractContextManager[Store | None]:
    """Give the ledger to a check that can do without; what is wrong with it has a line already."""
    try:
        return site.store_if_there() or nullcontext()
    except MailbagError:
        return nullcontext()


def _signing(site: Site) -> Iterator[Line]:
    """Look at the keys; what the DNS says of them is another question."""
    section = site.settings.document.dkim
    if not section.domain:
        yield Line(
            "dkim",
            Health.LOOK,
            "mails are not signed here",
            "let the relay sign them, or set [dkim]; large receivers refuse unsigned mail",
        )
        return
    try:
        with _ledger_if_sound(site) as store:
            signing.check(site, store)
        weak = [file.selector for file in signing.key_files(site) if file.is_weak()]
    except MailbagError as error:
        yield _bad("dkim", error)
        return
    sender = signing.sender_domain(site)
    if weak:
        yield Line(
            "dkim",
            Health.LOOK,
            f"the RSA key of {', '.join(weak)} is short (RFC 8301 asks for 2048 bits)",
            "change it: make another with `mailbag dkim` under a selector of its own",
        )
    elif (aligned := alignment(section.domain, sender)) is Alignment.UNSURE:
        yield Line(
            "dkim",
            Health.LOOK,
            f"{section.domain} signs for {sender}, and neither stands above the other",
            "see that both are under one domain of yours (DMARC, RFC 9989)",
        )
    else:
        signers = [file.selector for file in signing.key_files(site) if file.signs]
        relaxed = ""
        if aligned is Alignment.RELAXED:
            relaxed = f", which counts for {sender} unless its DMARC record says adkim=s"
        yield Line(
            "dkim",
            Health.GOOD,
            f"{section.domain} signs with {' and '.join(signers)}{relaxed}; "
            "`mailbag dkim` has what the DNS must say",
        )


def _relays(site: Site, environment: Mapping[str, str]) -> Iterator[Line]:
    for number, section in relays.sections(site):
        yield from _relay(site, environment, number, section)


def _relay(
    site: Site, environment: Mapping[str, str], number: int, section: Smtp
) -> Iterator[Line]:
    subject = f"backup {number}" if number else "relay"
    if section.kind is Kind.EML:
        yield Line("relay", Health.LOOK, 'kind = "eml": messages become files in outbox/')
        return
    where = relays.name_of(section)
    try:
        sender = _sender(site)
        options = relays.relay_options(site, environment, number)
        found = probing.probe(options, sender, size=_size(site))
    except MailbagError as error:
        yield _bad(subject, error)
        return
    offers = ", ".join(found.capabilities) or "nothing beyond RFC 821"
    yield Line(subject, Health.GOOD, f"{where} answers; it offers {offers}")
    if section.security is not Security.NONE:
        expires = found.certificate_expires_at
        soon = expires is not None and expires - site.clock.now() < _SOON
        until = f", certificate until {expires:%Y-%m-%d}" if expires else ""
        yield Line(
            "TLS",
            Health.LOOK if soon else Health.GOOD,
            f"{found.tls_version} {found.cipher}{until}",
            "renew the certificate" if soon else "",
        )
    elif section.host not in LOOPBACK:
        yield Line(
            "TLS",
            Health.LOOK,
            f"mail to {where} goes in clear",
            'set security = "starttls" or "tls"',
        )
    if section.username:
        yield Line("login", Health.GOOD, f"{section.username} is let in")
    if found.to_sender is not None:
        yield _asked_about(sender, where, found.to_sender)


def _asked_about(sender: str, where: str, said: Reply) -> Line:
    """Say what a relay answers to our sender; it may say more when it hears of a recipient."""
    if said.digit == 2:
        return Line("sender", Health.GOOD, f"{where} takes mail from {sender}")
    judged = classify.judge(Stage.MAIL, said.code, said.enhanced_code, said.words)
    fact = f"{where} refuses mail from {sender}: {quoted(said)}"
    is_ours = judged.reply_class is ReplyClass.CONFIG_LOCAL
    if judged.limit is not None or (said.digit == 4 and not is_ours):
        return Line("sender", Health.LOOK, fact, "a send would have to wait; look again later")
    # What a message would be judged by is its size; here it is the only thing that is said of it.
    about = ReplyClass.SIZE if said.code == 552 else judged.reply_class
    remedy = _REMEDIES.get(about, _LET_IN)
    return Line("sender", Health.BAD, fact, remedy, RelayError.exit)


def _sender(site: Site) -> str:
    try:
        return letters.letterhead(site).mail_from
    except ValueError as error:
        raise ConfigError(str(error), place="[newsletter] from or return_path") from error


def _size(site: Site) -> int:
    """Give the octets of a message of the newest issue, if there is one."""
    try:
        with _ledger_if_sound(site) as store:
            records = store.issues.all() if store is not None else ()
            if store is None or not records:
                return _USUAL_SIZE
            edition = Edition.from_json(store.issues.edition(records[-1].number))
        return len(letters.sample_message(site, edition, now=site.clock.now()))
    except MailbagError:
        return _USUAL_SIZE  # the ledger, the images and the toml have lines of their own


def _limits(site: Site) -> Iterator[Line]:
    """Say how fast messages may go, and whom we hold back from."""
    document = site.settings.document
    said = [f"{document.delivery.rate} in all"] if document.delivery.rate else []
    for _, section in relays.sections(site):
        said += [f"{section.rate} by {relays.name_of(section)}"] if section.rate else []
    for domain, shape in document.providers.items():
        said += [f"{shape.rate} to {domain}"] if shape.rate else []
        if shape.connections:
            said += [f"{shape.connections} at once to {domain}"]
    yield Line("limits", Health.GOOD, "; ".join(said) or "none are set")
    try:
        store = site.store_if_there()
        if store is None:
            return
        with store:
            for plan in warm_ups.today(site, store, now=site.clock.now()):
                yield Line("warm-up", Health.GOOD, str(plan))
            yield from _restraints(site, store)
    except MailbagError:
        return  # said by the line of the database


def _restraints(site: Site, store: Store) -> Iterator[Line]:
    """Name those who asked us to slow down and have not got everything back yet."""
    now = site.clock.now()
    for scope, it in store.outbox().restraints().items():
        if restraining.is_over(it, now):
            continue
        share = f"{restraining.share_at(it, now):.0%} of the usual speed"
        name, rests = waiting.whom(scope), it.until > now
        remedy = "it ends by itself"
        if rests and waiting.is_ours(it):
            remedy += "; once it is mended, `mailbag send --issue N` does not wait"
        because = f", since it said: {it.said}" if it.said else ""
        fact = waiting.told(name, it) if rests else f"{name} gets {share}{because}"
        yield Line("held back", Health.LOOK, fact, remedy)


def _links(site: Site) -> Iterator[Line]:
    letter = site.settings.document.newsletter
    if not letter.verify_links:
        yield Line(
            "links",
            Health.LOOK,
            "verify_links = false: nobody checks that unsubscribe links work",
            "set it to true before you send to real readers",
        )
        return
    try:
        verify_links(site)
    except MailbagError as error:
        yield _bad("links", error)
    else:
        yield Line("links", Health.GOOD, f"{letter.base_url} answers with this site's key")
