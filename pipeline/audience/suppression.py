"""The suppression list knows addresses by a keyed hash only.

So it can outlive the erasure of a reader (a re-import stays blocked) without holding an address,
and whoever steals the list without the key cannot test addresses against it.
"""

import hmac

_PURPOSE = b"mailbag suppression 1\0"


def fingerprint(key: bytes, canonical: str) -> bytes:
    """Give the 32 bytes under which a canonical address stands on the list (HMAC-SHA-256)."""
    return hmac.digest(key, _PURPOSE + canonical.encode(), "sha256")
