"""The Message-ID of a message: unique for each reader and edition, the same on every resend.

It is derived from the issue's nonce, so it is known before the message is composed and after it
is gone, and a receiver who got a message twice can fold the two into one.
A mended edition has a nonce of its own: it must not be folded into the faulty one.
"""

import hashlib

from pipeline.model.record import IssueRecord

#: Hexadecimal digits of the hash: 80 bits; two equal ones among a million readers never happen.
_DIGITS = 20


def message_id(number: int, nonce: str, subscriber_id: int, domain: str) -> str:
    """Give the Message-ID without its angle brackets; ``domain`` is From's, as A-label."""
    seed = f"{nonce}.{subscriber_id}".encode()
    return f"{number}.{hashlib.sha256(seed).hexdigest()[:_DIGITS]}@{domain}"


def nonce_of(record: IssueRecord, edition: int) -> str:
    """Give the nonce of an edition: the issue's for the first, one derived from it for others."""
    if edition == 0:
        return record.nonce
    return hashlib.sha256(f"{record.nonce}.revision.{edition}".encode()).hexdigest()[:32]


def message_id_of(record: IssueRecord, subscriber_id: int, domain: str, edition: int = 0) -> str:
    """Give the Message-ID that an issue's message to a subscriber has, for reports."""
    return message_id(record.number, nonce_of(record, edition), subscriber_id, domain)
