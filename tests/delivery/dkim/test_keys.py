import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.signing import Algorithm
from tests.signatures import RSA_PEM, SHORT_PEM

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def rsa_pem(bits: int, *, lock: str = "") -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    how = serialization.BestAvailableEncryption(lock.encode()) if lock else PLAIN
    return key.private_bytes(PEM, PKCS8, how)


def public_pem() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def curve_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, PLAIN)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: b"", "no private key", id="empty"),
        pytest.param(lambda: b"hello", "no private key", id="no PEM"),
        pytest.param(lambda: RSA_PEM[:-200], "no private key", id="damaged"),
        pytest.param(public_pem, "no private key", id="the public half"),
        pytest.param(lambda: rsa_pem(2048, lock="secret"), "passphrase", id="locked"),
        pytest.param(curve_pem, "neither RSA nor Ed25519", id="another kind"),
        pytest.param(lambda: SHORT_PEM, "768 bits", id="short"),
        pytest.param(lambda: rsa_pem(4104), "4104 bits", id="longer than receivers take"),
    ],
)
def test_refuses_what_cannot_sign(make, said):
    with pytest.raises(ValueError, match=said):
        keys.parse(make())


def test_a_short_key_is_weak_and_a_usual_one_is_not():
    assert keys.is_weak(keys.parse(rsa_pem(1024)))
    assert not keys.is_weak(keys.parse(keys.generate(Algorithm.RSA)))
    assert not keys.is_weak(keys.parse(keys.generate(Algorithm.ED25519)))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_signs_alike_each_time_and_is_known_by_its_public_half(algorithm):
    pem = keys.generate(algorithm)
    one, other = (keys.signing_key("s2026", keys.parse(pem)) for _ in range(2))
    digest = hashlib.sha256(b"a message").digest()

    assert one.algorithm is algorithm
    assert one.fingerprint == other.fingerprint
    assert one.sign(digest) == other.sign(digest)
    another = keys.signing_key("s2026", keys.parse(keys.generate(algorithm)))
    assert another.fingerprint != one.fingerprint
