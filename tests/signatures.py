"""The public keys of a test's signatures, as a verifier finds them in the DNS."""

import re
from collections.abc import Mapping

import dkim

from pipeline.clock import SystemClock
from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.keys import PrivateKey
from pipeline.delivery.dkim.signing import Algorithm, Signer, Terms

DOMAIN = "news.example"
RSA_PEM = keys.generate(Algorithm.RSA)
ED25519_PEM = keys.generate(Algorithm.ED25519)
#: What was usual before 2012; the library makes none any more.
SHORT_PEM = b"""\
-----BEGIN PRIVATE KEY-----
MIIB5QIBADANBgkqhkiG9w0BAQEFAASCAc8wggHLAgEAAmEAylfJBjIOMFCZTYoI
YKLyv+19WCsNsR45BvcLxH5mFI4Yxwk6FTGoXcWwXiV0VxqOxQ9UN8GJuUoQJA94
Ur6M9mog9EnG8GlB7v5nNXgVMGXYG0EsKsrvdEl5EJMBpcPrAgMBAAECYAVEZ707
jFcBohv8nd82Hq+UVRD4ffDAYqelwq6ow6uBT2/O864djs5yGPc6bl7eGBF2xTJz
WYVE81GcpPJcaKaXKw+tIJWtLTO8cVNJfDMLxwzJbNkR9ihqZriMxkcJMQIxAPD8
GxicJB9ZajQUXPB/MBxoI4THgOvG2kyTODAh5KFXKnOhczGWN1SPFH4eJhkexQIx
ANbzT79TnofcwJA/v/9ON3yyz7Dn+V4a64yQPSq6zlc9Lp7ZZl3sgb8BpnSFPWqC
7wIxAOsCcMpHO1L3OAMh+KDw6FJLnJfYl3lXq3wR9jG6W+SbxOKPCG/LNppYDnwP
msfUoQIxAIx7WJNiwyloTTH5eDITnJATDUpBUej/DxM+8bsLe+/oPJ/01cJs4B9F
pNRigFEsYQIwJX6lFD573anGkJEMzhHEoiHfahiX6rTmh/0S2lNC0NzcwCpSaT2K
SepKOzaOkyGI
-----END PRIVATE KEY-----
"""
#: By selector.
KEYS: Mapping[str, PrivateKey] = {
    "s2026": keys.parse(RSA_PEM),
    "ed2026": keys.parse(ED25519_PEM),
}
RECORDS = {f"{name}._domainkey.{DOMAIN}": keys.record(key) for name, key in KEYS.items()}


def make_signer(*selectors: str, **terms: object) -> Signer:
    values = {"domain": DOMAIN, "signed_at": SystemClock().now(), **terms}
    chosen = selectors or ("s2026",)
    return Signer(
        tuple(keys.signing_key(name, KEYS[name]) for name in chosen),
        Terms(**values),  # type: ignore[arg-type]
    )


def lookup(name: bytes, timeout: int = 5) -> bytes:
    return RECORDS[name.decode().rstrip(".")].encode()


def verifies(data: bytes) -> bool:
    """Have another program verify every signature of a message."""
    count = len(re.findall(rb"^DKIM-Signature:", data, re.MULTILINE))
    message = dkim.DKIM(data)
    try:
        return count > 0 and all(message.verify(index, dnsfunc=lookup) for index in range(count))
    except dkim.DKIMException:
        return False
