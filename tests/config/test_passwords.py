from pathlib import Path

import pytest

from pipeline.config import reading
from pipeline.config.passwords import ENVIRONMENT, read_password
from pipeline.config.reading import Settings
from pipeline.errors import ConfigError
from tests.config.letters import LETTER

LOGIN = LETTER + '[smtp]\nsecurity = "tls"\nusername = "letters"\n'


def settings(site: Path, *, file: str = "") -> Settings:
    return reading.parse(LOGIN + f'password_file = "{file}"\n', site=site)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "smtp.password"
    path.write_text("correct horse \n")
    path.chmod(0o600)
    return path


def test_no_login_needs_no_password(tmp_path):
    assert read_password(reading.parse(LETTER, site=tmp_path), {}) is None


def test_the_file_holds_the_password_without_its_line_end(tmp_path, secret):
    assert read_password(settings(tmp_path, file="smtp.password"), {}) == "correct horse "


def test_the_environment_goes_before_the_file(tmp_path, secret):
    found = read_password(settings(tmp_path, file="smtp.password"), {ENVIRONMENT: "battery"})

    assert found == "battery"


def test_an_empty_variable_does_not_count(tmp_path, secret):
    assert read_password(settings(tmp_path, file="smtp.password"), {ENVIRONMENT: ""})


def test_a_login_without_a_password_is_refused_where_it_stands(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_password(settings(tmp_path), {})

    assert caught.value.place == "newsletter.toml:9"
    assert "password_file" in caught.value.remedy


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_password_that_others_can_read_is_refused(tmp_path, secret, mode):
    secret.chmod(mode)

    with pytest.raises(ConfigError) as caught:
        read_password(settings(tmp_path, file="smtp.password"), {})

    assert caught.value.remedy == f"chmod 600 {secret}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\n", "is empty", id="line-end-alone"),
        pytest.param(b"\xff\xfe", "is not UTF-8", id="not-utf-8"),
        pytest.param(b"one\ntwo\n", "more than one line", id="two-lines"),
    ],
)
def test_a_file_without_a_password_is_refused(tmp_path, secret, data, said):
    secret.write_bytes(data)

    with pytest.raises(ConfigError, match=said) as caught:
        read_password(settings(tmp_path, file="smtp.password"), {})

    assert caught.value.place == str(secret)
    assert caught.value.remedy


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file") as caught:
        read_password(settings(tmp_path, file="smtp.password"), {})

    assert caught.value.place == str(tmp_path / "smtp.password")


BACKUP = '[[smtp_backup]]\nsecurity = "tls"\nusername = "second"\n'


def test_each_backup_has_a_password_of_its_own(tmp_path, secret):
    text = LOGIN + BACKUP + BACKUP + 'port = 26\npassword_file = "smtp.password"\n'
    found = reading.parse(text, site=tmp_path)

    assert read_password(found, {"MAILBAG_SMTP_BACKUP_1_PASSWORD": "staple"}, 1) == "staple"
    assert read_password(found, {}, 2) == "correct horse "


def test_the_password_of_the_first_relay_is_given_to_no_other(tmp_path):
    found = reading.parse(LOGIN + BACKUP, site=tmp_path)

    with pytest.raises(ConfigError) as caught:
        read_password(found, {ENVIRONMENT: "battery"}, 1)

    assert caught.value.place == "newsletter.toml:12"
    assert "MAILBAG_SMTP_BACKUP_1_PASSWORD" in caught.value.remedy
