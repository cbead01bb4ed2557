"""Which header fields a relay writes anew, whatever a message says."""

import re
from collections.abc import Iterable

#: Amazon SES sets its own Message-ID and Date; its documentation says so for SMTP as well.
_AMAZON_SES = re.compile(r"email-smtp\.[a-z0-9-]+\.amazonaws\.com|(?:.+\.)?amazonses\.com")
_BY_AMAZON_SES = frozenset({"message-id", "date"})

MESSAGE_ID = "message-id"


def rewritten_by(host: str, named: Iterable[str] = ()) -> frozenset[str]:
    """Give the names in small letters: those that are named, and those known of the host."""
    known = host.lower().rstrip(".")
    implied = _BY_AMAZON_SES if _AMAZON_SES.fullmatch(known) else frozenset()
    return implied | {name.lower() for name in named}
