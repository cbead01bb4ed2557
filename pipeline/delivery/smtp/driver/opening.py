"""Edge: from nothing to a connection that is encrypted, logged in and ready."""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Sequence

from pipeline.delivery.smtp import logins
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.driver.wire import GoneError, LateError, Wire
from pipeline.delivery.smtp.events import Replied
from pipeline.delivery.smtp.logins import Auth
from pipeline.delivery.smtp.options import Kind, Security, SmtpOptions
from pipeline.delivery.smtp.protocol import SmtpProtocol
from pipeline.delivery.smtp.refusal import NoGreetingError, SessionRefusedError
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError

#: What to do about a 4yz: "the command was not accepted, but the error condition is temporary".
_LATER = "it is for now; a later run tries again by itself"
#: A machine's name that an EHLO may hold (RFC 5321, section 2.3.5).
_FULL_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


async def open_connection(
    options: SmtpOptions, context: ssl.SSLContext | None, watch: Watch, *, pipelining: bool = True
) -> Connection:
    """Connect, encrypt as the options say, and log in.

    Raises RelayError. Nothing falls back to clear text, and no password goes out in it.
    """
    smtp = SmtpProtocol(
        ehlo_name=options.ehlo_name or socket.gethostname(),
        lmtp=options.kind is Kind.LMTP,
        pipelining=pipelining,
    )
    connection = await _connect(smtp, options, context, watch)
    try:
        await _introduce(connection, options, context)
    except GoneError as error:
        connection.wire.abort()
        raise RelayError(str(error), place=options.place) from error
    except BaseException:
        connection.wire.abort()
        raise
    return connection


