"""How the relay is reached, and how long each of its answers may take."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.delivery.smtp.logins import Auth
from pipeline.delivery.stage import Stage


class Security(StrEnum):
    """How the connection is protected. Nothing falls back from one to the other."""

    #: In clear; for a relay on the same machine.
    NONE = "none"
    #: In clear, then TLS before anything else is said (RFC 3207).
    STARTTLS = "starttls"
    #: TLS from the first byte (RFC 8314).
    TLS = "tls"


class Kind(StrEnum):
    """Which protocol the relay speaks."""

    SMTP = "smtp"
    #: RFC 2033: LHLO, and one reply for each recipient.
    LMTP = "lmtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait, in seconds; RFC 5321, section 4.5.3.2."""

    #: For the connection, and again for the TLS handshake.
    connect: float = 30.0
    greeting: float = 300.0
    #: For the reply to any command not named here.
    command: float = 300.0
    #: For the reply to DATA.
    data: float = 120.0
    #: For the relay to take the body.
    block: float = 180.0
    #: For the reply to the terminator; a shorter one makes duplicates (RFC 1047).
    final: float = 600.0
    #: For the reply to QUIT, which decides nothing.
    quit: float = 5.0
    #: Before a lost connection is made anew; doubles with each failure in a row.
    reconnect: float = 1.0

    def after(self, stage: Stage) -> float:
        """Give how long the reply to this may take."""
        match stage:
            case Stage.GREETING:
                return self.greeting
            case Stage.DATA:
                return self.data
            case Stage.END_OF_DATA:
                return self.final
            case Stage.QUIT:
                return self.quit
            case _:
                return self.command


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """The relay and the manner of talking to it."""

    host: str = "127.0.0.1"
    port: int = 1025
    security: Security = Security.NONE
    #: Empty: no login.
    username: str = ""
    password: str = field(default="", repr=False)
    auth: Auth = Auth.AUTO
    #: How many connections are open at most.
    connections: int = 4
    #: After so many messages a connection is closed and made anew.
    messages_per_connection: int = 100
    #: How many messages a connection may have in doubt.
    window: int = 1
    #: PEM file of a private certificate authority, trusted beside the system's.
    ca_file: str = ""
    kind: Kind = Kind.SMTP
    #: How we name ourselves in EHLO; empty: this machine's name.
    ehlo_name: str = ""
    #: Where a person finds all this, for sentences.
    table: str = "[smtp]"
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise ValueError(f"no port: {self.port}")
        if min(self.connections, self.messages_per_connection, self.window) < 1:
            raise ValueError("connections, messages_per_connection and window are at least 1")
        if self.username and self.security is Security.NONE:
            raise ValueError("a login needs security = starttls or tls")

    @property
    def place(self) -> str:
        """Where the relay is, for sentences: ``host:port``."""
        return f"{self.host}:{self.port}"
