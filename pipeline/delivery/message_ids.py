"""The Message-ID of a message: unique for each reader of an issue, the same on every resend.

It is derived from the issue's nonce, so it is known before the message is composed and after it
is gone, and a receiver who got a message twice can fold the two into one.
"""

import hashlib

from pipeline.model.record import IssueRecord

#: Hexadecimal digits of the hash: 80 bits; two equal ones among a million readers never happen.
_DIGITS = 20


def message_id(number: int, nonce: str, subscriber_id: int, domain: str) -> str:
    """Give the Message-ID without its angle brackets; ``domain`` is From's, as A-label."""
    seed = f"{nonce}.{subscriber_id}".encode()
    return f"{number}.{hashlib.sha256(seed).hexdigest()[:_DIGITS]}@{domain}"


def message_id_of(record: IssueRecord, subscriber_id: int, domain: str) -> str:
    """Give the Message-ID that an issue's message to a subscriber has, for reports."""
    return message_id(record.number, record.nonce, subscriber_id, domain)
