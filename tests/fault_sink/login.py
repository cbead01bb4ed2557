"""The sink's side of AUTH: PLAIN, LOGIN and XOAUTH2."""

import base64
import binascii
from collections.abc import Callable, Mapping

MECHANISMS = ("PLAIN", "LOGIN", "XOAUTH2")

#: Sends a challenge, in clear, and gives the answer, decoded.
Ask = Callable[[str], str]


class LoginCancelledError(Exception):
    """The client said ``*``, or nothing that base64 knows."""


def decode(word: str) -> str:
    try:
        return "" if word == "=" else base64.b64decode(word, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise LoginCancelledError from error


def fits(words: list[str], accounts: Mapping[str, str], ask: Ask) -> bool | None:
    """Go through the dialogue; ``None`` for a mechanism that is not known."""
    mechanism = words[1].upper() if len(words) > 1 else ""
    first = decode(words[2]) if len(words) > 2 else None
    match mechanism:
        case "PLAIN":
            _, user, password = (ask("") if first is None else first).split("\0")
        case "LOGIN":
            user = ask("Username:") if first is None else first
            password = ask("Password:")
        case "XOAUTH2":
            said = (ask("") if first is None else first).split("\1")
            user, password = said[0].removeprefix("user="), said[1].removeprefix("auth=Bearer ")
            if accounts.get(user) != password:
                ask('{"status":"401","schemes":"bearer"}')  # the client answers with nothing
        case _:
            return None
    return accounts.get(user) == password
