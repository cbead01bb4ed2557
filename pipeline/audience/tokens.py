"""The token in an unsubscribe link: opaque, hard to forge, good for as long as its key is kept.

30 bytes as 40 characters of base64url: the tag (HMAC-SHA-256, cut to 128 bits), the masked
subscriber id (8), the key's id (4), the list (1), the version (1). The version stands last so that
a link never ends in ``-`` or ``_``, which programs that look for links in text leave out.
The id is masked with a stream that the tag gives, so a link tells neither how many readers there
are nor who came before whom; there is no address in it.
"""

import base64
import hmac
import re
from collections.abc import Sequence

from pipeline.audience.keys import KEY_BYTES, key_fingerprint

#: The subscriber id of a test message: nobody's. Its token is read, and changes nothing.
TEST_READER = 0

_VERSION = 1
#: A site has one list; the number keeps the tokens of a second one apart.
_LIST = 1
_TAG, _ID, _KEY_ID = 16, 8, 4
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40}")
_PURPOSE = b"mailbag unsubscribe\0"
_MASK = b"mailbag unsubscribe mask\0"


class Keyring:
    """The key that signs, and older ones that are still understood.

    Raises ValueError for keys of the wrong length, or for two of which links could be confused.
    """

    def __init__(self, current: bytes, older: Sequence[bytes] = ()) -> None:
        keys = (current, *older)
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        #: What may be shown of the keys, the current one first.
        self.fingerprints = tuple(key_fingerprint(key) for key in keys)
        self._keys = {_key_id(key): _prepared(key) for key in reversed(keys)}
        if len(self._keys) != len(set(keys)):
            raise ValueError("two keys cannot be told apart by their ids; make another one")
        self._current = _prepared(current)
        self._ending = _key_id(current) + bytes((_LIST, _VERSION))

    def mint(self, subscriber_id: int) -> str:
        """Give the token of a subscriber, the same one each time."""
        number = subscriber_id.to_bytes(_ID, "big")
        tag = _tag(self._current, number, self._ending)
        raw = tag + _masked(self._current, tag, number) + self._ending
        return base64.urlsafe_b64encode(raw).decode("ascii")

    def read(self, token: str) -> int | None:
        """Give whose token it is, ``TEST_READER`` for nobody's; ``None`` for one that is none."""
        if not _TOKEN.fullmatch(token):
            return None
        raw = base64.urlsafe_b64decode(token)
        tag, masked, ending = raw[:_TAG], raw[_TAG : _TAG + _ID], raw[_TAG + _ID :]
        key = self._keys.get(ending[:_KEY_ID])
        if key is None or ending[_KEY_ID:] != bytes((_LIST, _VERSION)):
            return None
        number = _masked(key, tag, masked)
        if not hmac.compare_digest(tag, _tag(key, number, ending)):
            return None
        return int.from_bytes(number, "big")


def _key_id(key: bytes) -> bytes:
    return bytes.fromhex(key_fingerprint(key))[:_KEY_ID]


def _prepared(key: bytes) -> hmac.HMAC:
    """Begin a MAC: what depends on the key alone is done once, and not for each token."""
    return hmac.new(key, digestmod="sha256")


def _digest(begun: hmac.HMAC, data: bytes) -> bytes:
    mac = begun.copy()
    mac.update(data)
    return mac.digest()


def _tag(key: hmac.HMAC, number: bytes, ending: bytes) -> bytes:
    return _digest(key, _PURPOSE + number + ending)[:_TAG]


def _masked(key: hmac.HMAC, tag: bytes, number: bytes) -> bytes:
    """Mask or unmask an id."""
    stream = _digest(key, _MASK + tag)[:_ID]
    return (int.from_bytes(number, "big") ^ int.from_bytes(stream, "big")).to_bytes(_ID, "big")
