from pipeline.audience import suppression

KEY = b"k" * 32


def test_the_same_address_has_the_same_fingerprint_under_the_same_key():
    first = suppression.fingerprint(KEY, "a@mail.example")

    assert first == suppression.fingerprint(KEY, "a@mail.example")
    assert len(first) == 32


def test_another_address_or_key_has_another_fingerprint():
    first = suppression.fingerprint(KEY, "a@mail.example")

    assert first != suppression.fingerprint(KEY, "b@mail.example")
    assert first != suppression.fingerprint(b"x" * 32, "a@mail.example")
