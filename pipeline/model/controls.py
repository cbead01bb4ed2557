"""The characters that no header, address or name may hold."""

import base64
import binascii
import quopri
import re

#: C0 and C1 controls, DEL, and the line and paragraph separators: each can end a header line
#: somewhere on the way (RFC 5322, section 2.2; CVE-2024-6923).
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: RFC 2047, section 2, as software that reads it takes it.
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def has_control(text: str) -> bool:
    """Tell whether a control character is in a text, or behind encoded-words in it.

    Some software on the way decodes them, wherever they stand.
    """
    if CONTROL.search(text) is not None:
        return True
    return "=?" in text and any(
        _is_control_within(charset, data) for charset, data in _decoded(text)
    )


def _decoded(text: str) -> list[tuple[str, bytes]]:
    """Decode the words; neighbours are joined first, as a character may be cut between them."""
    runs: list[tuple[str, bytes]] = []
    end = -1
    for word in _ENCODED_WORD.finditer(text):
        charset, data = word[1].partition("*")[0].lower(), _payload(word[2], word[3])
        if runs and runs[-1][0] == charset and not text[end : word.start()].strip():
            data = runs.pop()[1] + data
        runs.append((charset, data))
        end = word.end()
    return runs


def _payload(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"==")
    except binascii.Error:
        return b""


def _is_control_within(charset: str, data: bytes) -> bool:
    if any(byte < 0x20 or byte == 0x7F for byte in data):
        return True
    try:
        shown = data.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return False
    # What is shown is shorter than what it was decoded from, so this ends.
    return has_control(shown)
