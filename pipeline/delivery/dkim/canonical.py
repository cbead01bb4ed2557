"""The forms in which header fields and bodies are hashed (RFC 6376, section 3.4).

Header fields are always relaxed: relays fold and unfold them.
"""

import re
from enum import StrEnum

_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n)")


class Canonicalization(StrEnum):
    """How much a relay may change of a message before its signature is broken."""

    #: Runs of blanks count as one, also in the body.
    RELAXED = "relaxed/relaxed"
    #: The body must arrive as it was sent.
    SIMPLE_BODY = "relaxed/simple"


def relaxed_field(field: bytes) -> bytes:
    """Give the relaxed form of one header field, its CRLF included (section 3.4.2)."""
    name, _, value = field.partition(b":")
    shown = _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.rstrip(b" \t").lower() + b":" + shown + b"\r\n"


def body_piece(piece: bytes, form: Canonicalization) -> bytes:
    """Give the form of a piece of a body that neither begins nor ends within a run of blanks.

    What is said of empty lines at the end (sections 3.4.3 and 3.4.4) is left to the whole body.
    """
    if form is Canonicalization.SIMPLE_BODY:
        return piece
    return _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"", piece))
