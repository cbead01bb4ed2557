"""Whether a signature's domain counts for the From address (RFC 9989, relaxed alignment)."""

from enum import StrEnum


class Alignment(StrEnum):
    """How the two domains stand to each other, as far as their names tell."""

    #: One is the other: they agree whatever the DMARC record asks for.
    STRICT = "strict"
    #: One stands under the other: they agree unless the record says ``adkim=s``.
    RELAXED = "relaxed"
    #: They share a parent; the DNS tells whether it is one owner's (RFC 9989, section 4.10).
    UNSURE = "unsure"
    #: Whoever owns the one does not thereby own the other.
    NONE = "none"


def alignment(signing: str, sender: str) -> Alignment:
    """Compare two domains as A-labels."""
    one, other = (name.lower().rstrip(".").split(".")[::-1] for name in (signing, sender))
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    if shared >= 2 and one == other:
        return Alignment.STRICT
    if shared >= 2 and shared in {len(one), len(other)}:
        return Alignment.RELAXED
    return Alignment.UNSURE if shared >= 2 else Alignment.NONE
