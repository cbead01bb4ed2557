"""Edge: the relay's password, from the environment or a file; never an argument or the toml."""

import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from pipeline.config.reading import Settings
from pipeline.errors import ConfigError
from pipeline.model.controls import has_control

ENVIRONMENT = "MAILBAG_SMTP_PASSWORD"


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
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _unusable(path, "is not UTF-8") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            "the relay's password can be read by others",
            place=str(path),
            remedy=f"chmod 600 {shlex.quote(str(path))}",
        )
    password = text.rstrip("\r\n")
    if not password:
        raise _unusable(path, "is empty")
    if has_control(password):
        raise _unusable(path, "has more than one line, or a control character")
    return password


def _unusable(path: Path, problem: str) -> ConfigError:
    return ConfigError(
        f"the file of the relay's password {problem}",
        place=str(path),
        remedy="write the password into it, on one line, and give it mode 0600",
    )
