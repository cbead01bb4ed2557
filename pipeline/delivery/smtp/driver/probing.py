"""Edge: a single connection, for a look at the relay or for one message outside the ledger."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.delivery.smtp.commands import EnvelopeWriter
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.opening import make_context, open_connection
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.driver.wire import GoneError
from pipeline.delivery.smtp.options import SmtpOptions
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError
from pipeline.model.message import Envelope, Message

#: Somebody sits at the screen, and nothing is lost by a look that is given up: a greeting has so
#: many seconds, not the five minutes that RFC 5321 gives it in a send.
_GREETING = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayProbe:
    """What a relay says and shows when we knock."""

    #: As EHLO gave them, with their parameters: ``SIZE 10240000``.
    capabilities: tuple[str, ...]
    #: Such as ``TLSv1.3``; empty without TLS.
    tls_version: str = ""
    cipher: str = ""
    #: Aware, in UTC; ``None`` without TLS.
    certificate_expires_at: datetime | None = None
    #: We logged in with the user name of the options.
    authenticated: bool = False
    #: What it said to MAIL with our sender; ``None``: it was not asked.
    to_sender: Reply | None = None


def probe(options: SmtpOptions, sender: str = "", *, size: int = 0) -> RelayProbe:
    """Connect, encrypt, log in, ask whether mail of that sender is taken, and leave.

    ``sender`` is the envelope's, and is not asked about when it is empty; ``size`` the octets of a
    message, told to a relay that wants to know. No message is begun. Raises RelayError.
    """
    return asyncio.run(_probe(_for_a_person(options), sender, size))


def send_once(options: SmtpOptions, envelope: Envelope, message: Message) -> Reply:
    """Send one message that no ledger knows of, such as a test; give the relay's yes.

    Raises RelayError for anything else, with what the relay said.
    """
    return asyncio.run(_send_once(_for_a_person(options), envelope, message))


def _for_a_person(options: SmtpOptions) -> SmtpOptions:
    timeouts = options.timeouts
    greeting = min(timeouts.greeting, _GREETING)
    return replace(options, timeouts=replace(timeouts, greeting=greeting))


async def _probe(options: SmtpOptions, sender: str, size: int) -> RelayProbe:
    with Watch() as watch:
        connection = await open_connection(options, make_context(options), watch)
        tls = connection.wire.tls
        try:
            to_sender = await _ask_about(connection, sender, size) if sender else None
        except GoneError as error:
            connection.wire.abort()
            raise RelayError(str(error), place=options.place) from error
        found = RelayProbe(
            capabilities=tuple(
                " ".join((name, *values))
                for name, values in connection.smtp.capabilities.keywords.items()
            ),
            tls_version=(tls.version() or "") if tls else "",
            cipher=(tls.cipher() or ("",))[0] if tls else "",
            certificate_expires_at=_expiry(tls) if tls else None,
            authenticated=bool(options.username),
            to_sender=to_sender,
        )
        await connection.quit()
        return found


async def _ask_about(connection: Connection, sender: str, size: int) -> Reply:
    """Say MAIL as a message of that size would, and take it back; raises GoneError."""
    smtp, writer = connection.smtp, EnvelopeWriter(connection.smtp.capabilities)
    mail = writer.mail(Envelope(sender, rcpt_to=sender), Message("", bytes(size)))
    asked = smtp.command(Stage.MAIL, mail.decode().rstrip())
    said = (await connection.ask(asked, Stage.MAIL)).reply
    if connection.is_open:
        with contextlib.suppress(GoneError):  # the question is answered
            await connection.ask(smtp.command(Stage.RSET, "RSET"), Stage.RSET)
    return said


async def _send_once(options: SmtpOptions, envelope: Envelope, message: Message) -> Reply:
    with Watch() as watch:
        connection = await open_connection(options, make_context(options), watch)
        lack = connection.smtp.foresee(envelope, message)
        try:
            if lack is not None:
                raise RelayError(
                    f"the relay cannot take the message: {lack.why}", place=options.place
                )
            decided = await connection.send(envelope, message)
        except GoneError as error:
            remedy = "it may have been taken all the same" if connection.is_handed else ""
            raise RelayError(str(error), place=options.place, remedy=remedy) from error
        finally:
            await connection.quit()
    if decided.reply.digit != 2:
        raise RelayError(
            f"the relay refuses the message at {decided.stage.said}: {decided.reply}",
            place=options.place,
        )
    return decided.reply


def _expiry(tls: ssl.SSLObject) -> datetime | None:
    certificate = tls.getpeercert() or {}
    until = certificate.get("notAfter")
    if not isinstance(until, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(until), tz=UTC)
