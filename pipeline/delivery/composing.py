"""An edition and a recipient -> the bytes of a message.

The standard library's generator folds long values into encoded-words where RFC 2047 forbids them,
List-Unsubscribe among them, and spends milliseconds on each message. Here everything constant is
encoded once per issue; a message is those pieces joined with four values.

The bytes are a function of the edition, the letterhead, the issue's nonce and date, and the
recipient: a resend is the same message.
"""

import hashlib
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from pipeline.delivery import headers, inline_images, message_ids, quoted_printable
from pipeline.model.address import Address
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.message import Envelope, Message

_CRLF = b"\r\n"
_MARKS = frozenset({Placeholder.MAIL_ONLY_START, Placeholder.MAIL_ONLY_END})
# Lines of the text part that end in a blank go on in the next (RFC 3676).
_TEXT = "text/plain; charset=utf-8; format=flowed"
_HTML = "text/html; charset=utf-8"
_ONE_CLICK = headers.plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes: what every message of a newsletter has in common."""

    #: The newsletter's title; the phrase of List-Id.
    title: str
    from_: Address
    #: Where answers go; ``None``: to From.
    reply_to: Address | None = None
    #: Such as ``column.news.example``; kept for ever, since readers filter by it.
    list_id: str
    #: MAIL FROM; empty: the From address.
    return_path: str = ""


@dataclass(frozen=True, slots=True)
class _Body:
    """One part: encoded constants, and the values that stand between them."""

    #: One more than :attr:`places`.
    constants: tuple[bytes, ...]
    places: tuple[Placeholder, ...]


class Composer:
    """Writes the messages of one issue.

    Raises ValueError when the edition or the letterhead holds what no header may hold; then no
    message can be written at all.
    """

    def __init__(  # noqa: PLR0913 - what a message is made of
        self,
        edition: Edition,
        letterhead: Letterhead,
        *,
        nonce: str,
        date: datetime,
        unsubscribe_url: Callable[[Recipient], str],
        images: Mapping[str, bytes] = MappingProxyType({}),
        subject_prefix: str = "",
    ) -> None:
        """Encode what is the same in every message.

        ``nonce`` gives Message-IDs and boundary, ``date`` (aware) is the Date of every message;
        both are fixed for an issue. ``unsubscribe_url`` gives the one URI of a recipient.
        ``images`` has the bytes of the attached images by their URLs.
        """
        self._number = edition.number
        self._nonce = nonce
        self._unsubscribe_url = unsubscribe_url
        sender = headers.addr_spec(letterhead.from_.addr_spec)
        self._domain = sender.rpartition("@")[2]
        self._mail_from = (
            headers.addr_spec(letterhead.return_path) if letterhead.return_path else sender
        )
        boundary = boundary_of(nonce)
        reply_to = letterhead.reply_to
        self._before_to = headers.mailbox("From", letterhead.from_) + b"To: "
        self._before_id = b"".join(
            (
                _CRLF,
                headers.mailbox("Reply-To", reply_to) if reply_to else b"",
                headers.text("Subject", subject_prefix + edition.subject),
                headers.date(date),
                b"Message-ID: <",
            )
        )
        self._before_url = b">\r\n" + headers.list_id(letterhead.list_id, letterhead.title)
        self._before_text = b"".join(
            (
                headers.plain("List-Post", "NO"),
                # Not a standard, but what old vacation responders look at (RFC 3834, section 2).
                # Auto-Submitted is for what no person wrote, and readers are asked to answer.
                headers.plain("Precedence", "bulk"),
                headers.plain("MIME-Version", "1.0"),
                headers.plain("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
                _opening(boundary, _TEXT),
            )
        )
        self._text = _encoded(edition.text)
        self._before_html = _opening(boundary, _HTML)
        self._html = _encoded(inline_images.html_of(edition, self._domain))
        self._end = f"\r\n--{boundary}--\r\n".encode()
        if attached := inline_images.attached(edition):
            inner = boundary_of(nonce, "related")
            self._before_html = inline_images.opening(boundary, inner) + _opening(inner, _HTML)
            self._end = inline_images.closing(attached, images, inner, self._domain) + self._end

    def compose(self, recipient: Recipient) -> tuple[Envelope, Message]:
        """Write the message to one recipient.

        Raises ValueError when the address or the unsubscribe URL cannot stand in a header.
        """
        address = headers.addr_spec(recipient.address)
        url = self._unsubscribe_url(recipient)
        message_id = message_ids.message_id(
            self._number, self._nonce, recipient.subscriber_id, self._domain
        )
        pieces = [
            self._before_to,
            address.encode(),
            self._before_id,
            message_id.encode("ascii"),
            self._before_url,
            headers.in_brackets("List-Unsubscribe", url),
            # RFC 8058, section 3.1: one click needs HTTPS.
            _ONE_CLICK if url.startswith("https://") else b"",
            self._before_text,
        ]
        values = {Placeholder.UNSUBSCRIBE_URL: url, Placeholder.ADDRESS: recipient.address}
        _fill(pieces, self._text, values)
        pieces.append(self._before_html)
        _fill(pieces, self._html, {place: html.escape(value) for place, value in values.items()})
        pieces.append(self._end)
        return Envelope(self._mail_from, address), Message(message_id, b"".join(pieces))


def boundary_of(nonce: str, use: str = "boundary") -> str:
    """Give a boundary of an issue's messages.

    It begins with ``=_``, which neither quoted-printable nor base64 ever writes, so no part can
    hold it (RFC 2045, section 6.7).
    """
    return "=_" + hashlib.sha256(f"{use}.{nonce}".encode()).hexdigest()[:24]


def _opening(boundary: str, content_type: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\n"
        f"Content-Type: {content_type}\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _encoded(template: Template) -> _Body:
    """Encode the constants, each to the end with a soft break where a value follows."""
    constants: list[str] = [""]
    places: list[Placeholder] = []
    for part in template.parts:
        if not isinstance(part, Placeholder):
            constants[-1] += part
        elif part not in _MARKS:
            places.append(part)
            constants.append("")
    encoded = []
    for index, constant in enumerate(constants):
        follows = index < len(places)
        # A value ends without a break of its own; nothing needs one at the end of the part.
        after_value = quoted_printable.SOFT_BREAK if index and (constant or follows) else b""
        encoded.append(after_value + quoted_printable.encode(constant, continues=follows))
    return _Body(tuple(encoded), tuple(places))


def _fill(pieces: list[bytes], body: _Body, values: Mapping[Placeholder, str]) -> None:
    """Append a part with its values."""
    known = {place: quoted_printable.encode_value(value) for place, value in values.items()}
    for constant, place in zip(body.constants, body.places, strict=False):
        pieces.append(constant)
        pieces.append(known[place])
    pieces.append(body.constants[-1])
