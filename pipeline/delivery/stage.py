"""The places of an SMTP dialogue at which a relay can answer."""

from enum import StrEnum


class Stage(StrEnum):
    """What a reply answers. Only ``RCPT`` and ``END_OF_DATA`` can speak about an address."""

    #: The relay's first line.
    GREETING = "greeting"
    #: EHLO, LHLO or HELO.
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    #: The terminator; or, early, a refusal while the body was still on its way.
    END_OF_DATA = "end_of_data"
    RSET = "rset"
    QUIT = "quit"

    @property
    def said(self) -> str:
        """The stage in a sentence for people."""
        return "the end of the message" if self is Stage.END_OF_DATA else self.upper()
