"""Quoted-printable (RFC 2045, section 6.7), made so that pieces can be put together later.

An encoded piece always begins at the start of a line and, when something is to follow it on the
same logical line, ends in a soft break. So constants are encoded once per issue, values once per
message, and joining them is all that is left. No encoded line begins with a dot (which would be
a terminator, or need stuffing, after a soft break) or with ``From ``.
"""

import re

#: Lines are at most 76 long (RFC 2045, section 6.7, rule 5); the soft break's ``=`` is one of them.
LINE = 76
SOFT_BREAK = b"=\r\n"

#: What must be written as ``=XX``: everything but printable ASCII without ``=``, blank and tab.
_UNSAFE = re.compile(rb"[^\t -<>-~]")
#: What most values are: one short line that needs nothing.
_PLAIN = re.compile(r"(?!\.|From )[!-<>-~ ]{0,74}[!-<>-~]")


def encode(text: str, *, continues: bool = False) -> bytes:
    """Encode a piece; with ``continues`` the next piece goes on in the same logical line.

    Line feeds and CRLF become CRLF, a lone CR is encoded. Raises UnicodeEncodeError, a
    ValueError, for half a surrogate pair.
    """
    *lines, last = text.replace("\r\n", "\n").encode().split(b"\n")
    encoded = [_encode_line(line) for line in lines]
    if continues:
        # At the start of a line nothing needs to be broken.
        encoded.append(_encode_line(last, room=LINE - 1) + SOFT_BREAK if last else b"")
    else:
        encoded.append(_encode_line(last))
    return b"\r\n".join(encoded)


def encode_value(text: str) -> bytes:
    """Encode what is put between two pieces, so that a soft break or nothing may follow it."""
    if _PLAIN.fullmatch(text):
        return text.encode("ascii")
    lines = text.replace("\r\n", "\n").encode().split(b"\n")
    return b"\r\n".join(_encode_line(line, room=LINE - 1) for line in lines)


def _encode_line(line: bytes, *, room: int = LINE) -> bytes:
    """Encode one logical line; its last piece leaves ``room``, and never ends in a blank."""
    rest = _UNSAFE.sub(_escape, line)
    if rest.endswith((b" ", b"\t")):
        rest = rest[:-1] + b"=%02X" % rest[-1]
    pieces = []
    while True:
        rest = _guard(rest)
        if len(rest) <= room:
            pieces.append(rest)
            return SOFT_BREAK.join(pieces)
        # An ``=XX`` stays whole.
        started = rest.rfind(b"=", LINE - 3, LINE - 1)
        cut = started if started >= 0 else LINE - 1
        pieces.append(rest[:cut])
        rest = rest[cut:]


def _guard(line: bytes) -> bytes:
    if line.startswith(b"."):
        return b"=2E" + line[1:]
    if line.startswith(b"From "):
        return b"=46" + line[1:]
    return line


def _escape(match: re.Match[bytes]) -> bytes:
    return b"=%02X" % match[0][0]
