"""The public keys of a test's signatures, as a verifier finds them in the DNS."""

from collections.abc import Mapping

from pipeline.clock import SystemClock
from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.keys import PrivateKey
from pipeline.delivery.dkim.signing import Algorithm, Signer, Terms

DOMAIN = "news.example"
RSA = keys.parse(keys.generate(Algorithm.RSA))
ED25519 = keys.parse(keys.generate(Algorithm.ED25519))
#: By selector.
KEYS: Mapping[str, PrivateKey] = {"s2026": RSA, "ed2026": ED25519}
RECORDS = {f"{name}._domainkey.{DOMAIN}": keys.record(key) for name, key in KEYS.items()}


def make_signer(*selectors: str, **terms: object) -> Signer:
    values = {"domain": DOMAIN, "signed_at": SystemClock().now(), **terms}
    chosen = selectors or ("s2026",)
    return Signer(
        tuple(keys.signing_key(name, KEYS[name]) for name in chosen),
        Terms(**values),  # type: ignore[arg-type]
    )
