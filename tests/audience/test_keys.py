import re
import stat

import pytest

from pipeline.audience import keys
from pipeline.errors import SecretKeyError


def test_a_key_that_was_made_can_be_read(tmp_path):
    path = tmp_path / ".secrets" / "token.key"
    key = keys.make_key(path)

    assert keys.read_key(path) == key
    assert len(key) == 32


def test_a_new_key_is_for_its_owner_only(tmp_path):
    path = tmp_path / ".secrets" / "token.key"
    keys.make_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_never_writes_over_a_key(tmp_path):
    path = tmp_path / "token.key"
    key = keys.make_key(path)

    with pytest.raises(SecretKeyError, match="there is a key already"):
        keys.make_key(path)
    assert keys.read_key(path) == key


def test_says_when_there_is_no_folder_for_a_key(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SecretKeyError, match="the folder for the keys cannot be made"):
        keys.make_key(tmp_path / "file" / "token.key")


def test_says_when_a_key_cannot_be_written(tmp_path):
    with pytest.raises(SecretKeyError, match="the key cannot be written"):
        keys.make_key(tmp_path / ("x" * 300))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_refuses_a_key_that_others_can_read(tmp_path, mode):
    path = tmp_path / "token.key"
    keys.make_key(path)
    path.chmod(mode)

    with pytest.raises(SecretKeyError, match="others can read the key; run: chmod 600"):
        keys.read_key(path)


def test_takes_a_key_that_even_its_owner_cannot_change(tmp_path):
    path = tmp_path / "token.key"
    key = keys.make_key(path)
    path.chmod(0o400)

    assert keys.read_key(path) == key


def test_says_that_a_key_is_missing(tmp_path):
    with pytest.raises(SecretKeyError, match="the key is missing; bring it back"):
        keys.read_key(tmp_path / "token.key")


@pytest.mark.parametrize(
    "text", ["", "\n", "zz" * 32, "ab" * 31, "ab" * 33, "\xff" * 64, "ab" * 5000]
)
def test_refuses_what_is_no_key(tmp_path, text):
    path = tmp_path / "token.key"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)

    with pytest.raises(SecretKeyError, match="does not hold a key of 64 hexadecimal digits"):
        keys.read_key(path)


def test_a_folder_is_no_key(tmp_path):
    with pytest.raises(SecretKeyError, match="cannot be read"):
        keys.read_key(tmp_path)


def test_a_fingerprint_tells_keys_apart_and_shows_nothing_of_them():
    first, second = keys.key_fingerprint(b"a" * 32), keys.key_fingerprint(b"b" * 32)

    assert first != second
    assert re.fullmatch("[0-9a-f]{16}", first)
    assert first not in (b"a" * 32).hex()
