"""What a message must be so that no relay reads it as more than one (VU#302671)."""

from collections.abc import Iterable


class SmtpDataError(ValueError):
    """The bytes could end a message or a command early."""


def check_data(data: bytes) -> None:
    """Refuse a message that a relay might read as more than one: only CRLF, no dot in front.

    Raises SmtpDataError.
    """
    ends = data.count(b"\r\n")
    if not data.endswith(b"\r\n"):
        raise SmtpDataError("the message does not end with CRLF")
    if data.count(b"\n") != ends or data.count(b"\r") != ends:
        raise SmtpDataError("the message holds a CR or LF alone")
    if data.startswith(b".") or b"\r\n." in data:
        raise SmtpDataError("a line of the message begins with a dot")


def check_pieces(pieces: Iterable[bytes]) -> None:
    """Refuse pieces that could make up such a message, in whatever order they are joined.

    In each every line end is whole and no line begins with a dot, its first one neither. So what
    is joined from checked pieces needs no look at the whole, if only the last one ends with CRLF.
    Raises SmtpDataError.
    """
    # With a line end in front of each piece, half a line end at its edge shows, and so does a dot.
    lines = b"\r\n".join((b"", *pieces))
    ends = lines.count(b"\r\n")
    if lines.count(b"\n") != ends or lines.count(b"\r") != ends or b"\r\n." in lines:
        raise SmtpDataError("a piece of the message holds a CR or LF alone, or a dot after one")
