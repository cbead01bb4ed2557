"""The examples that RFC 6376 and RFC 8463 give."""

import base64
import hashlib
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from pipeline.delivery.dkim import canonical, keys
from pipeline.delivery.dkim.canonical import Canonicalization

#: RFC 8463, appendix A.1 (public; it signs nothing else).
_RSA = b"""-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
"""
_ED25519 = base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
#: Appendix A.2.
_RSA_RECORD = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhd"
    "R6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
    "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
_ED25519_RECORD = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#: Appendix A.3.
_BODY_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
_FIELDS = {
    "from": b"From: Joe SixPack <joe@football.example.com>\r\n",
    "to": b"To: Suzie Q <suzie@shopping.example.net>\r\n",
    "subject": b"Subject: Is dinner ready?\r\n",
    "date": b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n",
    "message-id": b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n",
}
_BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
_SIGNED_BY_ED25519 = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
""".replace(b"\n", b"\r\n")
_SIGNED_BY_RSA = b"""\
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
""".replace(b"\n", b"\r\n")


def private(name: str) -> keys.PrivateKey:
    if name == "rsa":
        return keys.parse(_RSA)
    return ed25519.Ed25519PrivateKey.from_private_bytes(_ED25519)


@pytest.mark.parametrize(("name", "record"), [("rsa", _RSA_RECORD), ("ed25519", _ED25519_RECORD)])
def test_a_key_publishes_the_record_of_the_rfc(name, record):
    assert keys.record(private(name)) == record


@pytest.mark.parametrize(
    ("name", "signed"), [("rsa", _SIGNED_BY_RSA), ("ed25519", _SIGNED_BY_ED25519)]
)
def test_makes_the_signature_of_the_rfc(name, signed):
    unsigned, signature = re.split(rb"(?<= b=)", signed)
    fields = b"".join(canonical.relaxed_field(field) for field in _FIELDS.values())
    # Section 3.7 of RFC 6376: the field itself comes last, without its line end.
    fields += canonical.relaxed_field(unsigned).removesuffix(b"\r\n")

    made = keys.signing_key("test", private(name)).sign(hashlib.sha256(fields).digest())

    assert made == base64.b64decode(signature.replace(b"\r\n", b"").replace(b" ", b""))


def test_a_relaxed_body_has_the_hash_of_the_rfc():
    piece = canonical.body_piece(_BODY, Canonicalization.RELAXED)

    assert base64.b64encode(hashlib.sha256(piece).digest()).decode() == _BODY_HASH


def test_a_simple_body_has_the_hash_of_the_example_in_rfc_6376():
    body = _BODY.replace(b".  ", b". ")  # as appendix A.2 prints it
    piece = canonical.body_piece(body, Canonicalization.SIMPLE_BODY)

    assert base64.b64encode(hashlib.sha256(piece).digest()).decode() == _BODY_HASH


def test_relaxes_the_example_of_rfc_6376_section_3_4_5():
    assert canonical.relaxed_field(b"A: X\r\n") == b"a:X\r\n"
    assert canonical.relaxed_field(b"B : Y\t\r\n\tZ  \r\n") == b"b:Y Z\r\n"
    assert canonical.body_piece(b" C \r\nD \t E\r\n", Canonicalization.RELAXED) == b" C\r\nD E\r\n"
