"""Signs the messages of one edition.

    Signer (keys, terms) ─ seal (constant fields, constant pieces of the body) ─> Seal
    Seal ─ sign (one reader's fields and values) ─> the bytes of DKIM-Signature

What is the same in every message is brought into its canonical form once, and hashed once as far
as it comes first: the fields in the order of ``h=``, which is ours to choose, and the body up to
its first value. A message costs what its values add, and the signature itself.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.delivery.dkim import canonical, coverage
from pipeline.delivery.dkim.canonical import Canonicalization

#: How long a signature holds (``x=``). Readers' servers look at it when the message comes, and a
#: reader who is deferred, or gets it again after doubt, must not be too late.
LIFE = timedelta(days=30)
#: RFC 5322, section 2.1.1: the length that lines should have at most.
_LINE = 78


class Algorithm(StrEnum):
    """The ``a=`` of a signature."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, as far as a signer needs it."""

    selector: str
    algorithm: Algorithm
    #: Which key it is: SHA-256 of the public one, hexadecimal.
    fingerprint: str
    #: Signs a SHA-256 digest; the same digest always gives the same bytes.
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the signatures of an issue say, beside which key made them."""

    #: ``d=``, as A-labels.
    domain: str
    canonicalization: Canonicalization = Canonicalization.RELAXED
    #: Names in small letters of fields that the relay writes anew.
    left_out: frozenset[str] = frozenset()
    #: ``t=``, aware; the same for each message of an issue, so that a resend has the same bytes.
    signed_at: datetime

    def __post_init__(self) -> None:
        if not self.domain.isascii() or "." not in self.domain or self.signed_at.tzinfo is None:
            raise ValueError("a signature needs a domain in A-labels and an aware time")
        if "from" in self.left_out:
            raise ValueError("a signature must cover From (RFC 6376, section 5.4)")

    @property
    def expires_at(self) -> datetime:
        return self.signed_at + LIFE


@dataclass(frozen=True, slots=True)
class Signer:
    """One key, or one of each kind, and what their signatures say."""

    keys: tuple[SigningKey, ...]
    terms: Terms

    def seal(
        self, fields: Sequence[bytes], personal: Sequence[str], body: Sequence[bytes]
    ) -> "Seal":
        """Prepare for an edition.

        ``fields`` are the header fields that each message has, with their line ends;
        ``personal`` the names of the other ones, in the order in which :meth:`Seal.sign` gets
        them; ``body`` the constant pieces between which the values stand, so that no piece and no
        value begins or ends within a run of blanks.
        """
        return Seal(self, fields, personal, body)


class Seal:
    """Signs messages that differ in some fields and values only."""

    def __init__(
        self,
        signer: Signer,
        fields: Sequence[bytes],
        personal: Sequence[str],
        body: Sequence[bytes],
    ) -> None:
        terms = signer.terms
        self._form = terms.canonicalization
        first, *rest = (canonical.body_piece(piece, self._form) for piece in body)
        self._body, self._rest = hashlib.sha256(first), tuple(rest)
        names = [field.partition(b":")[0].decode("ascii") for field in fields]
        self._fields = hashlib.sha256(
            b"".join(
                canonical.relaxed_field(field)
                for name, field in zip(names, fields, strict=True)
                if coverage.is_covered(name, terms.left_out)
            )
        )
        self._covers = tuple(coverage.is_covered(name, terms.left_out) for name in personal)
        named = coverage.named((*names, *personal), terms.left_out)
        self._headings = tuple(_Heading(key, _heading(key, terms, named)) for key in signer.keys)

    def sign(self, fields: Sequence[bytes], values: Sequence[bytes]) -> bytes:
        """Give the DKIM-Signature fields of a message, a line end after each.

        ``fields`` has a field for each personal name, or nothing where the message has none;
        ``values`` what stands between the pieces of the body.
        """
        body = self._body.copy()
        for value, piece in zip(values, self._rest, strict=True):
            body.update(canonical.body_piece(value, self._form))
            body.update(piece)
        body_hash = base64.b64encode(body.digest())
        head = self._fields.copy()
        for field, covers in zip(fields, self._covers, strict=True):
            if covers and field:
                head.update(canonical.relaxed_field(field))
        return b"".join(heading.sign(head.copy(), body_hash) for heading in self._headings)


class _Heading:
    """The signature field of one key up to its ``bh=``."""

    def __init__(self, key: SigningKey, heading: bytes) -> None:
        self._key, self._heading = key, heading
        self._canonical = canonical.relaxed_field(heading).removesuffix(b"\r\n")

    def sign(self, head: "hashlib._Hash", body_hash: bytes) -> bytes:
        # Section 3.7: itself with an empty b=, and without its line end.
        head.update(self._canonical + body_hash + b"; b=")
        signature = base64.b64encode(self._key.sign(head.digest()))
        lines = (signature[at : at + _LINE - 3] for at in range(0, len(signature), _LINE - 3))
        return self._heading + body_hash + b";\r\n b=" + b"\r\n ".join(lines) + b"\r\n"


def _heading(key: SigningKey, terms: Terms, names: Sequence[str]) -> bytes:
    tags = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c={terms.canonicalization};",
        f" d={terms.domain}; s={key.selector};",
        f" t={int(terms.signed_at.timestamp())}; x={int(terms.expires_at.timestamp())};",
        *_names(names),
        " bh=",
    )
    return "\r\n".join(tags).encode("ascii")


def _names(names: Sequence[str]) -> list[str]:
    """Write ``h=``, folded between names."""
    lines, line = [], " h="
    for index, name in enumerate(names):
        end = ":" if index < len(names) - 1 else ";"
        if len(line) + len(name) + 1 > _LINE:
            lines.append(line)
            line = "  "
        line += name + end
    return [*lines, line]
