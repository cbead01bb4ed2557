"""The body of a one-click unsubscribe (RFC 8058, section 3.2)."""

import re
from urllib.parse import parse_qsl

#: Bytes; the body that the RFC asks for has 26, or some 200 as multipart.
LIMIT = 8 * 1024

#: The one pair that means "unsubscribe". Its words are matched in any case: refusing a reader
#: over a capital letter helps nobody.
_NAME, _VALUE = "list-unsubscribe", "one-click"

_BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)
_FIELD = re.compile(r'^content-disposition:.*?\bname="?([^";\n]+)', re.IGNORECASE | re.MULTILINE)


def asks(content_type: str, body: bytes) -> bool:
    """Tell whether a body holds ``List-Unsubscribe=One-Click``, in either of its encodings.

    Any body is judged and none raises; other fields beside the pair do no harm.
    """
    text = body.decode("ascii", "replace")
    kind = content_type.partition(";")[0].strip().lower()
    pairs = (
        _multipart(content_type, text)
        if kind == "multipart/form-data"
        else parse_qsl(text, keep_blank_values=True)
    )
    return any(
        name.strip().lower() == _NAME and value.strip().lower() == _VALUE for name, value in pairs
    )


def _multipart(content_type: str, text: str) -> list[tuple[str, str]]:
    """Split a form into names and values (RFC 7578); only what a short field needs."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return []
    pairs = []
    for part in text.replace("\r\n", "\n").split("--" + boundary[1].strip()):
        head, _, value = part.partition("\n\n")
        if field := _FIELD.search(head):
            pairs.append((field[1], value))
    return pairs
