"""The envelope of a message as commands, with the parameters that the relay understands."""

import re

from pipeline.delivery.smtp.capabilities import Capabilities
from pipeline.delivery.smtp.lacking import Lack
from pipeline.delivery.smuggling import SmtpDataError
from pipeline.model.message import Envelope, Message

#: RFC 3461, section 4.4.
_ENVID = 100
#: What xtext leaves as it is, and what it writes as ``+XX`` (RFC 3461, section 4).
_XTEXT = re.compile(r"[!-*,-<>-~]*")
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


class EnvelopeWriter:
    """Writes MAIL and RCPT for one relay."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._size_limit = capabilities.size
        self._says_size = "SIZE" in capabilities
        self._has_8bit = "8BITMIME" in capabilities
        self._has_utf8 = "SMTPUTF8" in capabilities
        self._has_dsn = "DSN" in capabilities

    def foresee(self, envelope: Envelope, message: Message) -> Lack | None:
        """Give what the message needs and the relay does not offer, if there is anything."""
        size = len(message.data)
        if self._size_limit is not None and size > self._size_limit:
            return Lack(
                "SIZE", f"the message has {size:,} octets, the relay takes {self._size_limit:,}"
            )
        if not self._has_utf8 and _needs_utf8(envelope):
            # RFC 6531, section 3.5; a sender beyond ASCII is every message's.
            is_about_reader = (envelope.mail_from or "").isascii()
            why = "it does not offer SMTPUTF8; use one that does"
            return Lack("SMTPUTF8", why, is_about_reader=is_about_reader)
        if not self._has_8bit and not message.is_ascii:
            return Lack("8BITMIME", "it does not offer 8BITMIME; use one that does")
        return None

    def mail(self, envelope: Envelope, message: Message) -> bytes:
        """Write MAIL; SMTPUTF8 and BODY only where the message needs them."""
        line = f"MAIL FROM:<{envelope.mail_from or ''}>"
        if self._says_size:
            line += f" SIZE={len(message.data)}"
        if self._has_8bit and not message.is_ascii:
            line += " BODY=8BITMIME"
        if _needs_utf8(envelope):
            line += " SMTPUTF8"
        if self._has_dsn:
            # The headers are enough to know the message by (RFC 3461, section 4.3).
            line += " RET=HDRS"
            envelope_id = xtext(message.message_id.strip("<>"))
            if envelope_id and len(envelope_id) <= _ENVID:
                line += f" ENVID={envelope_id}"
        return _command(line)

    def rcpt(self, envelope: Envelope) -> bytes:
        line = f"RCPT TO:<{envelope.rcpt_to}>"
        if self._has_dsn:
            line += " NOTIFY=FAILURE"
            if envelope.rcpt_to.isascii():  # else it would have to be utf-8-addr-xtext (RFC 6533)
                line += f" ORCPT=rfc822;{xtext(envelope.rcpt_to)}"
        return _command(line)


def xtext(text: str) -> str:
    """Write a text as DSN parameters have it (RFC 3461, section 4); ``""`` if it cannot be."""
    if _XTEXT.fullmatch(text):
        return text
    if not text.isascii():
        return ""
    return _NOT_XTEXT.sub(lambda match: f"+{ord(match[0]):02X}", text)


def _command(line: str) -> bytes:
    if "\r" in line or "\n" in line:
        raise SmtpDataError("a line end inside an SMTP command")
    return line.encode() + b"\r\n"


def _needs_utf8(envelope: Envelope) -> bool:
    return not (envelope.rcpt_to.isascii() and (envelope.mail_from or "").isascii())
