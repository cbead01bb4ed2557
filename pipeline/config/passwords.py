"""Edge: the relay's password, from the environment or a file; never an argument or the toml."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.config.private_files import read_private
from pipeline.config.reading import Settings
from pipeline.errors import ConfigError
from pipeline.model.controls import CONTROL

ENVIRONMENT = "MAILBAG_SMTP_PASSWORD"

_REMEDY = "write the password into it, on one line, and give it mode 0600"


def read_password(settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Give the password of ``[smtp] username``; ``None`` when no login is wanted."""
    smtp = settings.document.smtp
    if not smtp.username:
        return None
    if environment.get(ENVIRONMENT):
        return environment[ENVIRONMENT]
    if not smtp.password_file:
        raise ConfigError(
            f"[smtp] username is set, but there is no password for {smtp.username}",
            place=settings.place("smtp", "username"),
            remedy=f"set password_file, or {ENVIRONMENT} in the environment",
        )
    path = settings.path(smtp.password_file)
    data = read_private(path, "the relay's password", remedy=_REMEDY)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unusable(path, "is not UTF-8") from error
    password = text.rstrip("\r\n")
    if not password:
        raise _unusable(path, "is empty")
    if CONTROL.search(password):
        raise _unusable(path, "has more than one line, or a control character")
    return password


def _unusable(path: Path, problem: str) -> ConfigError:
    return ConfigError(
        f"the file of the relay's password {problem}",
        place=str(path),
        remedy=_REMEDY,
    )
