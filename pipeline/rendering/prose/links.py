"""Where a link in a mail may lead."""

from urllib.parse import urlsplit

#: The schemes a link may have.
SCHEMES = frozenset({"http", "https", "mailto"})


def is_allowed(url: str) -> bool:
    """Tell whether a link may lead there; a relative one leads nowhere from a mailbox."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(parts.path)
    return parts.scheme in SCHEMES and bool(parts.netloc)
