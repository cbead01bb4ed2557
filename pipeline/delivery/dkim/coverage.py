"""Which header fields a signature covers, and how often it names each (RFC 6376, section 5.4).

A name that stands once more in ``h=`` than in the message is oversigned: a field that somebody
adds on the way breaks the signature (section 8.15).
"""

from collections.abc import Collection, Sequence

#: Those of which a second one would be shown to the reader, or acted on.
_OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
_SIGNED = (
    "MIME-Version",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Help",
    "List-Owner",
    "List-Post",
    "List-Archive",
    "Feedback-ID",
    "CFBL-Address",
    "Auto-Submitted",
    "Precedence",
)
_KNOWN = frozenset(name.lower() for name in (*_OVERSIGNED, *_SIGNED))


def is_covered(name: str, left_out: Collection[str]) -> bool:
    """Tell whether a field is signed; ``left_out`` has names in small letters."""
    return name.lower() in _KNOWN and name.lower() not in left_out


def named(names: Sequence[str], left_out: Collection[str]) -> tuple[str, ...]:
    """Give ``h=`` for a message with these fields: those covered, then the names once more."""
    return (
        *(name for name in names if is_covered(name, left_out)),
        *(name for name in _OVERSIGNED if is_covered(name, left_out)),
    )
