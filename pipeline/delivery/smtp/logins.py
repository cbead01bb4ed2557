"""The ways to log in (RFC 4954): what is sent first, and what to each challenge."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Auth(StrEnum):
    """How to log in."""

    #: By the first that the relay offers of PLAIN and LOGIN.
    AUTO = "auto"
    PLAIN = "plain"
    LOGIN = "login"
    #: With a token of OAuth 2.0 as the password, as Google and Microsoft want it.
    XOAUTH2 = "xoauth2"


#: What AUTO chooses from, best first.
_USUAL = (Auth.PLAIN, Auth.LOGIN)


@dataclass(frozen=True, slots=True)
class Login:
    """One login: the command's line, and the lines that answer the challenges after it."""

    command: str
    answers: tuple[str, ...] = ()
    #: What is answered when the relay asks for more; ``*`` calls the login off.
    last: str = "*"


def choose(auth: Auth, offered: Sequence[str]) -> Auth | None:
    """Find the mechanism to use; ``None`` when the relay does not offer it."""
    wanted = _USUAL if auth is Auth.AUTO else (auth,)
    return next((it for it in wanted if it.name in offered), None)


def login(mechanism: Auth, username: str, password: str) -> Login:
    """Write the lines of a login."""
    match mechanism:
        case Auth.XOAUTH2:
            bearer = _coded(f"user={username}\x01auth=Bearer {password}\x01\x01")
            # A challenge holds an error; an empty answer makes the relay say it in its reply.
            return Login(f"AUTH XOAUTH2 {bearer}", last="")
        case Auth.LOGIN:
            return Login("AUTH LOGIN", (_coded(username), _coded(password)))
        case Auth.PLAIN | Auth.AUTO:  # RFC 4616
            return Login("AUTH PLAIN " + _coded(f"\0{username}\0{password}"))


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
