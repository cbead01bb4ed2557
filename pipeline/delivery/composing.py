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
from enum import IntEnum
from types import MappingProxyType

from pipeline.delivery import headers, inline_images, message_ids, quoted_printable
from pipeline.delivery.dkim.signing import Signer
from pipeline.delivery.smuggling import check_pieces
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

    @property
    def mail_from(self) -> str:
        """The envelope's sender; raises ValueError for what no envelope can hold."""
        return headers.addr_spec(self.return_path or self.from_.addr_spec)


#: The fields of which each message has its own, in the order in which they are written.
_PERSONAL = ("To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


class _Value(IntEnum):
    """What stands between two constant pieces of the body; its place among those of a message."""

    URL = 0
    ADDRESS = 1
    URL_IN_HTML = 2
    ADDRESS_IN_HTML = 3


_IN_TEXT = {Placeholder.UNSUBSCRIBE_URL: _Value.URL, Placeholder.ADDRESS: _Value.ADDRESS}
_IN_HTML = {
    Placeholder.UNSUBSCRIBE_URL: _Value.URL_IN_HTML,
    Placeholder.ADDRESS: _Value.ADDRESS_IN_HTML,
}


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
        signer: Signer | None = None,
    ) -> None:
        """Encode what is the same in every message.

        ``nonce`` gives Message-IDs and boundary, ``date`` (aware) is the Date of every message;
        both are fixed for an issue. ``unsubscribe_url`` gives the one URI of a recipient.
        ``images`` has the bytes of the attached images by their URLs. Without ``signer`` the
        relay is left to sign.
        """
        self._number = edition.number
        self._nonce = nonce
        self._unsubscribe_url = unsubscribe_url
        sender = headers.addr_spec(letterhead.from_.addr_spec)
        self._domain = sender.rpartition("@")[2]
        self._mail_from = letterhead.mail_from
        boundary = boundary_of(nonce)
        reply_to = letterhead.reply_to
        before_to = [headers.mailbox("From", letterhead.from_)]
        before_id = [
            *([headers.mailbox("Reply-To", reply_to)] if reply_to else []),
            headers.text("Subject", subject_prefix + edition.subject),
            headers.date(date),
        ]
        before_url = [headers.list_id(letterhead.list_id, letterhead.title)]
        after_url = [
            headers.plain("List-Post", "NO"),
            # Not a standard, but what old vacation responders look at (RFC 3834, section 2).
            # Auto-Submitted is for what no person wrote, and readers are asked to answer.
            headers.plain("Precedence", "bulk"),
            headers.plain("MIME-Version", "1.0"),
            headers.plain("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        ]
        self._before_to, self._before_id, self._before_url, self._after_url = (
            b"".join(fields) for fields in (before_to, before_id, before_url, after_url)
        )
        before_html, end = _opening(boundary, _HTML), f"\r\n--{boundary}--\r\n".encode()
        if attached := inline_images.attached(edition):
            inner = boundary_of(nonce, "related")
            before_html = inline_images.opening(boundary, inner) + _opening(inner, _HTML)
            end = inline_images.closing(attached, images, inner, self._domain) + end
        # The empty line that ends the headers belongs to no body (RFC 6376, section 3.4).
        self._after_url += _CRLF
        body = _Body(_opening(boundary, _TEXT).removeprefix(_CRLF))
        body.add_part(edition.text, _IN_TEXT)
        body.add(before_html)
        body.add_part(inline_images.html_of(edition, self._domain), _IN_HTML)
        body.add(end)
        self._start, *rest = body.constants
        self._rest, self._places = tuple(rest), tuple(body.places)
        headings = (self._before_to, self._before_id, self._before_url, self._after_url)
        check_pieces(headings)
        check_pieces((_ONE_CLICK, *body.constants))
        self._is_ascii = all(piece.isascii() for piece in (*headings, *body.constants))
        self._seal = signer and signer.seal(
            [*before_to, *before_id, *before_url, *after_url], _PERSONAL, body.constants
        )

    def compose(self, recipient: Recipient) -> tuple[Envelope, Message]:
        """Write the message to one recipient.

        Raises ValueError when the address or the unsubscribe URL cannot stand in a header.
        """
        address = headers.addr_spec(recipient.address)
        url = self._unsubscribe_url(recipient)
        message_id = message_ids.message_id(
            self._number, self._nonce, recipient.subscriber_id, self._domain
        )
        fields = (
            b"To: " + address.encode() + _CRLF,
            b"Message-ID: <" + message_id.encode("ascii") + b">\r\n",
            headers.in_brackets("List-Unsubscribe", url),
            # RFC 8058, section 3.1: one click needs HTTPS.
            _ONE_CLICK if url.startswith("https://") else b"",
        )
        url_in_text, url_in_html = _encoded(url)
        address_in_text, address_in_html = _encoded(recipient.address)
        # In the order of _Value.
        known = (url_in_text, address_in_text, url_in_html, address_in_html)
        values = [known[place] for place in self._places]
        to, identity, unsubscribe, one_click = fields
        signature = self._seal.sign(fields, values) if self._seal else b""
        # The constants were looked at; what is left is short.
        check_pieces((signature, *fields, *known))
        pieces = [
            signature,
            self._before_to,
            to,
            self._before_id,
            identity,
            self._before_url,
            unsubscribe,
            one_click,
            self._after_url,
            self._start,
        ]
        for value, constant in zip(values, self._rest, strict=True):
            pieces.append(value)
            pieces.append(constant)
        # Quoted-printable is ASCII, and so is what a header has in brackets.
        is_ascii = self._is_ascii and to.isascii()
        return Envelope(self._mail_from, address), Message(
            message_id, b"".join(pieces), is_checked=True, is_known_ascii=is_ascii
        )


def boundary_of(nonce: str, use: str = "boundary") -> str:
    """Give a boundary of an issue's messages.

    It begins with ``=_``, which neither quoted-printable nor base64 ever writes, so no part can
    hold it (RFC 2045, section 6.7).
    """
    return "=_" + hashlib.sha256(f"{use}.{nonce}".encode()).hexdigest()[:24]


def _encoded(value: str) -> tuple[bytes, bytes]:
    """Encode a value for the text part and for the HTML part, where few look different."""
    encoded, escaped = quoted_printable.encode_value(value), html.escape(value)
    return encoded, encoded if escaped == value else quoted_printable.encode_value(escaped)


def _opening(boundary: str, content_type: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\n"
        f"Content-Type: {content_type}\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


class _Body:
    """A body in the making: encoded constants, and the values that stand between them."""

    def __init__(self, start: bytes) -> None:
        #: One more than :attr:`places`.
        self.constants = [start]
        self.places: list[_Value] = []

    def add(self, constant: bytes) -> None:
        self.constants[-1] += constant

    def add_part(self, template: Template, meant: Mapping[Placeholder, _Value]) -> None:
        """Encode the constants, each to the end with a soft break where a value follows."""
        texts: list[str] = [""]
        places: list[_Value] = []
        for part in template.parts:
            if not isinstance(part, Placeholder):
                texts[-1] += part
            elif part not in _MARKS:
                places.append(meant[part])
                texts.append("")
        for index, text in enumerate(texts):
            follows = index < len(places)
            # A value ends without a break of its own; nothing needs one at the end of the part.
            if index and (text or follows):
                self.add(quoted_printable.SOFT_BREAK)
            self.add(quoted_printable.encode(text, continues=follows))
            if follows:
                self.places.append(places[index])
                self.constants.append(b"")
