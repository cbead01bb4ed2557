"""The name that a relay gave a message, read from its reply to the terminator.

It is what the relay's own logs and support know the message by; where the relay writes its own
Message-ID, nothing else does. No standard says where it stands, so each program has a row.
"""

import re

#: Tried in this order; the first that is found is the id.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # Postfix, and the many that write as it does.
        r"\bqueued as ([^\s,;<>]+)",
        # Exim; KumoMTA.
        r"\bid=([^\s,;]+)",
        r"\bids=([^\s,;]+)",
        # Exchange: its own number, not the Message-ID beside it.
        r"\[InternalId=([^\s,;\]]+)",
        # Haraka.
        r"\bmessage queued \(([^\s)]+)\)",
        # Sendmail, OpenSMTPD.
        r"^(?:\d\.\d{1,3}\.\d{1,3} )?([A-Za-z0-9]+):? message accepted for delivery",
        # Gmail: a time, the id, its mark.
        r"^(?:\d\.\d{1,3}\.\d{1,3} )?ok\s+\d+ (\S+) - gsmtp",
        # qmail.
        r"\bok \d+ (qp \d+)",
        # Dovecot (LMTP).
        r"^(?:\d\.\d{1,3}\.\d{1,3} )?<[^>]*> (\S+) saved",
        # Amazon SES: nothing but the id.
        r"^(?:\d\.\d{1,3}\.\d{1,3} )?ok:? ([A-Za-z0-9][A-Za-z0-9._@-]{15,})$",
    )
)


def relay_id(code: int, reply: str) -> str:
    """Give the relay's id of an accepted message; empty where the reply names none.

    The reply is hostile: what comes back is visible ASCII, at most 200 characters of it.
    """
    if not 200 <= code <= 299:
        return ""
    text = " ".join(reply.split())
    for form in _FORMS:
        if found := form.search(text):
            name = found[1].rstrip(".")
            return name if re.fullmatch(r"[!-~ ]{1,200}", name) else ""
    return ""
