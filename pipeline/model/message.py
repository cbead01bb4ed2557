"""An edition written to one subscriber, and the envelope around it."""

import re
from dataclasses import dataclass

from pipeline.model.controls import CONTROL

#: What would end a path, or a line.
_NOT_IN_PATHS = re.compile(f"{CONTROL.pattern}|[<> ]")


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM and RCPT TO (RFC 5321, section 2.3.1); not the headers."""

    #: ``None`` is the null reverse-path ``<>``.
    mail_from: str | None
    rcpt_to: str

    def __post_init__(self) -> None:
        for path in (self.mail_from or "", self.rcpt_to):
            if _NOT_IN_PATHS.search(path):
                raise ValueError("an envelope path holds a control character, a blank or a bracket")
        if not self.rcpt_to:
            raise ValueError("an envelope needs a recipient")


@dataclass(frozen=True, slots=True)
class Message:
    """The bytes of one message: CRLF lines, the last one ended, no line begins with a dot."""

    message_id: str
    data: bytes
    #: Who made it has looked at each of its pieces, so nobody need look at the whole again.
    is_checked: bool = False
    #: Said by whoever looked at each of its pieces; ``None``: nobody did.
    is_known_ascii: bool | None = None

    @property
    def is_ascii(self) -> bool:
        known = self.is_known_ascii
        return self.data.isascii() if known is None else known
