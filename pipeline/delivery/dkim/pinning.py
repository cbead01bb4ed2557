"""What an issue is signed with, written down so that a message sent again has the same bytes.

It changes only while no message of the issue can go out a second time: then a new key, another
selector or a later time harms nobody. While one can, the pinned key must be at hand.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pipeline.delivery.dkim.canonical import Canonicalization
from pipeline.delivery.dkim.signing import SigningKey, Terms

#: A signature that holds for less is made anew where it may be (``x=`` is at least so far off).
ENOUGH = timedelta(days=14)
#: A message that is on its way for a day must not arrive with a signature that is over.
_LAST_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeyName:
    """Which key: where receivers look for it, and the SHA-256 of its public half."""

    selector: str
    fingerprint: str

    @classmethod
    def of(cls, key: SigningKey) -> "KeyName":
        return cls(key.selector, key.fingerprint)


@dataclass(frozen=True, slots=True)
class Pin:
    """The keys and terms of an issue; without terms its messages are not signed here."""

    keys: tuple[KeyName, ...] = ()
    terms: Terms | None = None

    def __post_init__(self) -> None:
        if bool(self.keys) is not bool(self.terms):
            raise ValueError("keys and terms come together")

    def to_json(self) -> str:
        """Give the text for the ledger."""
        if self.terms is None:
            return "{}"
        return json.dumps(
            {
                "keys": [[key.selector, key.fingerprint] for key in self.keys],
                "domain": self.terms.domain,
                "canonicalization": self.terms.canonicalization.value,
                "left_out": sorted(self.terms.left_out),
                "signed_at": int(self.terms.signed_at.timestamp()),
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Pin":
        content = json.loads(text)
        if not content:
            return cls()
        return cls(
            tuple(KeyName(selector, fingerprint) for selector, fingerprint in content["keys"]),
            Terms(
                domain=content["domain"],
                canonicalization=Canonicalization(content["canonicalization"]),
                left_out=frozenset(content["left_out"]),
                signed_at=datetime.fromtimestamp(content["signed_at"], UTC),
            ),
        )

    def is_like(self, other: "Pin") -> bool:
        """Tell whether the two differ in nothing but their time."""
        if self.terms is None or other.terms is None:
            return self == other
        at = self.terms.signed_at
        return self == replace(other, terms=replace(other.terms, signed_at=at))


class Stuck(StrEnum):
    """Why an issue cannot go on."""

    #: A message may go out again, and a key that signed it is not at hand.
    KEY_GONE = "key_gone"
    #: A message may go out again, and its signature is over.
    EXPIRED = "expired"


def choose(
    pinned: Pin | None,
    wanted: Pin,
    at_hand: Collection[KeyName],
    *,
    may_repeat: bool,
    now: datetime,
) -> Pin | Stuck:
    """Decide what an issue is signed with from now on.

    ``wanted`` is what the configuration says now, ``at_hand`` every key that it names;
    ``may_repeat`` tells whether a message of the issue can go out a second time.
    """
    if pinned is None:
        return wanted
    ends = pinned.terms.expires_at if pinned.terms else None
    if not may_repeat:
        is_fresh = ends is None or now <= ends - ENOUGH
        return pinned if is_fresh and pinned.is_like(wanted) else wanted
    if not set(pinned.keys) <= set(at_hand):
        return Stuck.KEY_GONE
    if ends is not None and now > ends - _LAST_DAY:
        return Stuck.EXPIRED
    return pinned