def make_context(options: SmtpOptions) -> ssl.SSLContext | None:
    """Give the TLS settings: certificate and name verified, TLS 1.2 or newer."""
    if options.security is Security.NONE:
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if options.ca_file:
        try:
            context.load_verify_locations(cafile=options.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise RelayError(
                f"no certificates can be read from it: {error.strerror or error}",
                place=f"{options.table} ca_file {options.ca_file}",
                remedy="give a readable PEM file",
            ) from error
    return context


async def _connect(
    smtp: SmtpProtocol, options: SmtpOptions, context: ssl.SSLContext | None, watch: Watch
) -> Connection:
    seconds = options.timeouts.connect
    is_encrypted = options.security is Security.TLS
    try:
        async with asyncio.timeout(2 * seconds if is_encrypted else seconds):
            _, wire = await asyncio.get_running_loop().create_connection(
                lambda: Wire(smtp, watch),
                options.host,
                options.port,
                ssl=context if is_encrypted else None,
                server_hostname=options.host if is_encrypted else None,
                ssl_handshake_timeout=seconds if is_encrypted else None,
            )
    except (OSError, UnicodeError) as error:  # UnicodeError: a host that no DNS can hold
        raise _explain(error, options) from error
    if is_encrypted:
        smtp.tls_started()
    return Connection(smtp, wire, options.timeouts)


async def _introduce(
    connection: Connection, options: SmtpOptions, context: ssl.SSLContext | None
) -> None:
    smtp = connection.smtp
    _refuse_unless_done(await _greeting(connection, options), options, "does not serve us")
    if not options.ehlo_name and _FULL_NAME.fullmatch(smtp.ehlo_name) is None:
        smtp.ehlo_name = _literal(connection.wire.local_address)
    await _greet(connection, options)
    if options.security is Security.STARTTLS:
        if context is None or "STARTTLS" not in smtp.capabilities:
            raise RelayError(
                "the relay does not offer STARTTLS; nothing was sent",
                place=options.place,
                remedy="use security = tls if it speaks TLS from the start,"
                " or find out who strips the offer",
            )
        _refuse_unless_done(
            await connection.ask(smtp.starttls(), Stage.STARTTLS), options, "refuses STARTTLS"
        )
        try:
            await connection.wire.start_tls(context, options.host, options.timeouts.connect)
        except OSError as error:
            raise _explain(error, options) from error
        smtp.tls_started()
        await _greet(connection, options)
    if options.username:
        await _log_in(connection, options)


async def _greeting(connection: Connection, options: SmtpOptions) -> Replied:
    seconds = options.timeouts.greeting
    try:
        return await connection.reply(Stage.GREETING)
    except LateError as error:
        connection.wire.abort()
        ask = "ask who runs it, and who runs the firewalls on the way"
        is_encrypted = options.security is Security.TLS
        raise NoGreetingError(
            f"connected, but no greeting within {seconds:g} s",
            place=options.place,
            # A server that speaks TLS from the start waits for us to begin, as we do for it.
            remedy=ask
            if is_encrypted
            else f"check port and security: 465 is tls, 587 is starttls; if they are right, {ask}",
        ) from error


async def _greet(connection: Connection, options: SmtpOptions) -> None:
    """Say EHLO; an old relay that knows only HELO will do when nothing more is asked of it."""
    smtp = connection.smtp
    replied = await connection.ask(smtp.ehlo(), Stage.EHLO)
    is_plain = options.security is Security.NONE and options.kind is Kind.SMTP
    if replied.reply.digit == 5 and is_plain and connection.is_open:
        replied = await connection.ask(smtp.helo(), Stage.EHLO)
    _refuse_unless_done(replied, options, "refuses our greeting")


async def _log_in(connection: Connection, options: SmtpOptions) -> None:
    smtp = connection.smtp
    offered = smtp.capabilities.mechanisms
    mechanism = logins.choose(options.auth, offered)
    if mechanism is None:
        wanted = "PLAIN or LOGIN" if options.auth is Auth.AUTO else options.auth.name
        raise RelayError(
            f"the relay offers no login by {wanted} (it offers: {', '.join(offered) or 'none'})",
            place=options.place,
            remedy=f"remove {options.table} username if it needs none"
            if not offered
            else f"set {options.table} auth to one that it offers",
        )
    command = smtp.auth(mechanism, options.username, options.password)
    secrets = [command.split(b" ")[-1].strip().decode()]
    replied = await connection.ask(command, Stage.AUTH)
    while replied.reply.digit == 3:
        answer = smtp.answer()
        secrets.append(answer.strip().decode())
        replied = await connection.ask(answer, Stage.AUTH)
    if replied.reply.digit != 2:
        raise SessionRefusedError(
            # Some relays repeat what they were told, and this sentence goes by mail.
            "the relay refuses the login:"
            f" {_masked(str(replied.reply), (options.password, *secrets))}",
            replied.stage,
            replied.reply,
            place=f"{options.table} username {options.username}",
            remedy=_LATER
            if replied.reply.digit == 4
            else "check the user name and the password file",
        )


def _masked(said: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        if len(secret) > len("LOGIN"):
            said = said.replace(secret, "***")
    return said


def _refuse_unless_done(replied: Replied, options: SmtpOptions, what: str) -> None:
    if replied.reply.digit != 2:
        raise SessionRefusedError(
            f"the relay {what}: {replied.reply}",
            replied.stage,
            replied.reply,
            place=options.place,
            remedy=_LATER
            if replied.reply.digit == 4
            else "ask who runs it whether this machine may send",
        )


def _explain(error: Exception, options: SmtpOptions) -> RelayError:
    place, table = options.place, options.table
    match error:
        case ssl.SSLCertVerificationError():
            return RelayError(
                f"the relay's certificate is not to be trusted: {error.verify_message.rstrip('.')}",
                place=place,
                remedy=f"give the name that the certificate has as {table} host,"
                f" or its authority as {table} ca_file",
            )
        case ssl.SSLError():
            return RelayError(
                f"no TLS with the relay: {error.reason or error}",
                place=place,
                remedy=f"check {table} security and port: 465 is tls, 587 is starttls",
            )
        case socket.gaierror():
            return RelayError(
                f"no such host: {error.strerror}", place=place, remedy=f"check {table} host"
            )
        case TimeoutError():
            seconds = options.timeouts.connect
            return RelayError(
                f"no connection within {seconds:g} s", place=place, remedy=f"check {table} host"
            )
        case OSError():
            return RelayError(
                f"no connection: {error.strerror or error}",
                place=place,
                remedy=f"check that the relay runs and that {table} host and port are right",
            )
        case _:
            return RelayError(f"no such host: {error}", place=place, remedy=f"check {table} host")


def _literal(address: str) -> str:
    """Name ourselves by our address when this machine has no full name (RFC 5321, 4.1.3)."""
    is_v6 = ipaddress.ip_address(address.partition("%")[0]).version == 6
    return f"[IPv6:{address}]" if is_v6 else f"[{address}]"
