"""Private keys for signing: what a file may hold, and what its owner publishes in the DNS."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils

from pipeline.delivery.dkim.signing import Algorithm, SigningKey

#: RFC 8301, section 3.2: verifiers refuse smaller RSA keys, and need not take larger ones.
SMALLEST, LARGEST = 1024, 4096
#: What signers should use; also what we make.
WANTED = 2048

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def parse(pem: bytes) -> PrivateKey:
    """Read an unencrypted RSA or Ed25519 key in PEM.

    Raises ValueError with the end of a sentence that begins with the key's file.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("is locked with a passphrase; mailbag runs where nobody types") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("holds no private key in PEM") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(  # noqa: TRY004 - about what a file holds
            "holds a key that is neither RSA nor Ed25519"
        )
    if not SMALLEST <= key.key_size <= LARGEST:
        raise ValueError(
            f"holds an RSA key of {key.key_size} bits; receivers take {SMALLEST} to {LARGEST}"
            f" (RFC 8301), and {WANTED} is usual"
        )
    return key


def generate(algorithm: Algorithm) -> bytes:
    """Make a key, and give its PEM (PKCS #8)."""
    key: PrivateKey
    if algorithm is Algorithm.RSA:
        key = rsa.generate_private_key(public_exponent=65537, key_size=WANTED)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def is_weak(key: PrivateKey) -> bool:
    """Tell whether a key is shorter than it should be, though receivers take it."""
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size < WANTED


def algorithm_of(key: PrivateKey) -> Algorithm:
    return Algorithm.RSA if isinstance(key, rsa.RSAPrivateKey) else Algorithm.ED25519


def signing_key(selector: str, key: PrivateKey) -> SigningKey:
    """Give what signs with a key under a selector."""
    sign: Callable[[bytes], bytes]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        # RFC 8463, section 3: PureEdDSA over the digest.
        sign = key.sign
    else:
        # RFC 8017, section 8.2; the same digest always gives the same bytes.
        sign = partial(
            key.sign, padding=padding.PKCS1v15(), algorithm=utils.Prehashed(hashes.SHA256())
        )
    fingerprint = hashlib.sha256(_public(key)).hexdigest()
    return SigningKey(selector, algorithm_of(key), fingerprint, sign)


def record(key: PrivateKey) -> str:
    """Give the text to publish at ``SELECTOR._domainkey.DOMAIN`` (RFC 6376, section 3.6.1)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return f"v=DKIM1; k=rsa; p={base64.b64encode(_public(key)).decode('ascii')}"
    # RFC 8463, section 4.2: the bare key.
    bare = key.public_key().public_bytes_raw()
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(bare).decode('ascii')}"


def _public(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
