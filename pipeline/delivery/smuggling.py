"""What a message must be so that no relay reads it as more than one (VU#302671)."""


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
