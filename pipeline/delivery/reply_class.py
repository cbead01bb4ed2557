"""What kinds of refusal there are. :mod:`pipeline.delivery.effects` says what follows from each."""

from enum import StrEnum


class ReplyClass(StrEnum):
    """What kind of refusal it is."""

    #: The address does not exist, and never will by waiting.
    ADDRESS_DEAD = "address_dead"
    #: The address exists, and its owner or provider has switched it off.
    ADDRESS_DISABLED = "address_disabled"
    #: The mailbox has no room.
    MAILBOX_FULL = "mailbox_full"
    #: Not now for this reader: greylisting, a server at work.
    RECIPIENT_TEMP = "recipient_temp"
    #: Not for this reader, by a rule of the reader's or the provider's.
    RECIPIENT_POLICY = "recipient_policy"
    #: We are too fast for this provider.
    THROTTLE = "throttle"
    #: Our account may send no more in its present window.
    SENDER_LIMIT = "sender_limit"
    #: The provider thinks badly of our address or domain.
    REPUTATION = "reputation"
    #: Our SPF, DKIM, DMARC, PTR or TLS is broken.
    AUTH_SELF = "auth_self"
    #: What the message says is not liked.
    CONTENT = "content"
    #: The bytes of the message are faulty; every reader's would be.
    MESSAGE_BROKEN = "message_broken"
    #: The message is too big for the mailbox.
    SIZE = "size"
    #: The relay refuses us: login, TLS, relaying, sender address.
    CONFIG_LOCAL = "config_local"
    #: The relay does not offer what the reader's address needs. Never judged from a reply.
    NOT_OFFERED = "not_offered"
    #: No connection, or it was lost before the terminator. Never judged from a reply.
    NETWORK = "network"
    #: The connection was lost after the terminator. Never judged from a reply.
    IN_DOUBT = "in_doubt"
    #: A 4yz that nothing else fits.
    UNKNOWN_4XX = "unknown_4xx"
    #: A 5yz that nothing else fits.
    UNKNOWN_5XX = "unknown_5xx"
